import type { BestEpoch, Checkpoint } from '../checkpoint/checkpoint';
import { type CheckpointStore, memoryStore } from '../checkpoint/checkpoint-store';
import { unsettledWarning } from '../classifier/batch-norms';
import type { ResolvedTrainConfig } from '../config/config';
import { type TrainingBatch, type TrainingData, yieldToEventLoop } from '../data';
import { CheckpointError, NonFiniteLossError } from '../errors';
import { evaluate, type EvaluationReport } from '../evaluate/evaluate';
import type { EpochEvent, StepEvent, TrainEvent } from './events';
import { learningRateAt, type RunLength } from '../optimizers/schedules';
import { emptyTotals, type TrainingSession } from './session';
import type { Team } from './team';
import type { TrainOptions } from './train-options';

/** The order of a training run: epochs, steps, evaluation, checkpoints, pauses and the end, as events. */
export class Run {
  private readonly keepBest: boolean;
  private readonly store: CheckpointStore | undefined;
  private agreedToStop = false;
  private readonly bestStore: CheckpointStore;
  private mark = performance.now();
  /** In sums over all processes, in this epoch. */
  private waitedMs = 0;

  constructor(
    private readonly options: TrainOptions,
    private readonly config: ResolvedTrainConfig,
    private readonly length: RunLength,
    private readonly session: TrainingSession,
    private readonly team: Team,
  ) {
    this.store = team.leads ? options.store : undefined;
    this.keepBest = team.leads && (options.store !== undefined || this.restoresBest);
    this.bestStore = this.store ?? memoryStore();
  }

  /** Whether to end after this step. Processes that train together agree on it in each step. */
  private get aborted(): boolean {
    return this.team.collective ? this.agreedToStop : (this.options.signal?.aborted ?? false);
  }

  private get restoresBest(): boolean {
    return this.config.earlyStopping !== undefined && this.config.earlyStopping.restoreBest !== false;
  }

  private get stopsEarly(): boolean {
    return this.session.state.epochsSinceBest >= (this.config.earlyStopping?.patience ?? Infinity);
  }

  async *events(): AsyncGenerator<TrainEvent, void, undefined> {
    const { state } = this.session;
    const { signal } = this.options;
    if (state.step === 0) yield* this.save();
    while (state.epoch < this.config.epochs && !this.stopsEarly) {
      yield* this.steps();
      if (!this.aborted) yield* this.endEpoch();
      if (this.aborted) {
        yield* this.save();
        yield {
          type: 'aborted',
          step: state.step,
          reason: signal?.aborted ? String(signal.reason) : 'another process was told to stop',
          saved: this.options.store !== undefined,
        };
        return;
      }
    }
    yield await this.finish();
  }

  private async *steps(): AsyncGenerator<TrainEvent, void, undefined> {
    const { session, config, length, options } = this;
    const { state } = session;
    if (state.batch >= length.stepsPerEpoch || this.aborted) return;
    this.mark = performance.now();
    for await (const batch of options.data.batches({
      batchSize: config.batchSize,
      shuffle: config.shuffle,
      seed: config.seed,
      epoch: state.epoch,
      startBatch: state.batch,
      dropRemainder: config.dropRemainder,
      ...(config.augment ? { augment: config.augment } : {}),
      ...(config.normalize ? { normalize: config.normalize } : {}),
      ...(this.team.rows ? { rows: this.team.rows } : {}),
    })) {
      yield await this.step(batch, performance.now() - this.mark);
      if (
        config.checkpointEverySteps &&
        state.step % config.checkpointEverySteps === 0 &&
        state.batch < length.stepsPerEpoch
      )
        yield* this.save();
      await yieldToEventLoop();
      yield* this.waitWhilePaused();
      if (this.aborted) return;
      this.mark = performance.now();
    }
    if (state.batch !== length.stepsPerEpoch) {
      throw new RangeError(
        `train(data): expected ${length.stepsPerEpoch} batches an epoch, got ${state.batch}. Check size and batches() of the dataset.`,
      );
    }
  }

  private async step(batch: TrainingBatch, dataMs: number): Promise<StepEvent> {
    const { session, length } = this;
    const { state } = session;
    const learningRate = learningRateAt(this.config.schedule, state.step, length);
    const { correct, images, stop, ...result } = await session.step(
      batch,
      learningRate,
      this.options.signal?.aborted,
    );
    this.agreedToStop = stop;
    const durationMs = performance.now() - this.mark;
    const waitedMs = this.team.takeWaited();
    state.totals.durationMs += durationMs;
    this.waitedMs += waitedMs;
    return {
      type: 'step',
      step: state.step,
      totalSteps: length.totalSteps,
      epoch: state.epoch + 1,
      batch: state.batch,
      stepsPerEpoch: length.stepsPerEpoch,
      ...result,
      accuracy: correct / images,
      learningRate,
      images,
      durationMs,
      dataMs,
      imagesPerSecond: (1000 * images) / durationMs,
      ...(this.team.collective ? { waitedMs } : {}),
    };
  }

  private async *waitWhilePaused(): AsyncGenerator<TrainEvent, void, undefined> {
    const { pause, signal } = this.options;
    const { step } = this.session.state;
    if (!pause?.isPaused || signal?.aborted) return;
    yield* this.save();
    yield { type: 'paused', step };
    await pause.whenResumed(signal);
    if (!signal?.aborted) yield { type: 'resumed', step };
  }

  private async *endEpoch(): AsyncGenerator<TrainEvent, void, undefined> {
    const { session, config, options } = this;
    const { state } = session;
    const epoch = state.epoch + 1;
    await session.checkSameWeights();
    if (options.validation) yield { type: 'evaluating', epoch, images: options.validation.size };
    const outcome = await session.onInferenceWeights(async () => {
      const report = options.validation && (await this.evaluate(options.validation));
      if (report === 'aborted') return undefined;
      const best = this.bestOf(report);
      if (best && this.keepBest) await this.bestStore.saveBest(await session.captureWeights());
      return { report, best };
    });
    if (!outcome) return;
    const { totals } = state;
    const event: EpochEvent = {
      type: 'epoch',
      epoch,
      epochs: config.epochs,
      step: state.step,
      loss: totals.loss / totals.images,
      crossEntropy: totals.crossEntropy / totals.images,
      accuracy: totals.correct / totals.images,
      ...(outcome.report ? { validation: summary(outcome.report) } : {}),
      durationMs: totals.durationMs,
      imagesPerSecond: (1000 * totals.images) / totals.durationMs,
      ...(this.team.collective ? { waitedMs: this.waitedMs } : {}),
    };
    this.waitedMs = 0;
    state.best = outcome.best ?? state.best;
    state.epochsSinceBest = outcome.best ? 0 : state.epochsSinceBest + 1;
    Object.assign(state, { epoch, batch: 0, totals: emptyTotals() });
    yield event;
    if (outcome.best) yield { type: 'best', ...outcome.best };
    yield* this.save();
  }

  private async evaluate(validation: TrainingData): Promise<EvaluationReport | 'aborted'> {
    const { options, config, session } = this;
    try {
      const report = await evaluate(options.model, validation, {
        batchSize: config.evaluateBatchSize,
        ...(config.normalize ? { normalize: config.normalize } : {}),
        ...(this.team.collective ? { collective: this.team.collective } : {}),
        ...(options.signal && !this.team.collective ? { signal: options.signal } : {}),
      });
      if (!Number.isFinite(report.loss))
        throw new NonFiniteLossError(
          session.state.step,
          'validation loss',
          report.loss,
          session.lastCheckpointStep,
        );
      return report;
    } catch (error) {
      if (this.aborted && error === options.signal?.reason) return 'aborted';
      throw error;
    }
  }

  /** This epoch as the best one, if it is. */
  private bestOf(report: EvaluationReport | undefined): BestEpoch | undefined {
    const { state } = this.session;
    const { monitor = 'loss', minDelta = 0 } = this.config.earlyStopping ?? {};
    const trained = {
      loss: state.totals.crossEntropy / state.totals.images,
      accuracy: state.totals.correct / state.totals.images,
    };
    const value = (report ?? trained)[monitor];
    const gain = state.best
      ? monitor === 'loss'
        ? state.best.value - value
        : value - state.best.value
      : Infinity;
    return gain > minDelta ? { epoch: state.epoch + 1, step: state.step, monitor, value } : undefined;
  }

  private async *save(): AsyncGenerator<TrainEvent, void, undefined> {
    const { session, store } = this;
    const { step, epoch } = session.state;
    if (!store) return;
    const start = performance.now();
    await store.save(await session.capture());
    session.lastCheckpointStep = step;
    yield { type: 'checkpoint', step, epoch, durationMs: performance.now() - start };
  }

  /**
   * The best epoch's weights, where the run is to end with them.
   *
   * @param at - at the start of a stretch the store may already have those of an epoch that is to be trained again.
   * @throws {CheckpointError} `DAMAGED` if they are missing, damaged or of another epoch; the newest checkpoint stays as it is.
   */
  async checkBest(at: 'start' | 'finish' = 'start'): Promise<Checkpoint | undefined> {
    const { best } = this.session.state;
    if (!this.restoresBest || best === null) return undefined;
    const lost = (got: string, cause?: unknown): CheckpointError =>
      new CheckpointError(
        'DAMAGED',
        `train(best): expected the weights of epoch ${best.epoch}, the best so far, got ${got}. ` +
          'The newest checkpoint is intact: resume with earlyStopping.restoreBest false to end with the last weights, or train anew.',
        { cause },
      );
    let found: Checkpoint | undefined;
    try {
      found = await this.bestStore.best();
    } catch (error) {
      throw lost(`damaged ones (${error instanceof Error ? error.message : String(error)})`, error);
    }
    if (found === undefined) throw lost('none');
    const { step } = found.header.state;
    if (at === 'finish' ? step !== best.step : step < best.step) throw lost(`those of step ${step}`);
    return found;
  }

  private async finish(): Promise<TrainEvent> {
    const { session } = this;
    const { step, epoch, best } = session.state;
    const restored = await this.team.lead(async () => {
      const bestWeights = await this.checkBest('finish');
      if (bestWeights) session.restoreWeights(bestWeights);
      return bestWeights !== undefined;
    });
    let weights: 'last' | 'ema' | 'best' = 'last';
    if (await this.team.tell(restored ?? false)) {
      await session.shareWeights();
      weights = 'best';
    } else if (session.adoptAverage()) {
      weights = 'ema';
    }
    const warning = unsettledWarning(this.options.model, weights === 'best' ? (best?.step ?? step) : step);
    return {
      type: 'done',
      reason: epoch < this.config.epochs ? 'earlyStopping' : 'completed',
      step,
      epochs: epoch,
      best,
      weights,
      ...(warning === undefined ? {} : { warning }),
    };
  }
}

function summary({
  loss,
  accuracy,
  ece,
  durationMs,
}: EvaluationReport): NonNullable<EpochEvent['validation']> {
  return { loss, accuracy, ece, durationMs };
}
