import { variantNames } from '@googlenet/model/variants';
import { optimizerNames, scheduleNames } from '@googlenet/training/config';
import { getPath } from '../config/merge';
import {
  CLASS_WEIGHTS,
  CORRUPT_CHOICES,
  DATASET_NAMES,
  ENGINE_NAMES,
  PRECISIONS,
  SOURCE_NAMES,
} from '../config/names';
import { DEFAULT_CONFIG, PRESETS } from '../presets';
import type { SettingOption } from './option';

const DATA = 'Data:';
const PHOTOS = 'Pictures of your own:';
const MODEL = 'Model:';
const TRAINING = 'Training:';
const ENGINE = 'Engine:';

/**
 * Every setting that has an option of its own; `--set` reaches the others.
 *
 * Its default stands in `presets/`, its check in `config/schema.ts`; both are read from there.
 */
export const SETTING_OPTIONS = {
  backend: setting({
    path: 'backend',
    group: ENGINE,
    text: 'text',
    placeholder: 'name',
    help: `auto, ${ENGINE_NAMES.join(', ')}`,
  }),
  threads: setting({
    path: 'threads',
    group: ENGINE,
    text: 'number',
    placeholder: 'n',
    help: 'threads that compute (default: the cores of the machine)',
  }),
  precision: setting({
    path: 'precision',
    group: ENGINE,
    text: 'text',
    placeholder: 'name',
    help: `${PRECISIONS.join(', ')} (onednn, on processors with AVX512-BF16): convolutions in training`,
  }),
  dataset: setting({
    path: 'data.dataset',
    group: DATA,
    text: 'text',
    placeholder: 'name',
    help: DATASET_NAMES.join(', '),
  }),
  source: setting({
    path: 'data.source',
    group: DATA,
    text: 'text',
    placeholder: 'where',
    help: `${SOURCE_NAMES.join(', ')} (package: MNIST only)`,
  }),
  dataFolder: setting({
    path: 'data.folder',
    group: DATA,
    text: 'text',
    placeholder: 'path',
    help: 'the four IDX files, plain or .gz, for --source folder',
  }),
  subset: setting({
    path: 'data.subset',
    group: DATA,
    text: 'number',
    placeholder: 'images',
    help: 'use so many training images, balanced over the classes',
  }),
  validationFraction: setting({
    path: 'data.validationFraction',
    group: DATA,
    text: 'number',
    placeholder: 'part',
    help: 'part of them that chooses the best weights',
  }),
  data: setting({
    path: 'photos.folder',
    group: PHOTOS,
    text: 'text',
    placeholder: 'folder',
    help: 'FOLDER/CLASS/*.jpg, the same below train, val and test, or a CSV with file and label',
  }),
  from: setting({
    path: 'photos.from',
    group: PHOTOS,
    text: 'text',
    placeholder: 'weights',
    help: 'imagenet, scratch, a run, or a file such as bvlc_googlenet.caffemodel',
  }),
  freeze: setting({
    path: 'photos.freeze',
    group: PHOTOS,
    text: 'text',
    placeholder: 'endpoint',
    help: 'layers up to here keep their weights, such as inception_4e; none trains all',
  }),
  classWeights: setting({
    path: 'photos.classWeights',
    group: PHOTOS,
    text: 'text',
    placeholder: 'kind',
    help: `${CLASS_WEIGHTS.join(', ')}: an equal say for classes of unequal size`,
  }),
  corrupt: setting({
    path: 'photos.corrupt',
    group: PHOTOS,
    text: 'text',
    placeholder: 'what',
    help: `${CORRUPT_CHOICES.join(', ')}: what a picture that cannot be read does`,
  }),
  testFraction: setting({
    path: 'photos.testFraction',
    group: PHOTOS,
    text: 'number',
    placeholder: 'part',
    help: 'of each class, where the folder has no test part',
  }),
  variant: setting({
    path: 'model.variant',
    group: MODEL,
    text: 'text',
    placeholder: 'name',
    help: variantNames.join(', '),
  }),
  width: setting({
    path: 'model.widthMultiplier',
    group: MODEL,
    text: 'number',
    placeholder: 'multiplier',
    help: 'filters of every layer, 1 = as in the paper',
  }),
  inputShape: setting({
    path: 'model.inputShape',
    group: MODEL,
    text: 'size',
    placeholder: 'size',
    help: 'resize the images, such as 224x224, for variants that take large ones (default: as they are)',
  }),
  dropout: setting({
    path: 'model.dropout',
    group: MODEL,
    text: 'number',
    placeholder: 'rate',
    help: 'before the last layer',
  }),
  auxiliary: setting({
    path: 'model.auxiliary',
    group: MODEL,
    help: 'add the two auxiliary classifiers while training',
  }),
  epochs: setting({
    path: 'training.epochs',
    group: TRAINING,
    text: 'number',
    placeholder: 'n',
    help: 'passes over the training images',
  }),
  syncBatchNorm: setting({
    path: 'syncBatchNorm',
    group: 'Many processes:',
    help: 'batch norm over the images of all processes (default: of each by itself)',
  }),
  warmupSteps: setting({
    path: 'training.schedule.warmupSteps',
    group: TRAINING,
    text: 'number',
    placeholder: 'steps',
    help: 'raise the learning rate from 0 over so many steps (all schedules but oneCycle)',
  }),
  batchSize: setting({
    path: 'training.batchSize',
    group: TRAINING,
    text: 'number',
    placeholder: 'images',
    help: 'images a step',
  }),
  optimizer: setting({
    path: 'training.optimizer.kind',
    group: TRAINING,
    text: 'text',
    placeholder: 'kind',
    help: optimizerNames.join(', '),
  }),
  weightDecay: setting({
    path: 'training.optimizer.weightDecay',
    group: TRAINING,
    text: 'number',
    placeholder: 'rate',
    help: 'for adamw and sgd',
  }),
  schedule: setting({
    path: 'training.schedule.kind',
    group: TRAINING,
    text: 'text',
    placeholder: 'kind',
    help: scheduleNames.join(', '),
  }),
  learningRate: setting({
    path: 'training.schedule.learningRate',
    group: TRAINING,
    text: 'number',
    placeholder: 'rate',
    help: 'the highest of the schedule',
  }),
  labelSmoothing: setting({
    path: 'training.labelSmoothing',
    group: TRAINING,
    text: 'number',
    placeholder: 'part',
    help: '0 to below 1',
  }),
  clipNorm: setting({
    path: 'training.clipNorm',
    group: TRAINING,
    text: 'number',
    placeholder: 'norm',
    help: 'shorten longer gradients',
  }),
  ema: setting({
    path: 'training.ema.decay',
    group: TRAINING,
    text: 'number',
    placeholder: 'decay',
    help: 'average the weights; evaluate and save the average',
  }),
  patience: setting({
    path: 'training.earlyStopping.patience',
    group: TRAINING,
    text: 'number',
    placeholder: 'epochs',
    help: 'stop after so many epochs without progress',
  }),
  checkpointEvery: setting({
    path: 'training.checkpointEverySteps',
    group: TRAINING,
    text: 'number',
    placeholder: 'steps',
    help: 'besides the one after each epoch',
  }),
  seed: setting({
    path: 'seed',
    group: TRAINING,
    text: 'number',
    placeholder: 'n',
    help: 'of weights, shuffling, augmentation and dropout',
  }),
  targetAccuracy: setting({
    path: 'targetAccuracy',
    group: TRAINING,
    text: 'number',
    placeholder: 'part',
    help: 'exit with 4 when the test accuracy is below',
  }),
} as const satisfies Record<string, SettingOption>;

function setting(entry: Omit<SettingOption, 'kind'>): SettingOption {
  return { kind: 'setting', ...entry, help: withDefaults(entry.path, entry.help) };
}

/** The help with the value that holds without the option, and the presets that have another. */
function withDefaults(path: string, help: string): string {
  const keys = path.split('.');
  const usual = getPath(DEFAULT_CONFIG, keys);
  const presets = Object.entries(PRESETS)
    .map(([name, { config }]) => ({ name, value: getPath(config, keys) }))
    .filter(({ value }) => value !== undefined && value !== usual)
    .map(({ name, value }) => `${name}: ${asText(value)}`);
  const known = [...(usual === undefined ? [] : [`default: ${asText(usual)}`]), ...presets];
  return known.length === 0 ? help : `${help} (${known.join('; ')})`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
