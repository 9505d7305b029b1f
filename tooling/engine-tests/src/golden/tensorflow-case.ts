import * as tf from '@tensorflow/tfjs-core';
import type { CaseTensor } from '../fuzz/random-case';

/** A kernel as TensorFlow has it. */
export interface TensorFlowCase {
  kernelName: string;
  /** Shapes of the inputs whose values follow from them and their position. */
  shapes: Record<string, number[]>;
  /** Further inputs. */
  given?: Record<string, { shape: number[]; values: number[]; dtype: CaseTensor['dtype'] }>;
  attributes: Record<string, unknown>;
  shape: number[];
  expected: number[];
}

/** Numbers from -5 to 5, all different up to a size of 101. */
const patternOf = (shape: number[], position: number): Float32Array =>
  Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => ((i * 37 + position * 11) % 101) / 10 - 5,
  );

/** What the current engine gives; `leaked` counts what the kernel left in its memory. */
export function runTensorFlowCase({ kernelName, shapes, given = {}, attributes }: TensorFlowCase): {
  shape: number[];
  values: ArrayLike<number>;
  leaked: number;
} {
  const { backend } = tf.engine();
  const before = backend.numDataIds();
  const { shape, values } = tf.tidy(() => {
    const inputs: tf.NamedTensorMap = {};
    Object.entries(shapes).forEach(([name, one], position) => {
      inputs[name] = tf.tensor(patternOf(one, position), one);
    });
    for (const [name, one] of Object.entries(given))
      inputs[name] = tf.tensor(one.values, one.shape, one.dtype);
    const result: tf.Tensor = tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap);
    return { shape: result.shape, values: result.dataSync() };
  });
  return { shape, values, leaked: backend.numDataIds() - before };
}
