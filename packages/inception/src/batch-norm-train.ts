import { hasKernels, OPTIONAL_KERNELS, runKernel } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { UnitActivation } from './conv-unit-options';

export interface BatchNormTrainOptions {
  /** Added to the variance. Default 1e-3. */
  epsilon?: number;
  /** Applied to the normalised values, inside the same operation. Default `linear`. */
  activation?: UnitActivation;
  /** Takes the statistics over the batches of several processes, as if they were one. Default this batch alone. */
  group?: StatisticsGroup;
}

/** The processes that share their batch statistics, and this one's part. All of them must run the same layers in the same order. */
export interface StatisticsGroup {
  /** Images of all processes together. */
  readonly images: number;
  /** False where this process only keeps step: its images are not among those. */
  readonly counted: boolean;
  /** Replaces values by their sums over all processes, before it returns. */
  sum(values: Float32Array): void;
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
  { epsilon = 1e-3, activation = 'linear', group }: BatchNormTrainOptions = {},
): BatchNormTrainResult {
  const attributes = { epsilon, activation };
  const fused = !group && hasKernels(OPTIONAL_KERNELS.batchNormTrain, OPTIONAL_KERNELS.batchNormTrainGrad);
  const statistics: tf.Tensor[] = [];
  const operation = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, scale, shift, save] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const [y, mean, variance] = fused
      ? runKernel(OPTIONAL_KERNELS.batchNormTrain, { x: input, gamma: scale, beta: shift }, attributes)
      : composedForward(input, scale, shift, epsilon, activation, group);
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
        : composedBackward(all, epsilon, activation, group);
    };
    return { value: y, gradFunc };
  });
  const y = operation(x, gamma, beta) as tf.Tensor4D;
  const [mean, variance] = statistics.map(release) as [tf.Tensor1D, tf.Tensor1D];
  return { y, mean, variance };
}

/** Hands a kept tensor back to the scope of the caller. */
function release(kept: tf.Tensor): tf.Tensor {
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
  group?: StatisticsGroup,
): tf.Tensor[] {
  const { mean, variance } = (group ? groupMoments(x, group) : tf.moments(x, SPATIAL)) as {
    mean: tf.Tensor1D;
    variance: tf.Tensor1D;
  };
  const normalised = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon);
  return [activation === 'relu' ? tf.relu(normalised) : normalised, mean, variance];
}

type GradientInputs = Record<'dy' | 'x' | 'y' | 'gamma' | 'mean' | 'variance', tf.Tensor>;

function composedBackward(
  { dy, x, y, gamma, mean, variance }: GradientInputs,
  epsilon: number,
  activation: UnitActivation,
  group?: StatisticsGroup,
): tf.Tensor[] {
  return tf.tidy(() => {
    const count = group ? pixelsOf(x, group) : x.size / mean.size;
    const g = activation === 'relu' ? tf.mul(dy, tf.step(y)) : dy;
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const centred = tf.sub(x, mean);
    const dbeta = tf.sum(g, SPATIAL);
    const dgamma = tf.mul(tf.sum(tf.mul(g, centred), SPATIAL), inverse);
    // The input's gradient needs the sums of all processes; those of gamma and beta are added up with all other gradients.
    const [allBeta, allGamma] = group ? sumOver(group, [dbeta, dgamma]) : [dbeta, dgamma];
    // Rows that only keep step have nothing to do with the sums of the others.
    if (group && !group.counted) return [tf.zerosLike(x), dgamma, dbeta];
    const slope = tf.div(tf.mul(allGamma, inverse), count);
    const dx = tf.mul(
      tf.mul(gamma, inverse),
      tf.sub(tf.sub(g, tf.div(allBeta, count)), tf.mul(centred, slope)),
    );
    return [dx, dgamma, dbeta];
  });
}

/** Values a channel in the batches of all processes. */
function pixelsOf(x: tf.Tensor, group: StatisticsGroup): number {
  const [, height = 1, width = 1] = x.shape;
  return group.images * height * width;
}

/** Mean and biased variance over all processes; the mean first, so that the squares are of small numbers. */
function groupMoments(x: tf.Tensor4D, group: StatisticsGroup): { mean: tf.Tensor; variance: tf.Tensor } {
  const count = pixelsOf(x, group);
  const average = (values: tf.Tensor) => tf.div(sumOver(group, [tf.sum(values, SPATIAL)])[0], count);
  return tf.tidy(() => {
    const mean = average(x);
    return { mean, variance: average(tf.square(tf.sub(x, mean))) };
  });
}

/** Sums of vectors of one length over all processes. */
function sumOver(group: StatisticsGroup, vectors: readonly tf.Tensor[]): tf.Tensor[] {
  const [{ size }] = vectors;
  const values = new Float32Array(vectors.length * size);
  if (group.counted) vectors.forEach((vector, i) => values.set(vector.dataSync<'float32'>(), i * size));
  group.sum(values);
  return vectors.map((_, i) => tf.tensor1d(values.slice(i * size, (i + 1) * size)));
}
