import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, CheckpointTensor, TrainState } from '../checkpoint/checkpoint';
import {
  checkSameRun,
  readGroup,
  type RunFacts,
  type TensorGroup,
  writeGroup,
} from '../checkpoint/tensor-group';
import { createReseeder, runFrozenLayersInInference } from '../classifier/reseed';
import { shareStatistics } from '../classifier/shared-statistics';
import { modelWeights, ownData, type Weight } from '../classifier/weights';
import type { ResolvedTrainConfig } from '../config/config';
import type { TrainingBatch } from '../data';
import { NonFiniteLossError } from '../errors';
import { argMaxRows, crossEntropyRows } from '../evaluate/metrics';
import { WeightAverage } from '../optimizers/ema';
import { createOptimizer, type Optimizer } from '../optimizers/optimizers';
import { computeGradients, type Gradients } from './gradients';
import { clipByGlobalNorm } from './losses';
import { checkSameWeights, shareVariables } from './same-weights';
import { StepSum, type Sums } from './step-sum';
import { Team } from './team';

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
  private readonly stepSum: StepSum;

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
    this.stepSum = new StepSum(team);
  }

  private get variables(): tf.Variable[] {
    return this.weights.map(({ variable }) => variable);
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
      let { gradients } = pass;
      const sums = await measure(pass, batch, counted, stop);
      if (team.collective) {
        // Synchronised statistics are the same everywhere already.
        gradients = await this.stepSum.over(gradients, this.statistics ? [] : moving, share, sums);
        owned.push(...gradients);
      }
      this.requireFinite('loss', sums.loss);
      let gradientNorm: number | undefined;
      if (config.clipNorm !== undefined) {
        const { clipped, norm } = clipByGlobalNorm(gradients, config.clipNorm);
        owned.push(norm, ...clipped);
        [gradientNorm] = await norm.data();
        this.requireFinite('gradient norm', gradientNorm);
        gradients = clipped;
      }
      this.optimizer.apply(gradients, learningRate);
      this.ema?.update(state.step + 1);
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

  private requireFinite(what: 'loss' | 'gradient norm', value: number): void {
    if (!Number.isFinite(value))
      throw new NonFiniteLossError(this.state.step + 1, what, value, this.lastCheckpointStep);
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
    for (const { variables } of this.groups()) await shareVariables(team, variables);
  }

  /** Gives every process the weights that rank 0's model holds at the moment. */
  async shareWeights(): Promise<void> {
    if (this.team.collective) await shareVariables(this.team, this.variables);
  }

  /** Checks that all processes hold the same weights, bit by bit. @throws {CollectiveError} on all of them if not. */
  async checkSameWeights(): Promise<void> {
    await checkSameWeights(this.team, this.state.step, this.variables);
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
    const { weights, variables, parameters, ema } = this;
    return [
      { name: 'weights', weights, variables },
      ...Object.entries(this.optimizer.slots).map(([name, slots]) => ({
        name,
        weights: parameters,
        variables: slots,
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
