import { isObject } from '@googlenet-tooling/shared/checks';
import { count, widthName } from '../ui/format';
import {
  optimizerNames,
  scheduleNames,
  type OptimizerConfig,
  type ScheduleConfig,
  type TrainConfig,
} from '@googlenet/training';

/** What the visitor chooses before a run. Plain JSON: it is kept beside the checkpoints. */
export interface TrainSettings {
  /** A new network, or the one that the page has loaded. */
  start: 'new' | 'loaded';
  widthMultiplier: number;
  auxiliary: boolean;
  images: number;
  epochs: number;
  batchSize: number;
  optimizer: OptimizerConfig['kind'];
  learningRate: number;
  schedule: ScheduleConfig['kind'];
  augment: boolean;
  seed: number;
}

export const DEFAULT_SETTINGS: TrainSettings = {
  start: 'new',
  widthMultiplier: 0.125,
  auxiliary: false,
  images: 5000,
  epochs: 3,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.002,
  schedule: 'oneCycle',
  augment: true,
  seed: 1,
};

/**
 * The run of the first click: about a minute on two cores.
 *
 * Of 1,000 validation images it reads 96.5 % rightly, for 76 seconds of processor time (seed 1, `googlenet-wasm`, two threads, in
 * Chromium; see `scripts/measure-first-run.mjs`). No test image had a say in it.
 */
export const FIRST_RUN_SETTINGS: TrainSettings = {
  ...DEFAULT_SETTINGS,
  widthMultiplier: 0.125,
  images: 6000,
  epochs: 1,
  batchSize: 32,
  learningRate: 0.004,
  augment: false,
};
export const FIRST_RUN_NAME = 'First network';

/** How often the images may be gone through: whole passes only. */
export const EPOCH_RANGE = { lowest: 1, highest: 100 };
export const LEARNING_RATE_RANGE = { lowest: 1e-5, highest: 1 };

/** Images that are never trained on, for the validation after each epoch and the confusion matrix in between. */
export const VALIDATION_IMAGES = 1000;
export const PROBE_IMAGES = 300;

export const choices = {
  widthMultiplier: [0.0625, 0.125, 0.25, 0.5, 1],
  images: [500, 2000, 5000, 20_000, 60_000 - VALIDATION_IMAGES],
  batchSize: [8, 16, 32, 64, 128],
  optimizer: optimizerNames,
  schedule: scheduleNames,
} as const;

/** Learning rates that suit the optimizers; choosing another optimizer sets its own. */
export const USUAL_LEARNING_RATES: Record<TrainSettings['optimizer'], number> = {
  adam: 0.002,
  adamw: 0.002,
  sgd: 0.03,
};

/** What a run of these settings is called until its visitor names it. */
export function nameOf({ widthMultiplier, images, epochs }: TrainSettings): string {
  const passes = epochs === 1 ? '1 epoch' : `${epochs} epochs`;
  return `Width ${widthName(widthMultiplier)}, ${count(images)} images, ${passes}`;
}

/** The settings as the configuration of a run. */
export function toTrainConfig(settings: TrainSettings): TrainConfig {
  const { epochs, batchSize, learningRate, seed } = settings;
  const optimizers: Record<TrainSettings['optimizer'], OptimizerConfig> = {
    adam: { kind: 'adam' },
    adamw: { kind: 'adamw', weightDecay: 0.01 },
    sgd: { kind: 'sgd', momentum: 0.9, weightDecay: 2e-4 },
  };
  return {
    epochs,
    batchSize,
    seed,
    optimizer: optimizers[settings.optimizer],
    schedule: { kind: settings.schedule, learningRate },
    ...(settings.augment ? { augment: {} } : {}),
    normalize: 'unit',
    clipNorm: 5,
    evaluateBatchSize: 100,
    checkpointEverySteps: 25,
  };
}

/**
 * How much of its moving statistics a batch norm of a new network keeps each step. Keras's 0.99 needs several hundred steps
 * until they follow the weights; before that a network that learns well looks blind on new images.
 */
export function normMomentum({ images, batchSize, epochs }: TrainSettings): number {
  return Math.ceil(images / batchSize) * epochs < 1000 ? 0.9 : 0.99;
}

/** Settings out of storage: every field that is missing or of another type is the default's. */
export function readSettings(stored: unknown): TrainSettings {
  const given = isObject(stored) ? stored : {};
  const entries = Object.entries(DEFAULT_SETTINGS).map(([key, value]: [string, unknown]) => [
    key,
    typeof given[key] === typeof value ? given[key] : value,
  ]);
  const read = Object.fromEntries(entries) as TrainSettings;
  return { ...read, epochs: Math.max(EPOCH_RANGE.lowest, Math.round(read.epochs)) };
}
