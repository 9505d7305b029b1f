import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, inception, type Branch5x5 } from '@googlenet/inception';
import { findModules } from './graph';

type Config = Record<string, unknown>;
type Padding = 'same' | 'valid';

/**
 * The network with one layer a module, of one that `toStandardLayers` has taken apart: the trainer saves it so. In this form
 * batch norms can be folded for predictions, and the engines' own training kernels are used.
 *
 * @returns a new model with weights of its own, or nothing if the model has no such module; the caller disposes both.
 */
export function withOwnLayers(model: tfl.LayersModel): tfl.LayersModel | undefined {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const modules = findModules(model).filter(
    ({ name }) => layers.has(`${name}_1x1_conv`) && layers.has(`${name}_3x3_reduce_conv`),
  );
  if (modules.length === 0) return undefined;
  const done = new Map<number, tfl.SymbolicTensor>();

  const rebuild = (old: tfl.SymbolicTensor): tfl.SymbolicTensor => {
    const known = done.get(old.id);
    if (known) return known;
    const layer = old.sourceLayer;
    const module = modules.find(({ output }) => output.id === old.id);
    const isUnit = layers.has(`${layer.name}_conv`) && layers.has(`${layer.name}_bn`);
    const result = module
      ? joined(moduleLayer(module.name, layers), rebuild(module.input), layers)
      : isUnit
        ? joined(unitLayer(layer.name, layers), rebuild(entrance(layer.name, layers)), layers)
        : copied(layer, old, rebuild);
    done.set(old.id, result);
    return result;
  };
  const inputs = model.inputs.map(rebuild);
  return tfl.model({ name: model.name, inputs, outputs: model.outputs.map(rebuild) });
}

function moduleLayer(name: string, layers: Map<string, tfl.layers.Layer>): tfl.layers.Layer {
  const config = (unit: string): Config => layerOf(layers, `${name}_${unit}_conv`).getConfig();
  const count = (unit: string) => config(unit).filters as number;
  const [size] = config('5x5').kernelSize as number[];
  const pair = layers.has(`${name}_5x5_2_conv`) ? 'two' : 'one';
  return inception({
    name,
    filters: {
      conv1x1: count('1x1'),
      reduce3x3: count('3x3_reduce'),
      conv3x3: count('3x3'),
      reduce5x5: count('5x5_reduce'),
      conv5x5: count('5x5'),
      poolProj: count('pool_proj'),
    },
    branch5x5: `${pair}${size}x${size}` as Branch5x5,
    ...settings(`${name}_1x1`, layers),
  });
}

function unitLayer(name: string, layers: Map<string, tfl.layers.Layer>): tfl.layers.Layer {
  const config: Config = layerOf(layers, `${name}_conv`).getConfig();
  return convBatchNorm({
    name,
    filters: config.filters as number,
    kernelSize: config.kernelSize as [number, number],
    strides: (config.strides as number[])[0],
    padding: config.padding as Padding,
    ...settings(name, layers),
  });
}

/** What all units of a layer share, read from one of them. */
function settings(unit: string, layers: Map<string, tfl.layers.Layer>) {
  const convolution: Config = layerOf(layers, `${unit}_conv`).getConfig();
  const norm: Config = layerOf(layers, `${unit}_bn`).getConfig();
  return {
    useBias: convolution.useBias as boolean,
    epsilon: norm.epsilon as number,
    momentum: norm.momentum as number,
  };
}

/** What a unit of standard layers is fed with. */
function entrance(name: string, layers: Map<string, tfl.layers.Layer>): tfl.SymbolicTensor {
  return layerOf(layers, `${name}_conv`).input as tfl.SymbolicTensor;
}

/** Applies a new layer and gives it the values of the standard layers that it stands for. */
function joined(
  layer: tfl.layers.Layer,
  input: tfl.SymbolicTensor,
  layers: Map<string, tfl.layers.Layer>,
): tfl.SymbolicTensor {
  const output = layer.apply(input) as tfl.SymbolicTensor;
  tf.tidy(() =>
    layer.setWeights(
      layer.weights.map(({ originalName }) => {
        const parts = originalName.split('/');
        const part = parts.pop() ?? '';
        const source = `${parts.join('_')}_${part === 'kernel' || part === 'bias' ? 'conv' : 'bn'}`;
        const found = layerOf(layers, source).weights.find((weight) =>
          weight.originalName.endsWith(`/${part}`),
        );
        if (!found)
          throw new TypeError(
            `withOwnLayers(${layer.name}): expected a weight ${part} in ${source}, got none. Save the model again.`,
          );
        return tf.clone(found.read());
      }),
    ),
  );
  return output;
}

function copied(
  layer: tfl.layers.Layer,
  old: tfl.SymbolicTensor,
  rebuild: (tensor: tfl.SymbolicTensor) => tfl.SymbolicTensor,
): tfl.SymbolicTensor {
  const inputs = old.inputs.map(rebuild);
  if (inputs.length === 0) return tfl.input({ name: layer.name, batchShape: old.shape });
  const constructor = layer.constructor as tf.serialization.SerializableConstructor<tfl.layers.Layer> & {
    fromConfig: tf.serialization.FromConfigMethod<tfl.layers.Layer>;
  };
  const copy = constructor.fromConfig(constructor, layer.getConfig());
  const output = copy.apply(inputs.length === 1 ? inputs[0] : inputs) as tfl.SymbolicTensor;
  if (layer.weights.length > 0)
    tf.tidy(() => copy.setWeights(layer.getWeights().map((weight) => tf.clone(weight))));
  return output;
}

function layerOf(layers: Map<string, tfl.layers.Layer>, name: string): tfl.layers.Layer {
  const layer = layers.get(name);
  if (!layer)
    throw new TypeError(`withOwnLayers(): expected a layer ${name}, got none. Save the model again.`);
  return layer;
}
