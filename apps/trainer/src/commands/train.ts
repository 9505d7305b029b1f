import { flag, list, option, type ValuesOf } from '../options/option';
import { SETTING_OPTIONS } from '../options/settings';
import { oneOf, text, wholeNumber } from '../options/values';
import { DEFAULT_PRESET, PRESETS } from '../presets';
import { defineCommand } from './command';

const MANY = 'Many processes:';

const OPTIONS = {
  preset: option({
    type: text,
    placeholder: 'name',
    help: `${Object.keys(PRESETS).join(', ')} (default: ${DEFAULT_PRESET})`,
  }),
  config: option({
    type: text,
    placeholder: 'file',
    help: 'JSON with settings, between the preset and the flags',
  }),
  out: option({ type: text, placeholder: 'folder', help: 'the run folder (default: runs/TIME-PRESET)' }),
  resume: option({ type: text, placeholder: 'run', help: 'go on with a run that was interrupted' }),
  tensorboard: option({
    type: text,
    placeholder: 'folder',
    bare: '',
    help: 'write event files for TensorBoard too (default folder: RUN/tensorboard; else FOLDER/RUN)',
  }),
  ...SETTING_OPTIONS,
  augment: flag({ negated: true, group: 'Training:', help: 'leave the images as they are' }),
  distributed: option({
    type: oneOf(['mpi', 'runs']),
    placeholder: 'how',
    group: MANY,
    help: 'mpi: all processes that mpirun or srun started train one network; runs: each trains its own, with the next seed',
  }),
  waitLimit: option({
    type: wholeNumber({ atLeast: 0, atMost: 86_400 }),
    placeholder: 'seconds',
    default: 300,
    group: MANY,
    help: 'end all processes when one has not answered for so long; 0: never',
  }),
  sweep: option({
    type: text,
    placeholder: 'file',
    group: MANY,
    help: 'with --distributed runs: one run for each line of NAME=VALUE settings, in place of seeds',
  }),
  learningRateRule: option({
    type: oneOf(['none', 'linear', 'sqrt']),
    placeholder: 'rule',
    default: 'none',
    group: MANY,
    help: 'scale the learning rate with --batch-size over that of the preset',
  }),
  set: list({
    placeholder: 'name=value',
    group: 'Training:',
    help: 'any other setting, such as training.optimizer.beta1=0.95',
  }),
};

/** What `googlenet train` was asked. */
export type TrainRequest = ValuesOf<typeof OPTIONS>;

const presets = Object.entries(PRESETS).map(([name, { title }]) => `  ${name.padEnd(14)}${title}`);

export const train = defineCommand({
  name: 'train',
  description: 'train a network and evaluate it on the test images',
  options: OPTIONS,
  footer: `Presets:\n${presets.join('\n')}\n\nSettings: defaults < preset < --config < flags.`,
  run: async (io, options) => (await import('../train/train')).trainAsAsked(io, options),
});
