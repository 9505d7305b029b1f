import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { yieldToEventLoop } from '../data';
import { batchLogits } from './evaluate';
import { mainModel } from '../classifier/heads';
import { softmaxRows } from './metrics';

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Images computed at once; default 64. */
  batchSize?: number;
  signal?: AbortSignal;
}

/**
 * Class probabilities of images, from a classifier's main output in inference mode.
 *
 * @param model - any model that ends in a softmax or in logits.
 * @param images - values as the model was trained on, row by row for a whole number of images in the model's input shape;
 *   or a tensor `[images, ...]`, which stays the caller's.
 * @returns for each image its probabilities, one per class.
 * @throws {RangeError} if the values are not a whole number of images, or `batchSize` is not a positive integer.
 */
export async function predict(
  model: tfl.LayersModel,
  images: Float32Array | tf.Tensor,
  options: PredictOptions = {},
): Promise<Float32Array[]> {
  const { batchSize = 64, signal } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `predict(batchSize): expected a positive integer, got ${batchSize}. Leave it out for 64.`,
    );
  }
  const shape = inputShape(model, images);
  const size = shape.reduce((a, b) => a * b, 1);
  const count = (images instanceof Float32Array ? images.length : images.size) / size;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `predict(images): expected a multiple of ${size} values ([${shape.join(', ')}] an image), got ${count * size}. Resize the images first.`,
    );
  }
  const main = mainModel(model);
  const predictions: Float32Array[] = [];
  for (let start = 0; start < count; start += batchSize) {
    signal?.throwIfAborted();
    const end = Math.min(count, start + batchSize);
    const part =
      images instanceof Float32Array
        ? images.subarray(start * size, end * size)
        : tf.slice(images, start, end - start);
    const logits = await batchLogits(main, part, [end - start, ...shape]);
    if (!(part instanceof Float32Array)) part.dispose();
    const classes = logits.length / (end - start);
    const probabilities = softmaxRows(logits, classes);
    for (let row = 0; row < end - start; row++)
      predictions.push(probabilities.slice(row * classes, (row + 1) * classes));
    await yieldToEventLoop();
  }
  return predictions;
}

function inputShape(model: tfl.LayersModel, images: Float32Array | tf.Tensor): number[] {
  if (!(images instanceof Float32Array)) return images.shape.slice(1);
  const shape = model.inputs[0].shape.slice(1);
  if (shape.some((length) => length === null)) {
    throw new RangeError(
      `predict(images): expected a tensor, since the model's input is [${shape.join(', ')}]; got numbers. Pass a tensor with the shape.`,
    );
  }
  return shape as number[];
}
