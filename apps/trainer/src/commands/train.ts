import { flag, list, option, type ValuesOf } from '../options/option';
import { SETTING_OPTIONS } from '../options/settings';
import { text } from '../options/values';
import { DEFAULT_PRESET, PRESETS } from '../presets';
import { defineCommand } from './command';

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
  ...SETTING_OPTIONS,
  augment: flag({ negated: true, group: 'Training:', help: 'leave the images as they are' }),
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
  run: async (io, options) => (await import('../train/train')).train(io, options),
});
