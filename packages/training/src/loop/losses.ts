import * as tf from '@tensorflow/tfjs-core';

/**
 * The target distribution of each label: `1 - smoothing + smoothing / classes` for the label, `smoothing / classes` elsewhere.
 *
 * @param labels - class indices.
 * @param weights - what the row of a class is multiplied by, and with it the loss of its images.
 * @returns `[labels, classes]`, row by row.
 * @throws {RangeError} if a label is not a class.
 */
export function smoothedTargets(
  labels: Int32Array,
  classes: number,
  smoothing: number,
  weights?: readonly number[],
): Float32Array {
  if (weights && weights.length !== classes) {
    throw new RangeError(
      `train(classWeights): expected ${classes} weights, one for each class of the model, got ${weights.length}. Give one a class.`,
    );
  }
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, row) => {
    if (!(label >= 0 && label < classes)) {
      throw new RangeError(
        `train(labels): expected classes from 0 to ${classes - 1}, got ${label}. Build the model with numClasses of at least ${label + 1}.`,
      );
    }
    targets[row * classes + label] = 1 - smoothing + smoothing / classes;
    if (!weights) return;
    for (let i = row * classes; i < (row + 1) * classes; i++) targets[i] *= weights[label];
  });
  return targets;
}

/**
 * Mean softmax cross-entropy of logits: `-mean(sum(target * logSoftmax(logits)))`, stable for logits of any size.
 *
 * @param logits - `[batch, classes]`.
 * @param targets - `[batch, classes]`, rows that sum to 1.
 * @param images - what the sum is divided by; default the rows given.
 * @returns a scalar; the caller disposes it.
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  images = logits.shape[0],
): tf.Scalar {
  return tf.tidy(() => tf.div(tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)))), images));
}

/**
 * Scales gradients so that their joint L2 norm is at most `maxNorm`: `g * maxNorm / max(norm, maxNorm)`.
 *
 * @returns the scaled gradients and the norm before scaling, a scalar; the caller disposes both and the originals.
 * @see Pascanu et al. 2012 (arXiv:1211.5063)
 */
export function clipByGlobalNorm(
  gradients: readonly (tf.Tensor | null)[],
  maxNorm: number,
): { clipped: (tf.Tensor | null)[]; norm: tf.Scalar } {
  const norm = tf.tidy(() => {
    const squares = gradients.flatMap((gradient) => (gradient ? [tf.sum(tf.square(gradient))] : []));
    return tf.sqrt(tf.addN(squares)) as tf.Scalar;
  });
  const scale = tf.tidy(() => tf.div(maxNorm, tf.maximum(norm, maxNorm)));
  const clipped = gradients.map((gradient) => (gradient ? tf.mul(gradient, scale) : null));
  scale.dispose();
  return { clipped, norm };
}
