import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { Inception } from '@googlenet/inception';
import { branchNames, type BranchName } from './protocol';

/**
 * An Inception module of a model: the one layer of `@googlenet/inception`, or the four branches and the
 * concatenation that `toStandardLayers` makes of it.
 */
export interface InceptionModule {
  name: string;
  input: tfl.SymbolicTensor;
  output: tfl.SymbolicTensor;
}

/** The modules of a model, from the input on. */
export function findModules(model: tfl.LayersModel): InceptionModule[] {
  return model.layers.flatMap((layer) => {
    if (layer instanceof Inception) {
      return [
        {
          name: layer.name,
          input: layer.input as tfl.SymbolicTensor,
          output: layer.output as tfl.SymbolicTensor,
        },
      ];
    }
    if (layer.getClassName() !== 'Concatenate') return [];
    const output = layer.output as tfl.SymbolicTensor;
    const input = output.inputs.length === branchNames.length ? entranceOf(output) : undefined;
    return input ? [{ name: layer.name, input, output }] : [];
  });
}

/** What enters a module of standard layers: the first tensor up the 1x1 branch that is not the module's own. */
function entranceOf({ sourceLayer, inputs }: tfl.SymbolicTensor): tfl.SymbolicTensor | undefined {
  let tensor = inputs[0];
  while (tensor?.sourceLayer.name.startsWith(`${sourceLayer.name}_`)) tensor = tensor.inputs[0];
  return tensor === inputs[0] ? undefined : tensor;
}

/** Which output of a model is the answer; the others are auxiliary heads. */
export function mainOutputIndex(model: tfl.LayersModel): number {
  return Math.max(0, model.outputNames.indexOf('predictions'));
}

/** The scores before the softmax of the main output. */
export function logitsOf(model: tfl.LayersModel): tfl.SymbolicTensor {
  const output = model.outputs[mainOutputIndex(model)];
  const { sourceLayer, inputs } = output;
  const isSoftmax =
    sourceLayer.getClassName() === 'Softmax' || sourceLayer.getConfig().activation === 'softmax';
  return isSoftmax && sourceLayer.weights.length === 0 && inputs[0] ? inputs[0] : output;
}

/** Computes tensors of a model's graph one by one, from those that are known; its caller is in a tidy. */
export class Flow {
  private readonly known: Map<number, tf.Tensor>;

  constructor(from: tfl.SymbolicTensor, value: tf.Tensor) {
    this.known = new Map([[from.id, value]]);
  }

  /** The value of a tensor in inference mode. */
  compute(target: tfl.SymbolicTensor): tf.Tensor {
    const known = this.known.get(target.id);
    if (known) return known;
    const inputs = target.inputs.map((input) => this.compute(input));
    const first = inputs[0];
    if (!first) {
      throw new TypeError(
        `Flow.compute(${target.name}): expected a way to it from what is known, got none. Give the model's input.`,
      );
    }
    const value = target.sourceLayer.apply(inputs.length === 1 ? first : inputs, {
      training: false,
    }) as tf.Tensor;
    this.known.set(target.id, value);
    return value;
  }

  /** The four branches of a module before they are concatenated. */
  branches({ input, output }: InceptionModule): Record<BranchName, tf.Tensor4D> {
    const layer: tfl.layers.Layer = output.sourceLayer;
    if (layer instanceof Inception) return layer.branches(this.compute(input) as tf.Tensor4D);
    const entries = branchNames.map((branch, i) => [branch, this.compute(output.inputs[i])]);
    return Object.fromEntries(entries) as Record<BranchName, tf.Tensor4D>;
  }
}
