import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type BatchNormLayer, batchNormLayers } from '../classifier/batch-norms';
import { leafLayers, readValues, writeValues } from '../classifier/weights';
import { type TrainingData, yieldToEventLoop } from '../data';

/** Options of {@link recalibrateBatchNorm}. */
export interface RecalibrateOptions {
  /** Images; best that of the training. Default 128. */
  batchSize?: number;
  /** How many batches to use; default all of one pass. */
  batches?: number;
  /** Default true: data sorted by class would give batches that are like no batch of the training. */
  shuffle?: boolean;
  /** Of the order and the augmentation; default 0. */
  seed?: number;
  /** Given to `data.batches()`; default none, as in evaluation. */
  augment?: object;
  /** Given to `data.batches()`; as in training. */
  normalize?: 'unit' | { mean: number; std: number };
  signal?: AbortSignal;
  /** Called after each batch. @param done - images so far. */
  onProgress?: (done: number, size: number) => void;
}

/** What {@link recalibrateBatchNorm} did. */
export interface Recalibration {
  /** Layers whose moving averages were set; 0 for a model without batch norm, or with frozen ones only. */
  layers: number;
  batches: number;
  images: number;
}

/**
 * Sets the moving means and variances of every batch norm to the plain average of the batch statistics of `data`; all other
 * weights stay.
 *
 * For evaluation after a short training, where the moving averages still hold much of their first values, and after weights were
 * averaged or changed by hand. Each batch goes once through the model with batch norm in training mode, so that a layer sees what the layers
 * before it give in training; every batch counts the same, a smaller last one too. Every other layer runs in inference
 * mode, so dropout does not touch the statistics. Frozen layers keep their averages. The variance is the one that the layer itself
 * uses, in TensorFlow.js and `@googlenet/inception` the biased one.
 *
 * Knows layers by their weights `moving_mean` and `moving_variance` and their `momentum`. No training may run on the
 * model meanwhile; where it fails or is aborted, the averages are as they were.
 * @param model - any layers model; its moving averages are changed.
 * @param data - the training data, not those of the evaluation.
 * @throws {RangeError} if `data` is empty, an option is outside its range, a layer's momentum is unknown or 1, or a batch gives
 * statistics that are not finite.
 * @throws the signal's reason when it is aborted.
 * @see Izmailov et al. 2018 (arXiv:1803.05407), section 3.2; `torch.optim.swa_utils.update_bn`
 * Deviation: PyTorch keeps the unbiased variance and leaves dropout on.
 */
export async function recalibrateBatchNorm(
  model: tfl.LayersModel,
  data: TrainingData,
  options: RecalibrateOptions = {},
): Promise<Recalibration> {
  const { batchSize = 128, batches = Infinity, shuffle = true, seed = 0, signal } = options;
  validate(data, batchSize, batches);
  const norms = batchNormLayers(model);
  norms.forEach(requireMomentum);
  const result: Recalibration = { layers: norms.length, batches: 0, images: 0 };
  if (norms.length === 0) return result;
  signal?.throwIfAborted();

  const before = norms.map(({ moving }) => moving.map((variable) => tf.keep(tf.clone(variable))));
  const collector = new StatisticsCollector(model, norms);
  try {
    for await (const batch of data.batches({
      batchSize,
      shuffle,
      seed,
      ...(options.augment ? { augment: options.augment } : {}),
      ...(options.normalize ? { normalize: options.normalize } : {}),
    })) {
      signal?.throwIfAborted();
      tf.tidy(() => void model.apply(tf.tensor(batch.images, [...batch.shape]), { training: true }));
      await collector.takeIn();
      result.batches += 1;
      result.images += batch.labels.length;
      options.onProgress?.(result.images, data.size);
      await yieldToEventLoop();
      if (result.batches >= batches) break;
    }
    signal?.throwIfAborted();
    collector.write();
  } catch (error) {
    norms.forEach(({ moving }, i) => moving.forEach((variable, j) => variable.assign(before[i][j])));
    throw error;
  } finally {
    collector.dispose();
    tf.dispose(before);
  }
  return result;
}

/**
 * Averages what each call of a batch norm takes as its batch statistics. The moving averages are 0 before each call, so that they are
 * `(1 - momentum) * statistic` after it, without a difference of near values.
 */
class StatisticsCollector {
  private pending: { norm: number; values: tf.Tensor[] }[] = [];
  private readonly sums: Float64Array[][];
  private readonly calls: number[];
  private readonly undo: (() => void)[];

  constructor(
    model: tfl.LayersModel,
    private readonly norms: readonly BatchNormLayer[],
  ) {
    this.sums = norms.map(({ moving }) => moving.map(({ size }) => new Float64Array(size)));
    this.calls = norms.map(() => 0);
    const position = new Map(norms.map(({ layer }, i) => [layer, i]));
    this.undo = leafLayers(model).map(({ layer }) => {
      const own = Object.getOwnPropertyDescriptor(layer, 'call');
      const call = layer.call.bind(layer);
      const norm = position.get(layer);
      layer.call = (inputs, kwargs) => {
        if (norm === undefined) return call(inputs, { ...kwargs, training: false });
        const { moving } = norms[norm];
        tf.tidy(() => moving.forEach((variable) => variable.assign(tf.zerosLike(variable))));
        const outputs = call(inputs, { ...kwargs, training: true });
        this.pending.push({ norm, values: moving.map((variable) => tf.keep(tf.clone(variable))) });
        return outputs;
      };
      return () => {
        if (own) Object.defineProperty(layer, 'call', own);
        else delete (layer as { call?: unknown }).call;
      };
    });
  }

  /** Adds up the statistics of the calls since the last time. */
  async takeIn(): Promise<void> {
    const calls = this.pending;
    const read = await Promise.all(calls.map(({ values }) => Promise.all(values.map(readValues))));
    calls.forEach(({ norm }, i) => {
      const { layer, momentum } = this.norms[norm];
      this.calls[norm] += 1;
      read[i].forEach((values, j) => {
        const sum = this.sums[norm][j];
        values.forEach((value, channel) => {
          if (!Number.isFinite(value)) {
            throw new RangeError(
              `recalibrateBatchNorm("${layer.name}"): expected finite batch statistics, got ${value} at channel ${channel}. Check the weights and that the images hold no NaN.`,
            );
          }
          sum[channel] += value / (1 - momentum);
        });
      });
    });
    tf.dispose(calls.map(({ values }) => values));
    this.pending = [];
  }

  /** Writes the averages into the layers. */
  write(): void {
    const missing = this.calls.findIndex((calls) => calls === 0);
    if (missing >= 0) {
      throw new RangeError(
        `recalibrateBatchNorm("${this.norms[missing].layer.name}"): expected at least one batch through the layer, got none. Check batches() of the dataset.`,
      );
    }
    this.norms.forEach(({ moving }, i) =>
      moving.forEach((variable, j) =>
        writeValues(
          variable,
          Float32Array.from(this.sums[i][j], (sum) => sum / this.calls[i]),
        ),
      ),
    );
  }

  dispose(): void {
    for (const restoreCall of this.undo) restoreCall();
    tf.dispose(this.pending.map(({ values }) => values));
    this.pending = [];
  }
}

function validate({ size }: TrainingData, batchSize: number, batches: number): void {
  const count = (what: string, value: number, fix: string): void => {
    if (Number.isSafeInteger(value) && value > 0) return;
    throw new RangeError(
      `recalibrateBatchNorm(${what}): expected a positive integer, got ${String(value)}. ${fix}`,
    );
  };
  count('data.size', size, 'Check how the dataset was split.');
  count('batchSize', batchSize, 'Give a number of images.');
  if (batches !== Infinity) count('batches', batches, 'Give a number of batches, or leave it out for all.');
}

function requireMomentum({ layer, momentum }: BatchNormLayer): void {
  if (momentum >= 0 && momentum < 1) return;
  throw new RangeError(
    `recalibrateBatchNorm("${layer.name}"): expected a momentum from 0 to below 1 in the layer's configuration, got ${momentum}. Make the layer with such a momentum.`,
  );
}
