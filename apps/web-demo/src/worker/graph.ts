import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, Inception } from '@googlenet/inception';
import type { BranchName } from './protocol';

/** An Inception module of a model, with the tensors around it. */
export interface InceptionModule {
  readonly name: string;
  readonly layer: Inception;
  readonly input: tfl.SymbolicTensor;
  readonly output: tfl.SymbolicTensor;
}

/** The modules of a model, from the input on. */
export function findModules(model: tfl.LayersModel): InceptionModule[] {
  return model.layers
    .filter((layer) => layer instanceof Inception)
    .map((layer) => ({
      name: layer.name,
      layer,
      input: layer.input as tfl.SymbolicTensor,
      output: layer.output as tfl.SymbolicTensor,
    }));
}

/** The convolution that reads the network's input. */
export function findFirstConvolution(model: tfl.LayersModel): ConvBatchNorm | undefined {
  return model.layers.find(
    (layer): layer is ConvBatchNorm =>
      layer instanceof ConvBatchNorm && (layer.input as tfl.SymbolicTensor).id === model.inputs[0].id,
  );
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
  branches({ layer, input }: InceptionModule): Record<BranchName, tf.Tensor4D> {
    return layer.branches(this.compute(input) as tf.Tensor4D);
  }
}
