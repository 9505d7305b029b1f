import {
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { FusedModule } from './inception-train';

/**
 * A module in inference as the engine's one operation.
 *
 * @param x - NHWC float32 `[batch, height, width, channels]`.
 * @returns the joined output, which the caller disposes; nothing where the current backend has no such operation for it, or where a
 *   gradient may be asked for.
 */
export function inferFused(x: tf.Tensor4D, { units, settings, plan }: FusedModule): tf.Tensor4D | undefined {
  const recordsGradients = tf.engine().state.gradientDepth > 0;
  if (recordsGradients || x.dtype !== 'float32' || x.size === 0) return undefined;
  if (!hasKernels(OPTIONAL_KERNELS.inceptionInfer)) return undefined;
  const weights = units.map(({ kernel, bias, gamma, beta, movingMean, movingVariance }) =>
    valuesOf({ kernel, bias, gamma, beta, mean: movingMean, variance: movingVariance }),
  );
  const { activation, epsilon } = settings;
  const inputs = { x, ...numbered<keyof (typeof weights)[number], tf.Tensor>(weights) };
  const [y] = runKernel(OPTIONAL_KERNELS.inceptionInfer, inputs, { plan, activation, epsilon });
  return y as tf.Tensor4D | undefined;
}

/** The values of those variables that are there. */
function valuesOf<Name extends string>(
  variables: Readonly<Record<Name, tfl.LayerVariable | undefined>>,
): Partial<Record<Name, tf.Tensor>> {
  const values: Partial<Record<Name, tf.Tensor>> = {};
  for (const name in variables) {
    const variable = variables[name];
    if (variable) values[name] = variable.read();
  }
  return values;
}
