import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, KernelReplacement } from './replace-kernel';
import type { Numbers, ReadableBackend } from './top-k';

interface ArgAttributes {
  axis: number;
}

/** For each of `outer` blocks [length, inner] and each column the first row of the largest, or smallest, value. */
function rowsOfExtremes(
  numbers: Numbers,
  [outer, length, inner]: readonly [number, number, number],
  sign: 1 | -1,
): Int32Array {
  const rows = new Int32Array(outer * inner);
  for (let block = 0; block < outer; block++) {
    const from = block * length * inner;
    const best = numbers.slice(from, from + inner);
    for (let row = 1; row < length; row++) {
      const at = from + row * inner;
      for (let i = 0; i < inner; i++) {
        const value = numbers[at + i];
        if (sign === 1 ? value > best[i] : value < best[i]) {
          best[i] = value;
          rows[block * inner + i] = row;
        }
      }
    }
  }
  return rows;
}

/**
 * The kernels `ArgMax` and `ArgMin`, which read the numbers where they lie; the cpu backend's transpose them first.
 *
 * @param numbersOf - a tensor's numbers, for reading only
 */
export function argReplacements<B extends ReadableBackend>(
  numbersOf: (backend: B, x: tf.TensorInfo) => Numbers,
): KernelReplacement<B>[] {
  const kernel =
    (sign: 1 | -1): Kernel<B> =>
    ({ inputs: { x }, attrs, backend }) => {
      const [axis] = tf.util.parseAxisParam((attrs as unknown as ArgAttributes).axis, x.shape);
      const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
      const sizes = [tf.util.sizeFromShape(before), x.shape[axis], tf.util.sizeFromShape(after)] as const;
      const rows = rowsOfExtremes(numbersOf(backend, x), sizes, sign);
      return backend.makeTensorInfo([...before, ...after], 'int32', rows);
    };
  const accepts = { inputs: { x: { dtype: ['float32', 'int32'], rank: [1, 6] } } } as const;
  return [
    { kernelName: tf.ArgMax, accepts, kernelFunc: kernel(1) },
    { kernelName: tf.ArgMin, accepts, kernelFunc: kernel(-1) },
  ];
}
