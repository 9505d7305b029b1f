import { option, type ValuesOf } from '../options/option';
import { DATA_OPTIONS, MODEL_OPTIONS } from '../options/shared';
import { text, wholeNumber } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  ...MODEL_OPTIONS,
  ...DATA_OPTIONS,
  images: option({
    type: wholeNumber({ atLeast: 100 }),
    placeholder: 'n',
    default: 3000,
    help: 'so many training images, of all classes',
  }),
  layer: option({
    type: text,
    placeholder: 'name',
    default: 'inception_5a',
    help: 'whose features are looked at',
  }),
  unlike: option({
    type: text,
    placeholder: 'folder',
    help: 'pictures that are to be doubted, a folder for each kind: more like them are doubted then',
  }),
  seed: option({
    type: wholeNumber({ atLeast: 0 }),
    placeholder: 'n',
    help: "of the split into training and validation images (default: the run's, or 0)",
  }),
};

/** What `googlenet outliers` was asked. */
export type OutliersRequest = ValuesOf<typeof OPTIONS>;

export const outliers = defineCommand({
  name: 'outliers',
  description: 'learn which pictures a trained network should doubt: writes outliers.json beside the model',
  options: OPTIONS,
  run: async (io, options) => (await import('../actions/learn-outliers')).learnOutliers(io, options),
});
