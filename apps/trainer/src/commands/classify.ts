import { option, type ValuesOf } from '../options/option';
import { ENGINE_OPTIONS, WEIGHTS_OPTION } from '../options/shared';
import { wholeNumber } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  ...WEIGHTS_OPTION,
  top: option({
    type: wholeNumber({ atLeast: 1, atMost: 1000 }),
    placeholder: 'n',
    default: 5,
    help: 'so many classes a picture',
  }),
  batchSize: option({
    type: wholeNumber({ atLeast: 1, atMost: 1024 }),
    placeholder: 'pictures',
    default: 8,
    help: 'pictures that are computed together',
  }),
  ...ENGINE_OPTIONS,
};

/** What `googlenet classify` was asked. */
export type ClassifyRequest = ValuesOf<typeof OPTIONS>;

export const classify = defineCommand({
  name: 'classify',
  description: 'say what is on photographs, among the 1,000 classes of ImageNet',
  operands: {
    syntax: '<pictures...>',
    help: 'PNG, JPEG or WebP files, folders of them, or patterns such as "a/**/*.jpg"',
  },
  options: OPTIONS,
  footer:
    'The weights are fetched once, see `googlenet weights list`. For a network of your own: googlenet predict.',
  run: async (io, options, pictures) =>
    (await import('../actions/classify-photos')).classifyPhotos(io, pictures, options),
});
