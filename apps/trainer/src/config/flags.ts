import { DATASET_NAMES, ENGINE_NAMES, PRECISIONS, VARIANT_NAMES } from './schema';

/** How the text after a flag becomes a value. */
export type FlagKind = 'text' | 'number' | 'boolean' | 'json';

/** A flag of `googlenet train` that sets one setting. */
export interface ConfigFlag {
  /** Commander's notation. */
  readonly flags: string;
  /** Where the value goes in the configuration. */
  readonly path: string;
  readonly kind: FlagKind;
  readonly help: string;
  readonly group: string;
}

const DATA = 'Data:';
const MODEL = 'Model:';
const TRAINING = 'Training:';
const ENGINE = 'Engine:';

/** Every setting that has a flag of its own; `--set` reaches the others. */
export const CONFIG_FLAGS: readonly ConfigFlag[] = [
  {
    flags: '--backend <name>',
    path: 'backend',
    kind: 'text',
    group: ENGINE,
    help: `auto, ${ENGINE_NAMES.join(', ')}`,
  },
  {
    flags: '--threads <n>',
    path: 'threads',
    kind: 'number',
    group: ENGINE,
    help: 'threads that compute (default: the cores of the machine)',
  },
  {
    flags: '--precision <name>',
    path: 'precision',
    kind: 'text',
    group: ENGINE,
    help: `${PRECISIONS.join(', ')} (onednn, on processors with AVX512-BF16): convolutions in training`,
  },
  {
    flags: '--dataset <name>',
    path: 'data.dataset',
    kind: 'text',
    group: DATA,
    help: DATASET_NAMES.join(', '),
  },
  {
    flags: '--source <where>',
    path: 'data.source',
    kind: 'text',
    group: DATA,
    help: 'package (MNIST only), folder, download',
  },
  {
    flags: '--data-folder <path>',
    path: 'data.folder',
    kind: 'text',
    group: DATA,
    help: 'the four IDX files, plain or .gz, for --source folder',
  },
  {
    flags: '--subset <images>',
    path: 'data.subset',
    kind: 'number',
    group: DATA,
    help: 'use so many training images, balanced over the classes',
  },
  {
    flags: '--validation-fraction <part>',
    path: 'data.validationFraction',
    kind: 'number',
    group: DATA,
    help: 'part of them that chooses the best weights',
  },
  {
    flags: '--variant <name>',
    path: 'model.variant',
    kind: 'text',
    group: MODEL,
    help: VARIANT_NAMES.join(', '),
  },
  {
    flags: '--width <multiplier>',
    path: 'model.widthMultiplier',
    kind: 'number',
    group: MODEL,
    help: 'filters of every layer, 1 = as in the paper',
  },
  {
    flags: '--dropout <rate>',
    path: 'model.dropout',
    kind: 'number',
    group: MODEL,
    help: 'before the last layer',
  },
  {
    flags: '--auxiliary',
    path: 'model.auxiliary',
    kind: 'boolean',
    group: MODEL,
    help: 'add the two auxiliary classifiers while training',
  },
  {
    flags: '--epochs <n>',
    path: 'training.epochs',
    kind: 'number',
    group: TRAINING,
    help: 'passes over the training images',
  },
  {
    flags: '--batch-size <images>',
    path: 'training.batchSize',
    kind: 'number',
    group: TRAINING,
    help: 'images a step',
  },
  {
    flags: '--optimizer <kind>',
    path: 'training.optimizer.kind',
    kind: 'text',
    group: TRAINING,
    help: 'adam, adamw, sgd',
  },
  {
    flags: '--weight-decay <rate>',
    path: 'training.optimizer.weightDecay',
    kind: 'number',
    group: TRAINING,
    help: 'for adamw and sgd',
  },
  {
    flags: '--schedule <kind>',
    path: 'training.schedule.kind',
    kind: 'text',
    group: TRAINING,
    help: 'constant, paper, step, polynomial, cosine, oneCycle',
  },
  {
    flags: '--learning-rate <rate>',
    path: 'training.schedule.learningRate',
    kind: 'number',
    group: TRAINING,
    help: 'the highest of the schedule',
  },
  {
    flags: '--label-smoothing <part>',
    path: 'training.labelSmoothing',
    kind: 'number',
    group: TRAINING,
    help: '0 to below 1',
  },
  {
    flags: '--clip-norm <norm>',
    path: 'training.clipNorm',
    kind: 'number',
    group: TRAINING,
    help: 'shorten longer gradients',
  },
  {
    flags: '--ema <decay>',
    path: 'training.ema.decay',
    kind: 'number',
    group: TRAINING,
    help: 'average the weights; evaluate and save the average',
  },
  {
    flags: '--patience <epochs>',
    path: 'training.earlyStopping.patience',
    kind: 'number',
    group: TRAINING,
    help: 'stop after so many epochs without progress',
  },
  {
    flags: '--checkpoint-every <steps>',
    path: 'training.checkpointEverySteps',
    kind: 'number',
    group: TRAINING,
    help: 'besides the one after each epoch',
  },
  {
    flags: '--seed <n>',
    path: 'seed',
    kind: 'number',
    group: TRAINING,
    help: 'of weights, shuffling, augmentation and dropout',
  },
  {
    flags: '--target-accuracy <part>',
    path: 'targetAccuracy',
    kind: 'number',
    group: TRAINING,
    help: 'exit with 4 when the test accuracy is below',
  },
];

/** What commander calls the value of a flag: `--batch-size <n>` is `batchSize`. */
export function optionName(flags: string): string {
  const long = /--([a-z-]+)/.exec(flags)?.[1] ?? flags;
  return long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The value that a text stands for; text that is no number stays text, so that the schema names it in its message.
 */
export function flagValue(text: unknown, kind: FlagKind): unknown {
  if (typeof text !== 'string') return text;
  if (kind === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (kind === 'json') {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return text;
}
