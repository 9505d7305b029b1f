import { variantNames } from '@googlenet/model/variants';
import { flag, option, type ValuesOf } from '../options/option';
import { number, oneOf, text, wholeNumber } from '../options/values';
import { DEFAULT_CONFIG } from '../presets';
import { defineCommand } from './command';

const OPTIONS = {
  variant: option({
    type: oneOf(variantNames),
    placeholder: 'name',
    default: DEFAULT_CONFIG.model.variant,
    help: variantNames.join(', '),
  }),
  width: option({
    type: number({ above: 0, atMost: 4 }),
    placeholder: 'multiplier',
    default: DEFAULT_CONFIG.model.widthMultiplier,
    help: 'filters of every layer',
  }),
  classes: option({
    type: wholeNumber({ atLeast: 2 }),
    placeholder: 'n',
    help: "size of the last layer (default: the variant's)",
  }),
  auxiliary: flag({ help: 'with the two auxiliary classifiers' }),
  all: flag({ help: 'every convolution, batch norm and activation, not one row for each module' }),
  model: option({ type: text, placeholder: 'path', help: 'a trained network instead' }),
};

/** What `googlenet summary` was asked. */
export type SummaryRequest = ValuesOf<typeof OPTIONS>;

export const summary = defineCommand({
  name: 'summary',
  description: 'print the layers of a network: shapes, parameters, multiply-accumulates',
  options: OPTIONS,
  run: async (io, options) => (await import('../actions/print-summary')).printSummary(io, options),
});
