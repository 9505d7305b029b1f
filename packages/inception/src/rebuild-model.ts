import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Makes the new tensor for an old one, from the inputs up. */
export type Rebuild = (old: tfl.SymbolicTensor) => tfl.SymbolicTensor;

export interface RebuildOptions {
  /**
   * What stands for a tensor of the old graph, made of what `rebuild` gives for any tensor before it; nothing for a copy of its layer.
   * Asked once for each tensor that has inputs.
   */
  replace: (old: tfl.SymbolicTensor, rebuild: Rebuild) => tfl.SymbolicTensor | undefined;
  /** Tensors of the old model that the new one puts out. Default: its outputs. */
  outputs?: tfl.SymbolicTensor[];
}

/**
 * A model made anew from another one's graph, layer by layer, some of it replaced.
 *
 * Layers that are used twice stay shared, models inside the model are rebuilt by the same rule, and every weight is a copy
 * of its values: engines may go on training the old ones in place.
 * @returns a new model of the same name, with inputs of the same names; the caller disposes both.
 */
export function rebuildModel(model: tfl.LayersModel, options: RebuildOptions): tfl.LayersModel {
  const { replace, outputs = model.outputs } = options;
  const done = new Map<number, tfl.SymbolicTensor>();
  const copies = new Map<tfl.layers.Layer, tfl.layers.Layer>();
  const copyOnce = (layer: tfl.layers.Layer): tfl.layers.Layer => {
    const copy =
      copies.get(layer) ??
      (layer instanceof tfl.LayersModel ? rebuildModel(layer, { replace }) : layerLike(layer));
    copies.set(layer, copy);
    return copy;
  };
  const rebuild: Rebuild = (old) => {
    const known = done.get(old.id);
    if (known) return known;
    const result =
      old.inputs.length === 0
        ? tfl.input({ name: old.sourceLayer.name, batchShape: old.shape, dtype: old.dtype })
        : (replace(old, rebuild) ?? applyCopy(old, copyOnce(old.sourceLayer), old.inputs.map(rebuild)));
    done.set(old.id, result);
    return result;
  };
  return tfl.model({
    name: model.name,
    inputs: model.inputs.map(rebuild),
    outputs: outputs.map(rebuild),
  });
}

function applyCopy(
  { sourceLayer, outputTensorIndex }: tfl.SymbolicTensor,
  copy: tfl.layers.Layer,
  inputs: tfl.SymbolicTensor[],
): tfl.SymbolicTensor {
  const result = copy.apply(inputs.length === 1 ? inputs[0] : inputs) as
    tfl.SymbolicTensor | tfl.SymbolicTensor[];
  if (!(sourceLayer instanceof tfl.LayersModel)) copyWeights(copy, sourceLayer.getWeights());
  return Array.isArray(result) ? result[outputTensorIndex ?? 0] : result;
}

/** A layer of the same class, with the same or another configuration and weights still to come. */
export function layerLike<T extends tfl.layers.Layer>(
  layer: T,
  config: tf.serialization.ConfigDict = layer.getConfig(),
): T {
  const constructor = layer.constructor as tf.serialization.SerializableConstructor<T> & {
    fromConfig: tf.serialization.FromConfigMethod<T>;
  };
  return constructor.fromConfig(constructor, config);
}

/** Gives a layer the values of other weights, as memory of its own: variables share data when assigned. */
export function copyWeights(target: tfl.layers.Layer, weights: readonly tf.Tensor[]): void {
  if (weights.length > 0) tf.tidy(() => target.setWeights(weights.map(ownValues)));
}

/** Gives one weight the values of another, as memory of its own. */
export function copyWeight(target: tfl.LayerVariable | undefined, value: tf.Tensor | undefined): void {
  if (target && value) tf.tidy(() => void target.write(ownValues(value)));
}

function ownValues(weight: tf.Tensor): tf.Tensor {
  return tf.mul(weight, 1);
}
