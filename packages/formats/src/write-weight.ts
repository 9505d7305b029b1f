import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Gives a weight of a layer these numbers; throws where its shape is another. */
export function writeWeight(
  variable: tfl.LayerVariable,
  values: Float32Array,
  shape: readonly number[],
): void {
  // Engines keep the array, and some train it in place.
  const value = tf.tensor(values.slice(), shape as number[]);
  variable.write(value);
  value.dispose();
}
