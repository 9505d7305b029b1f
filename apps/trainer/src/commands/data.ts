import { DATASET_NAMES } from '../config/names';
import { option, type ValuesOf } from '../options/option';
import { DATA_OPTIONS } from '../options/shared';
import { wholeNumber } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  ...DATA_OPTIONS,
  show: option({
    type: wholeNumber({ atLeast: 0 }),
    placeholder: 'n',
    default: 1,
    help: 'print so many images as text',
  }),
};

/** What `googlenet data` was asked. */
export type DataCommandRequest = ValuesOf<typeof OPTIONS>;

export const data = defineCommand({
  name: 'data',
  description: 'fetch and check a data set, show what it holds',
  operands: { syntax: '[name]', help: DATASET_NAMES.join(', ') },
  options: OPTIONS,
  run: async (io, options, [name]) => (await import('../actions/show-data')).showData(io, name, options),
});
