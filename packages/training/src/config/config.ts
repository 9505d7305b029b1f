import { TrainConfigError } from '../errors';
import { trainConfigProblems } from './config-rules';
import type { OptimizerConfig } from '../optimizers/optimizers';
import type { ScheduleConfig } from '../optimizers/schedules';

/** What to keep and when to stop, by a metric of the validation data (of the training data where there is none). */
export interface EarlyStoppingConfig {
  /** Default `loss`. */
  monitor?: 'loss' | 'accuracy';
  /** Epochs without an improvement before training stops; without it training never stops early. */
  patience?: number;
  /** An improvement must be larger than this; default 0. */
  minDelta?: number;
  /** Give the model the best epoch's weights at the end; default true. */
  restoreBest?: boolean;
}

/** Exponential moving average of the weights: the paper's Polyak averaging. */
export interface EmaConfig {
  /** Share of the old average that each step keeps, in [0, 1). */
  decay: number;
  /** Use `min(decay, (1 + t) / (10 + t))` at step t, so that short runs forget their start; default true. */
  warmup?: boolean;
}

/** Everything that decides the numbers of a training run. Plain JSON, so that it is kept inside each checkpoint. */
export interface TrainConfig {
  epochs: number;
  /** Images a step. */
  batchSize: number;
  /** Default Adam with Keras's defaults. */
  optimizer?: OptimizerConfig;
  /** Default constant 1e-3. */
  schedule?: ScheduleConfig;
  /** Share of the target spread evenly over all classes; default 0. */
  labelSmoothing?: number;
  /** What an image's loss is multiplied by, one number a class; default all 1. `balancedClassWeights` gives every class the same say. */
  classWeights?: readonly number[];
  /** Weight of each auxiliary head's loss; default 0.3 as in the paper. */
  auxiliaryWeight?: number;
  /** Scale all gradients down to this global L2 norm where it is exceeded. */
  clipNorm?: number;
  ema?: EmaConfig;
  earlyStopping?: EarlyStoppingConfig;
  /** Seeds the order of the images, augmentation and dropout; default 0. */
  seed?: number;
  /** New order each epoch; default true. */
  shuffle?: boolean;
  /** Leave out an epoch's last, smaller batch; default false. */
  dropRemainder?: boolean;
  /** Given to the training data's `batches()` as it is. */
  augment?: object;
  /** Given to both datasets' `batches()` as it is. */
  normalize?: 'unit' | { mean: number; std: number };
  /** Checkpoints inside an epoch, every so many steps; each epoch's end has one anyway. */
  checkpointEverySteps?: number;
  /** Images a batch when evaluating; default 4 x `batchSize`, at most 256. */
  evaluateBatchSize?: number;
}

/** A {@link TrainConfig} with a value in each field that has a default; the others may still be missing. */
export type ResolvedTrainConfig = TrainConfig &
  Required<
    Pick<
      TrainConfig,
      | 'optimizer'
      | 'schedule'
      | 'labelSmoothing'
      | 'auxiliaryWeight'
      | 'seed'
      | 'shuffle'
      | 'dropRemainder'
      | 'evaluateBatchSize'
    >
  >;

/** The defaults of the fields that have a fixed one. */
export const TRAIN_DEFAULTS = {
  optimizer: { kind: 'adam' },
  schedule: { kind: 'constant', learningRate: 1e-3 },
  labelSmoothing: 0,
  auxiliaryWeight: 0.3,
  seed: 0,
  shuffle: true,
  dropRemainder: false,
} as const;

/**
 * Checks a configuration and fills in its defaults.
 *
 * @throws {TrainConfigError} with every problem at once.
 */
export function resolveTrainConfig(config: TrainConfig): ResolvedTrainConfig {
  const problems = trainConfigProblems(config);
  if (problems.length > 0) throw new TrainConfigError(problems);
  return {
    ...structuredClone(TRAIN_DEFAULTS),
    evaluateBatchSize: Math.max(1, Math.min(256, 4 * config.batchSize)),
    ...structuredClone<TrainConfig>(config),
  };
}
