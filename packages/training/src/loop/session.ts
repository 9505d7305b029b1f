import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, CheckpointTensor, TrainState } from '../checkpoint/checkpoint';
import type { ResolvedTrainConfig } from '../config/config';
import type { TrainingBatch } from '../data';
import { WeightAverage } from '../optimizers/ema';
import { NonFiniteLossError } from '../errors';
import { computeGradients, type Gradients } from './gradients';
import { clipByGlobalNorm } from './losses';
import { type Share, Team } from './team';
import { shareStatistics } from '../classifier/shared-statistics';
import { argMaxRows, crossEntropyRows } from '../evaluate/metrics';
import { createOptimizer, type Optimizer } from '../optimizers/optimizers';
import { createReseeder, runFrozenLayersInInference } from '../classifier/reseed';
import {
  checkSameRun,
  readGroup,
  type RunFacts,
  type TensorGroup,
  writeGroup,
} from '../checkpoint/tensor-group';
import { modelWeights, ownData, readValues, type Weight, writeValues } from '../classifier/weights';

/** The numbers of one step. */
export interface StepResult {
  loss: number;
  crossEntropy: number;
  correct: number;
  /** Of all processes together. */
  images: number;
  gradientNorm?: number;
  /** Whether a process wants to stop after this step. */
  stop: boolean;
}

/** What the rows of a step, or of one process's part of it, add up to. */
interface Sums {
  loss: number;
  crossEntropy: number;
  correct: number;
  /** How many processes want to stop. */
  stops: number;
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
  private readonly statistics: ReturnType<typeof shareStatistics> | undefined;
  /** What goes over the wire in each step; kept from step to step. */
  private wire = new Float32Array(0);

  /** @throws {RangeError} if the model has no trainable weight, or a batch norm that cannot be synchronised as the configuration asks. */
  constructor(
    private readonly model: tfl.LayersModel,
    private readonly config: ResolvedTrainConfig,
    private readonly facts: Omit<RunFacts, 'config'>,
    private readonly team = new Team(undefined),
    syncBatchNorm = false,
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
    this.statistics = syncBatchNorm && team.collective ? shareStatistics(model, team) : undefined;
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
  async step(whole: TrainingBatch, learningRate: number, stop = false): Promise<StepResult> {
    const { state, config, team } = this;
    const number = state.step + 1;
    const share = team.share(whole);
    const { batch, images, counted } = share;
    this.reseeder.seedStep(state.step, share);
    this.statistics?.setRows(share);
    const moving = this.weights
      .filter(({ live, trainable }) => live && !trainable)
      .map(({ variable }) => variable);
    const movingBefore = moving.map((variable) => tf.clone(variable));
    const owned: (tf.Tensor | null)[] = [...movingBefore];
    try {
      const part = { images, counted, penalties: team.leads };
      const pass = computeGradients(this.model, this.parameters, batch, config, part);
      owned.push(pass.loss, pass.logits, ...pass.gradients);
      const sums = await measure(pass, batch, counted, stop);
      const gradients = team.collective
        ? await this.sumOverRanks(pass.gradients, moving, share, sums)
        : pass.gradients;
      if (gradients !== pass.gradients) owned.push(...gradients);
      let applied = gradients;
      let norm: tf.Scalar | undefined;
      if (config.clipNorm !== undefined) {
        ({ clipped: applied, norm } = clipByGlobalNorm(gradients, config.clipNorm));
        owned.push(norm, ...applied);
      }
      const [gradientNorm] = (await norm?.data()) ?? [];
      for (const [what, value = 0] of [
        ['loss', sums.loss],
        ['gradient norm', gradientNorm],
      ] as const) {
        if (!Number.isFinite(value))
          throw new NonFiniteLossError(number, what, value, this.lastCheckpointStep);
      }
      this.optimizer.apply(applied, learningRate);
      this.ema?.update(number);
      const result = {
        loss: sums.loss,
        crossEntropy: sums.crossEntropy / images,
        correct: sums.correct,
        images,
        ...(gradientNorm === undefined ? {} : { gradientNorm }),
        stop: sums.stops > 0,
      };
      this.count(result);
      return result;
    } catch (error) {
      moving.forEach((variable, i) => variable.assign(movingBefore[i]));
      throw error;
    } finally {
      for (const tensor of owned) tensor?.dispose();
    }
  }

  /**
   * Adds up over all processes, in one sum: the gradients, what the step measures, and the moving statistics, each process's
   * in proportion to its rows (synchronised ones are the same everywhere already).
   *
   * @returns the gradients of the whole batch; the caller disposes them.
   */
  private async sumOverRanks(
    gradients: readonly (tf.Tensor | null)[],
    moving: readonly tf.Variable[],
    { first, end, images, counted }: Share,
    sums: Sums,
  ): Promise<(tf.Tensor | null)[]> {
    const averaged = this.statistics ? [] : moving;
    const own = gradients.flatMap((gradient) => gradient ?? []);
    const length = [...own, ...averaged].reduce((total, { size }) => total + size, 0);
    if (this.wire.length !== length + 4) this.wire = new Float32Array(length + 4);
    const { wire } = this;
    let offset = 0;
    for (const gradient of own) {
      wire.set(await gradient.data<'float32'>(), offset);
      offset += gradient.size;
    }
    const weight = (end - first) / images;
    for (const variable of averaged) {
      const place = wire.subarray(offset, offset + variable.size);
      if (counted) place.set(await variable.data<'float32'>());
      else place.fill(0);
      if (weight !== 1) for (let i = 0; i < place.length; i++) place[i] *= weight;
      offset += variable.size;
    }
    wire.set([sums.loss, sums.crossEntropy, sums.correct, sums.stops], offset);
    await this.team.sum(wire);
    [sums.loss, sums.crossEntropy, sums.correct, sums.stops] = wire.subarray(offset);
    offset = 0;
    const take = ({ size }: tf.Tensor) => wire.subarray(offset, (offset += size));
    const summed = gradients.map((gradient) => gradient && tf.tensor(take(gradient), gradient.shape));
    for (const variable of averaged) writeValues(variable, take(variable));
    return summed;
  }

  /** Gives every process rank 0's state, so that only that one need have a checkpoint. */
  async shareState(): Promise<void> {
    const { team, state } = this;
    if (!team.collective) return;
    Object.assign(state, await team.tell(state));
    this.lastCheckpointStep = await team
      .tell(this.lastCheckpointStep ?? null)
      .then((step) => step ?? undefined);
    this.optimizer.step = state.step;
    for (const group of this.groups()) await this.shareGroup(group);
  }

  /** Gives every process the weights that rank 0's model holds at the moment. */
  async shareWeights(): Promise<void> {
    if (this.team.collective) await this.shareGroup(this.groups()[0]);
  }

  private async shareGroup({ variables }: TensorGroup): Promise<void> {
    const values = new Float32Array(variables.reduce((sum, { size }) => sum + size, 0));
    let offset = 0;
    for (const variable of variables) {
      values.set(await variable.data<'float32'>(), offset);
      offset += variable.size;
    }
    await this.team.broadcast(values);
    offset = 0;
    for (const variable of variables)
      writeValues(variable, values.subarray(offset, (offset += variable.size)));
  }

  /** Checks that all processes hold the same weights, bit by bit. @throws {CollectiveError} on all of them if not. */
  async checkSameWeights(): Promise<void> {
    if (!this.team.collective) return;
    const parts: Uint8Array[] = [];
    for (const { variable } of this.weights) {
      const values = await readValues(variable);
      parts.push(new Uint8Array(values.buffer));
    }
    await this.team.checkSame(
      `weights after step ${this.state.step}`,
      'Use the same engine, threads aside, and the same kind of processor for all of them; go on from the last checkpoint.',
      parts,
    );
  }

  private count({ loss, crossEntropy, correct, images }: StepResult): void {
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
    checkSameRun(checkpoint.header, { ...this.facts, config: this.config });
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
    const { dataSize, fingerprint } = this.facts;
    return { kind, state: structuredClone(this.state), config: this.config, dataSize, fingerprint };
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
    this.statistics?.restore();
  }
}

/** The loss and the hits of a process's rows, as sums. */
async function measure(
  { loss, logits }: Gradients,
  { labels }: TrainingBatch,
  counted: boolean,
  stop: boolean,
): Promise<Sums> {
  const [[lossValue = NaN], values] = await Promise.all([loss.data(), logits.data<'float32'>()]);
  const sums = { loss: lossValue, crossEntropy: 0, correct: 0, stops: Number(stop) };
  if (!counted) return sums;
  const classes = logits.shape[1];
  sums.crossEntropy = crossEntropyRows(values, labels, classes).reduce((a, b) => a + b, 0);
  sums.correct = argMaxRows(values, classes).reduce((sum, guess, i) => sum + Number(guess === labels[i]), 0);
  return sums;
}

/** Sums of an epoch that has not begun. */
export function emptyTotals(): TrainState['totals'] {
  return { images: 0, loss: 0, crossEntropy: 0, correct: 0, durationMs: 0 };
}
