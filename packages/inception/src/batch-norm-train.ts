import * as tf from '@tensorflow/tfjs-core';
import type { UnitActivation } from './conv-unit-options';
import { hasKernels, OPTIONAL_KERNELS, runKernel } from './kernels';

export interface BatchNormTrainOptions {
  /** Added to the variance. Default 1e-3. */
  epsilon?: number;
  /** Applied to the normalised values, inside the same operation. Default `linear`. */
  activation?: UnitActivation;
}

export interface BatchNormTrainResult {
  /** Shaped as `x`. */
  y: tf.Tensor4D;
  /** `[channels]`, of this batch. */
  mean: tf.Tensor1D;
  /** `[channels]`, of this batch, biased: divided by batch x height x width. */
  variance: tf.Tensor1D;
}

const SPATIAL = [0, 1, 2];

/**
 * Batch norm of one batch with the activation behind it, as one operation with its own gradient.
 *
 * `y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta)`; mean and variance are computed once
 * and used again by the gradient: with `g` the gradient of the normalised values and `n` the count a channel,
 * `dbeta = sum(g)`, `dgamma = sum(g * xhat)`, `dx = gamma / sqrt(variance + epsilon) * (g - dbeta / n - xhat * dgamma / n)`.
 * Runs the engine's `BatchNormTrain` where there is one. First-order gradients only; none flows to the statistics.
 * @param x - NHWC float32 `[batch, height, width, channels]`.
 * @param gamma - `[channels]`.
 * @param beta - `[channels]`.
 * @returns three tensors that the caller disposes.
 * @see Ioffe and Szegedy 2015 (arXiv:1502.03167), section 3
 * Deviation: none.
 */
export function batchNormTrain(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon = 1e-3, activation = 'linear' }: BatchNormTrainOptions = {},
): BatchNormTrainResult {
  const attributes = { epsilon, activation };
  const fused = hasKernels(OPTIONAL_KERNELS.batchNormTrain, OPTIONAL_KERNELS.batchNormTrainGrad);
  const statistics: tf.Tensor[] = [];
  const operation = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, scale, shift, save] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const [y, mean, variance] = fused
      ? runKernel(OPTIONAL_KERNELS.batchNormTrain, { x: input, gamma: scale, beta: shift }, attributes)
      : composedForward(input, scale, shift, epsilon, activation);
    statistics.push(tf.keep(mean), tf.keep(variance));
    save([input, y, scale, shift, mean, variance]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedX, savedY, savedGamma, savedBeta, savedMean, savedVariance] = saved;
      const all = {
        dy,
        x: savedX,
        y: savedY,
        gamma: savedGamma,
        beta: savedBeta,
        mean: savedMean,
        variance: savedVariance,
      };
      return fused
        ? runKernel(OPTIONAL_KERNELS.batchNormTrainGrad, all, attributes)
        : composedBackward(all, epsilon, activation);
    };
    return { value: y, gradFunc };
  });
  const y = operation(x, gamma, beta) as tf.Tensor4D;
  const [mean, variance] = statistics.map(release) as [tf.Tensor1D, tf.Tensor1D];
  return { y, mean, variance };
}

/** Hands a kept tensor back to the scope of the caller. */
export function release(kept: tf.Tensor): tf.Tensor {
  const handed = tf.clone(kept);
  kept.dispose();
  return handed;
}

function composedForward(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  activation: UnitActivation,
): tf.Tensor[] {
  const { mean, variance } = tf.moments(x, SPATIAL) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  const normalised = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon);
  return [activation === 'relu' ? tf.relu(normalised) : normalised, mean, variance];
}

type GradientInputs = Record<'dy' | 'x' | 'y' | 'gamma' | 'mean' | 'variance', tf.Tensor>;

function composedBackward(
  { dy, x, y, gamma, mean, variance }: GradientInputs,
  epsilon: number,
  activation: UnitActivation,
): tf.Tensor[] {
  return tf.tidy(() => {
    const count = x.size / mean.size;
    const g = activation === 'relu' ? tf.mul(dy, tf.step(y)) : dy;
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const centred = tf.sub(x, mean);
    const dbeta = tf.sum(g, SPATIAL);
    const dgamma = tf.mul(tf.sum(tf.mul(g, centred), SPATIAL), inverse);
    const slope = tf.div(tf.mul(dgamma, inverse), count);
    const dx = tf.mul(
      tf.mul(gamma, inverse),
      tf.sub(tf.sub(g, tf.div(dbeta, count)), tf.mul(centred, slope)),
    );
    return [dx, dgamma, dbeta];
  });
}
