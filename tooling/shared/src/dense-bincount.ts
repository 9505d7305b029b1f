import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, KernelReplacement } from './replace-kernel';

/** The kernel `DenseBincount` for one row whose values are to be marked: the cpu backend's counts them there, and marks them in rows of a matrix. */
export function binaryBincountReplacement<B extends object>(): KernelReplacement<B> {
  const kernelFunc: Kernel<B> = ({ inputs: { x, weights }, attrs, backend }) => {
    const matrix = { ...x, shape: [1, ...x.shape] };
    const marked = tf.getKernel(tf.DenseBincount, 'cpu').kernelFunc({
      inputs: { x: matrix, weights },
      attrs: attrs as unknown as tf.NamedAttrMap,
      backend,
    }) as tf.TensorInfo;
    return { ...marked, shape: marked.shape.slice(1) };
  };
  return {
    kernelName: tf.DenseBincount,
    accepts: {
      inputs: { x: { dtype: 'int32', rank: 1 }, weights: { dtype: ['float32', 'int32'], empty: true } },
      attributes: { binaryOutput: [true] },
    },
    kernelFunc,
  };
}
