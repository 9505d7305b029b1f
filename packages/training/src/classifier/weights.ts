import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** One weight of a model, as training sees it. */
export interface Weight {
  /** The weight's name without the suffix that tfjs adds to keep names apart in one process. */
  readonly name: string;
  readonly variable: tf.Variable;
  /** Whether the optimizer updates it. */
  readonly trainable: boolean;
  /** Whether training can change it at all: false for every weight of a frozen layer. */
  readonly live: boolean;
  /** Projects the weight after each update, for layers that were given a constraint. */
  readonly constrain?: (value: tf.Tensor) => tf.Tensor;
}

/** A layer of a model, nested models opened, with whether it or a model around it is frozen. */
export interface LeafLayer {
  readonly layer: tfl.layers.Layer;
  readonly frozen: boolean;
}

/** Every layer of a model in order, each once; models inside it are replaced by their layers. */
export function leafLayers(model: tfl.LayersModel): LeafLayer[] {
  const leaves = new Map<tfl.layers.Layer, LeafLayer>();
  const visit = (layer: tfl.layers.Layer, frozen: boolean): void => {
    const inner = (layer as { layers?: tfl.layers.Layer[] }).layers;
    const isFrozen = frozen || !layer.trainable;
    if (inner) for (const child of inner) visit(child, isFrozen);
    else if (!leaves.has(layer)) leaves.set(layer, { layer, frozen: isFrozen });
  };
  visit(model, false);
  return [...leaves.values()];
}

/** Every weight of a model, in the order of its layers, each once. */
export function modelWeights(model: tfl.LayersModel): Weight[] {
  const weights = new Map<number, Weight>();
  for (const { layer, frozen } of leafLayers(model)) {
    const trainable = new Set(frozen ? [] : layer.trainableWeights);
    for (const weight of layer.weights) {
      const { constraint } = weight;
      weights.set(weight.id, {
        name: weight.originalName,
        variable: weight.read() as tf.Variable,
        trainable: trainable.has(weight),
        live: !frozen,
        ...(constraint ? { constrain: (value: tf.Tensor) => constraint.apply(value) } : {}),
      });
    }
  }
  return [...weights.values()];
}

/**
 * Gives each variable data of its own, so that it can be updated in place: a tensor that the caller passed to
 * `setWeights` shares its data with the variable until then.
 */
export function ownData(variables: readonly tf.Variable[]): void {
  for (const variable of variables) {
    const copy = tf.tidy(() => tf.add(variable, 0));
    variable.assign(copy);
    copy.dispose();
  }
}

/** Writes values into a variable; the values are copied. */
export function writeValues(variable: tf.Variable, values: Float32Array): void {
  const tensor = tf.tensor(Float32Array.from(values), variable.shape, 'float32');
  variable.assign(tensor);
  tensor.dispose();
}

/** A copy of a tensor's values. */
export async function readValues(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

/** A variable of zeros that no optimizer list ever picks up, in the shape of another. */
export function zerosVariable(like: tf.Tensor): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zerosLike(like), false));
}
