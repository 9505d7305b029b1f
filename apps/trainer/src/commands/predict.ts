import { option, type ValuesOf } from '../options/option';
import { MODEL_OPTIONS } from '../options/shared';
import { wholeNumber } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  ...MODEL_OPTIONS,
  top: option({
    type: wholeNumber({ atLeast: 1 }),
    placeholder: 'n',
    default: 3,
    help: 'so many classes a picture',
  }),
};

/** What `googlenet predict` was asked. */
export type PredictRequest = ValuesOf<typeof OPTIONS>;

export const predict = defineCommand({
  name: 'predict',
  description: 'classify pictures: of single digits, or photographs, as the network was trained',
  operands: {
    syntax: '<files...>',
    help: 'PNG, JPEG or WebP; of photographs also folders and patterns; digits dark on light or light on dark',
  },
  options: OPTIONS,
  run: async (io, options, files) =>
    (await import('../actions/predict-pictures')).predictPictures(io, files, options),
});
