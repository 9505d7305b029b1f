import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, KernelReplacement } from './replace-kernel';

/** A tensor's numbers. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Whether position i of a row comes after position j: its value is smaller, or equal and further behind. */
const after = (row: Numbers, i: number, j: number) => row[i] < row[j] || (row[i] === row[j] && i > j);

/** Restores a heap whose root is the last of its positions in order, below `at`. */
function sink(heap: Int32Array, at: number, row: Numbers): void {
  const moved = heap[at];
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && after(row, heap[child + 1], heap[child])) child++;
    if (!after(row, heap[child], moved)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

/** The positions of a row's k largest values, largest first. */
function largest(row: Numbers, k: number): Int32Array {
  const heap = Int32Array.from({ length: k }, (_, i) => i);
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(heap, i, row);
  let least = row[heap[0]];
  for (let i = k; i < row.length; i++) {
    // Equal values further behind do not displace.
    if (!(row[i] > least)) continue;
    heap[0] = i;
    sink(heap, 0, row);
    least = row[heap[0]];
  }
  return heap.sort((i, j) => (after(row, i, j) ? 1 : -1));
}

/** An engine whose tensors JavaScript can read. */
export interface ReadableBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Numbers): tf.TensorInfo;
}

/**
 * The kernel `TopK` with a heap of k positions for each row, where the cpu backend sorts arrays of objects.
 *
 * @param numbersOf - a tensor's numbers, for reading only
 */
export function topKReplacement<B extends ReadableBackend>(
  numbersOf: (backend: B, x: tf.TensorInfo) => Numbers,
): KernelReplacement<B> {
  const kernelFunc: Kernel<B> = ({ inputs: { x }, attrs, backend }) => {
    const k = attrs.k as number;
    const columns = x.shape[x.shape.length - 1];
    const numbers = numbersOf(backend, x);
    const rows = numbers.length / columns;
    const indices = new Int32Array(rows * k);
    const values = x.dtype === 'int32' ? new Int32Array(rows * k) : new Float32Array(rows * k);
    for (let row = 0; row < rows; row++) {
      const line = numbers.subarray(row * columns, (row + 1) * columns);
      largest(line, k).forEach((index, i) => {
        indices[row * k + i] = index;
        values[row * k + i] = line[index];
      });
    }
    const shape = [...x.shape.slice(0, -1), k];
    return [backend.makeTensorInfo(shape, x.dtype, values), backend.makeTensorInfo(shape, 'int32', indices)];
  };
  return {
    kernelName: tf.TopK,
    accepts: {
      inputs: { x: { dtype: ['float32', 'int32'], rank: [1, 6] } },
      where: ({ inputs: { x }, attrs }) =>
        (attrs.k as number) > 0 && (attrs.k as number) <= x.shape[x.shape.length - 1],
    },
    kernelFunc,
  };
}
