import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainingData } from '../data';
import type { Collective } from '../loop/collective';
import { computeRows } from '../loop/compute-rows';
import { mainModel, runForLogits } from '../classifier/heads';
import {
  argMaxRows,
  type CalibrationBin,
  calibrationBins,
  calibrationErrorOf,
  type ClassMetrics,
  confusionMatrix,
  crossEntropyRows,
  perClassMetrics,
  softmaxRows,
  topKAccuracy,
} from './metrics';

/** One wrongly classified image. */
export interface Mistake {
  /** The image's position in the dataset. */
  index: number;
  label: number;
  predicted: number;
  /** Of the predicted class. */
  probability: number;
  /** Of the true class. */
  trueProbability: number;
}

/** How good a model is on a dataset. */
export interface EvaluationReport {
  /** Number of images. */
  size: number;
  /** Mean cross-entropy of the main output, without smoothing or regularization, in nats. */
  loss: number;
  accuracy: number;
  /** Accuracy when the label may be among the first k. */
  topK: Record<number, number>;
  perClass: ClassMetrics[];
  /** Unweighted means over the classes. */
  macro: { precision: number; recall: number; f1: number };
  /** `[true class][predicted class]`. */
  confusionMatrix: number[][];
  /** Expected calibration error, 15 bins. */
  ece: number;
  /** The bins of `ece`, as a reliability diagram shows them. */
  calibration: CalibrationBin[];
  /** The worst first: by how much more likely the predicted class was than the true one. */
  mistakes: Mistake[];
  durationMs: number;
  imagesPerSecond: number;
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Default 256. */
  batchSize?: number;
  /** Default `[5]`. */
  topK?: readonly number[];
  classNames?: readonly string[];
  /** How many mistakes the report lists; default 25. */
  maxMistakes?: number;
  normalize?: 'unit' | { mean: number; std: number };
  signal?: AbortSignal;
  /** Evaluates together with other processes, each its share of every batch; all get the same report. */
  collective?: Collective;
  onProgress?: (done: number, size: number) => void;
}

/**
 * Evaluates a classifier's main output on a dataset, in inference mode; auxiliary heads are not computed.
 *
 * @param model - any model that ends in a softmax or in logits.
 * @throws the signal's reason when it is aborted.
 * @throws {RangeError} if the dataset is empty.
 */
export async function evaluate(
  model: tfl.LayersModel,
  data: TrainingData,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  if (data.size < 1)
    throw new RangeError(
      `evaluate(data): expected at least one image, got ${data.size}. Check how the dataset was split.`,
    );
  const {
    batchSize = 256,
    topK = [5],
    maxMistakes = 25,
    signal,
    normalize,
    collective,
    onProgress,
  } = options;
  const main = mainModel(model);
  const start = performance.now();
  const rows = await computeRows(
    'evaluate',
    data,
    { batchSize, shuffle: false, ...(normalize ? { normalize } : {}) },
    ({ images, shape }) => batchLogits(main, images, shape),
    { signal, collective, onProgress },
  );
  const durationMs = performance.now() - start;
  return {
    ...report(rows.values, rows.labels, rows.indices, rows.values.length / data.size, {
      topK,
      maxMistakes,
      ...(options.classNames ? { classNames: options.classNames } : {}),
    }),
    durationMs,
    imagesPerSecond: (1000 * data.size) / durationMs,
  };
}

/** The logits of one batch as numbers. @param shape - of the images. @returns `[batch, classes]`, row by row. */
export async function batchLogits(
  model: tfl.LayersModel,
  images: Float32Array | tf.Tensor,
  shape: readonly number[],
): Promise<Float32Array> {
  const logits = tf.tidy(() => {
    const input = images instanceof Float32Array ? tf.tensor(images, [...shape]) : images;
    return runForLogits(model, input, false)[0];
  });
  try {
    return Float32Array.from(await logits.data());
  } finally {
    logits.dispose();
  }
}

function report(
  logits: Float32Array,
  labels: Int32Array,
  indices: Int32Array,
  classes: number,
  options: { topK: readonly number[]; maxMistakes: number; classNames?: readonly string[] },
): Omit<EvaluationReport, 'durationMs' | 'imagesPerSecond'> {
  const size = labels.length;
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined) {
    throw new RangeError(
      `evaluate(labels): expected classes from 0 to ${classes - 1}, got ${wrong}. Use a model with more classes.`,
    );
  }
  const probabilities = softmaxRows(logits, classes);
  const predicted = argMaxRows(logits, classes);
  const matrix = confusionMatrix(labels, predicted, classes);
  const perClass = perClassMetrics(matrix, options.classNames);
  const calibration = calibrationBins(probabilities, labels, classes);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const mistakes: Mistake[] = [];
  predicted.forEach((guess, row) => {
    const label = labels[row];
    if (guess === label) return;
    mistakes.push({
      index: indices[row],
      label,
      predicted: guess,
      probability: probabilities[row * classes + guess],
      trueProbability: probabilities[row * classes + label],
    });
  });
  mistakes.sort(
    (a, b) => b.probability - b.trueProbability - (a.probability - a.trueProbability) || a.index - b.index,
  );
  return {
    size,
    loss: mean(crossEntropyRows(logits, labels, classes)),
    accuracy: 1 - mistakes.length / size,
    topK: Object.fromEntries(options.topK.map((k) => [k, topKAccuracy(logits, labels, classes, k)])),
    perClass,
    macro: {
      precision: mean(perClass.map((c) => c.precision)),
      recall: mean(perClass.map((c) => c.recall)),
      f1: mean(perClass.map((c) => c.f1)),
    },
    confusionMatrix: matrix,
    ece: calibrationErrorOf(calibration),
    calibration,
    mistakes: mistakes.slice(0, options.maxMistakes),
  };
}
