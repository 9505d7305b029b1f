import {
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { FusedModule } from './inception-train';

/**
 * A module without batch norm in inference as the engine's one operation.
 *
 * @param x - NHWC float32 `[batch, height, width, channels]`.
 * @returns the joined output, which the caller disposes; nothing where the current backend has no such operation for it, or where a
 *   gradient may be asked for.
 */
export function inferFused(x: tf.Tensor4D, { units, settings, plan }: FusedModule): tf.Tensor4D | undefined {
  const recordsGradients = tf.engine().state.gradientDepth > 0;
  const fits = !settings.batchNorm && !recordsGradients && x.dtype === 'float32' && x.size > 0;
  if (!fits || !hasKernels(OPTIONAL_KERNELS.inceptionInfer)) return undefined;
  const weights = units.map(({ kernel, bias }) => ({
    kernel: kernel.read(),
    ...(bias && { bias: bias.read() }),
  }));
  const { activation } = settings;
  const [y] = runKernel(
    OPTIONAL_KERNELS.inceptionInfer,
    { x, ...numbered<'kernel' | 'bias', tf.Tensor>(weights) },
    { plan, activation },
  );
  return y as tf.Tensor4D | undefined;
}
