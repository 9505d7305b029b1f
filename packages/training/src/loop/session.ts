import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, CheckpointTensor, TrainState } from '../checkpoint/checkpoint';
import type { ResolvedTrainConfig } from '../config/config';
import type { TrainingBatch } from '../data';
import { WeightAverage } from '../optimizers/ema';
import { NonFiniteLossError } from '../errors';
import { computeGradients } from './gradients';
import { clipByGlobalNorm } from './losses';
import { argMaxRows, crossEntropyRows } from '../evaluate/metrics';
import { createOptimizer, type Optimizer } from '../optimizers/optimizers';
import { createReseeder, runFrozenLayersInInference } from '../classifier/reseed';
import { checkSameRun, readGroup, type TensorGroup, writeGroup } from '../checkpoint/tensor-group';
import { modelWeights, ownData, type Weight } from '../classifier/weights';

/** The numbers of one step. */
export interface StepResult {
  loss: number;
  crossEntropy: number;
  correct: number;
  gradientNorm?: number;
}

/** A model in training: one step at a time, with all the state that a checkpoint holds. Knows nothing of epochs' order or events. */
export class TrainingSession {
  readonly state: TrainState = {
    step: 0,
    epoch: 0,
    batch: 0,
    totals: emptyTotals(),
    best: null,
    epochsSinceBest: 0,
  };
  /** The step of the last checkpoint that was saved or restored. */
  lastCheckpointStep: number | undefined;
  private readonly weights: Weight[];
  private readonly parameters: Weight[];
  private readonly optimizer: Optimizer;
  private readonly ema: WeightAverage | undefined;
  private readonly reseeder: ReturnType<typeof createReseeder>;
  private readonly thawFrozenLayers: () => void;

  /** @throws {RangeError} if the model has no trainable weight. */
  constructor(
    private readonly model: tfl.LayersModel,
    private readonly config: ResolvedTrainConfig,
    private readonly dataSize: number,
  ) {
    this.weights = modelWeights(model);
    this.parameters = this.weights.filter((weight) => weight.trainable);
    if (this.parameters.length === 0) {
      throw new RangeError(
        `train(model): expected trainable weights, got none in "${model.name}". Set layer.trainable = true.`,
      );
    }
    ownData(this.parameters.map(({ variable }) => variable));
    this.optimizer = createOptimizer(config.optimizer, this.parameters);
    const live = this.weights.filter((weight) => weight.live);
    this.ema = config.ema ? new WeightAverage(config.ema, live) : undefined;
    this.reseeder = createReseeder(model, config.seed);
    this.thawFrozenLayers = runFrozenLayersInInference(model);
  }

  /** Number of single weights that are trained. */
  get trainableParameters(): number {
    return this.parameters.reduce((sum, { variable }) => sum + variable.size, 0);
  }

  /**
   * One forward and backward pass and one update.
   *
   * @throws {NonFiniteLossError} before the update; all weights, moving statistics included, are as they were before the step.
   */
  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { state, config } = this;
    const number = state.step + 1;
    this.reseeder.seedStep(state.step);
    const moving = this.weights
      .filter(({ live, trainable }) => live && !trainable)
      .map(({ variable }) => variable);
    const movingBefore = moving.map((variable) => tf.clone(variable));
    const owned: (tf.Tensor | null)[] = [...movingBefore];
    try {
      const { loss, logits, gradients } = computeGradients(this.model, this.parameters, batch, config);
      owned.push(loss, logits, ...gradients);
      let applied = gradients;
      let norm: tf.Scalar | undefined;
      if (config.clipNorm !== undefined) {
        ({ clipped: applied, norm } = clipByGlobalNorm(gradients, config.clipNorm));
        owned.push(norm, ...applied);
      }
      const [[lossValue = NaN], logitValues, [gradientNorm] = []] = await Promise.all([
        loss.data(),
        logits.data<'float32'>(),
        norm?.data(),
      ]);
      for (const [what, value = 0] of [
        ['loss', lossValue],
        ['gradient norm', gradientNorm],
      ] as const) {
        if (!Number.isFinite(value))
          throw new NonFiniteLossError(number, what, value, this.lastCheckpointStep);
      }
      this.optimizer.apply(applied, learningRate);
      this.ema?.update(number);
      const classes = logits.shape[1];
      const crossEntropies = crossEntropyRows(logitValues, batch.labels, classes);
      const predicted = argMaxRows(logitValues, classes);
      const result = {
        loss: lossValue,
        crossEntropy: crossEntropies.reduce((a, b) => a + b, 0) / batch.labels.length,
        correct: predicted.reduce((sum, guess, i) => sum + Number(guess === batch.labels[i]), 0),
        ...(gradientNorm === undefined ? {} : { gradientNorm }),
      };
      this.count(result, batch.labels.length);
      return result;
    } catch (error) {
      moving.forEach((variable, i) => variable.assign(movingBefore[i]));
      throw error;
    } finally {
      for (const tensor of owned) tensor?.dispose();
    }
  }

  private count({ loss, crossEntropy, correct }: StepResult, images: number): void {
    const { state } = this;
    state.step++;
    state.batch++;
    state.totals.images += images;
    state.totals.loss += loss * images;
    state.totals.crossEntropy += crossEntropy * images;
    state.totals.correct += correct;
  }

  /** Runs something on the weights that the run would end with: the averaged ones where there is an EMA. */
  async onInferenceWeights<T>(action: () => Promise<T>): Promise<T> {
    const restore = this.ema?.swapIn();
    try {
      return await action();
    } finally {
      restore?.();
    }
  }

  /** Leaves the averaged weights in the model. @returns whether there are any. */
  adoptAverage(): boolean {
    this.ema?.swapInForGood();
    return this.ema !== undefined;
  }

  /** The whole state. @throws {NonFiniteLossError} rather than to keep a broken weight. */
  async capture(): Promise<Checkpoint> {
    return { header: this.header('state'), tensors: await this.read(this.groups()) };
  }

  /** The weights that the model holds at the moment, alone. */
  async captureWeights(): Promise<Checkpoint> {
    return { header: this.header('best'), tensors: await this.read(this.groups().slice(0, 1)) };
  }

  /** Takes up the state of a checkpoint. @throws {CheckpointError} with code `MISMATCH` if it is of another run. */
  restore(checkpoint: Checkpoint): void {
    checkSameRun(checkpoint.header, this.config, this.dataSize);
    for (const group of this.groups()) writeGroup(checkpoint, group);
    Object.assign(this.state, structuredClone(checkpoint.header.state));
    this.optimizer.step = this.state.step;
    this.lastCheckpointStep = this.state.step;
  }

  /** Takes up a checkpoint's weights and nothing else. */
  restoreWeights(checkpoint: Checkpoint): void {
    writeGroup(checkpoint, this.groups()[0]);
  }

  /** Everything that a checkpoint holds; the weights first. */
  private groups(): TensorGroup[] {
    const { weights, parameters, ema } = this;
    return [
      { name: 'weights', weights, variables: weights.map(({ variable }) => variable) },
      ...Object.entries(this.optimizer.slots).map(([name, variables]) => ({
        name,
        weights: parameters,
        variables,
      })),
      ...(ema ? [{ name: 'ema', weights: weights.filter(({ live }) => live), variables: ema.averages }] : []),
    ];
  }

  private header(kind: 'state' | 'best'): Checkpoint['header'] {
    return { kind, state: structuredClone(this.state), config: this.config, dataSize: this.dataSize };
  }

  private async read(groups: readonly TensorGroup[]): Promise<CheckpointTensor[]> {
    const tensors: CheckpointTensor[] = [];
    for (const group of groups) {
      tensors.push(
        ...(await readGroup(group, (what, value) => {
          throw new NonFiniteLossError(this.state.step, what, value, this.lastCheckpointStep);
        })),
      );
    }
    return tensors;
  }

  /** Gives the model's layers back as they were and frees all tensors of the session; the model's weights stay. */
  dispose(): void {
    this.optimizer.dispose();
    this.ema?.dispose();
    this.reseeder.restore();
    this.thawFrozenLayers();
  }
}

/** Sums of an epoch that has not begun. */
export function emptyTotals(): TrainState['totals'] {
  return { images: 0, loss: 0, crossEntropy: 0, correct: 0, durationMs: 0 };
}
