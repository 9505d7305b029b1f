import * as tf from '@tensorflow/tfjs-core';

/**
 * Names of the kernels that an engine may register to run training faster.
 *
 * A layer asks for them by name on the current backend; where one is missing, the same numbers are
 * composed from plain operations. A forward kernel is used only where its gradient is there too.
 * @see docs/architecture.md, "Optional engine kernels", for inputs, attributes and outputs.
 */
export const OPTIONAL_KERNELS = {
  batchNormTrain: 'BatchNormTrain',
  batchNormTrainGrad: 'BatchNormTrainGrad',
  inceptionTrain: 'InceptionTrain',
  inceptionTrainGrad: 'InceptionTrainGrad',
} as const;

/** Whether the current backend has every one of the named kernels. */
export function hasKernels(...names: string[]): boolean {
  const backend = tf.getBackend();
  return names.every((name) => (tf.getKernel(name, backend) as tf.KernelConfig | undefined) !== undefined);
}

/** Runs a kernel with several outputs; the caller disposes them. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor[] {
  const outputs: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}
