import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { readValues } from '../classifier/weights';
import type { TrainingBatch, TrainingData } from '../data';
import type { Collective } from '../loop/collective';
import { computeRows } from '../loop/compute-rows';

/** What a frozen network says of every image of a data set. */
export interface Features {
  /** `[count, width]`, row by row. */
  readonly values: Float32Array;
  readonly labels: Int32Array;
  /** The images' positions in the data set; views of the same image share one. */
  readonly indices: Int32Array;
  readonly count: number;
  readonly width: number;
}

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** Default 32. */
  batchSize?: number;
  /** Given to `batches()`; default none, the same view each time. */
  augment?: object;
  /** Number of the pass, for `augment`; default 0. */
  epoch?: number;
  /** For `augment`; default 0. */
  seed?: number;
  signal?: AbortSignal;
  /** Computes them together with other processes, each its share of every batch; all get all of them. */
  collective?: Collective;
  onProgress?: (done: number, size: number) => void;
}

/**
 * Runs a frozen network once over a data set, so that a new head can be fitted without computing it again and again.
 *
 * @param model - ends in `[batch, width]`, for example `featureExtractor(model, 'global_pool')`.
 * @throws {RangeError} if the model's output has another rank, or the data set gives another number of images than it says.
 * @throws the signal's reason when it is aborted.
 */
export async function extractFeatures(
  model: tfl.LayersModel,
  data: TrainingData,
  options: ExtractFeaturesOptions = {},
): Promise<Features> {
  const { batchSize = 32, augment, epoch = 0, seed = 0, signal, collective, onProgress } = options;
  const shape = model.outputs[0].shape;
  const width = shape[1];
  if (shape.length !== 2 || typeof width !== 'number')
    throw new RangeError(
      `extractFeatures(model): expected an output [batch, features], got [${shape.join(', ')}]. Use featureExtractor(model, 'global_pool').`,
    );
  const rows = await computeRows(
    'extractFeatures',
    data,
    { batchSize, epoch, seed, ...(augment ? { augment } : {}) },
    (batch) => batchFeatures(model, batch),
    { signal, collective, onProgress },
  );
  return { ...rows, count: data.size, width };
}

async function batchFeatures(
  model: tfl.LayersModel,
  { images, shape }: TrainingBatch,
): Promise<Float32Array> {
  const features = tf.tidy(
    () => model.apply(tf.tensor(images, [...shape]), { training: false }) as tf.Tensor,
  );
  try {
    return await readValues(features);
  } finally {
    features.dispose();
  }
}

/** Rows of several sets of features as one. */
export function joinFeatures(parts: readonly Features[]): Features {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const { width } = parts[0];
  const values = new Float32Array(count * width);
  const [labels, indices] = [new Int32Array(count), new Int32Array(count)];
  let row = 0;
  for (const part of parts) {
    values.set(part.values, row * width);
    labels.set(part.labels, row);
    indices.set(part.indices, row);
    row += part.count;
  }
  return { values, labels, indices, count, width };
}
