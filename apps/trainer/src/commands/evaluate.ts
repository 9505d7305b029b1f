import { option, type ValuesOf } from '../options/option';
import { DATA_OPTIONS, MODEL_OPTIONS } from '../options/shared';
import { text, wholeNumber } from '../options/values';
import { defineCommand } from './command';

const OPTIONS = {
  ...MODEL_OPTIONS,
  ...DATA_OPTIONS,
  data: option({
    type: text,
    placeholder: 'folder',
    help: 'pictures for a network of photographs (default: those that its run did not learn from)',
  }),
  batchSize: option({
    type: wholeNumber({ atLeast: 1 }),
    placeholder: 'images',
    default: 100,
    help: 'images at a time',
  }),
  limit: option({
    type: wholeNumber({ atLeast: 1 }),
    placeholder: 'images',
    help: 'only so many test images, of all classes',
  }),
  mistakes: option({
    type: wholeNumber({ atLeast: 0 }),
    placeholder: 'n',
    default: 64,
    help: 'so many on the contact sheet, 0 for none',
  }),
  out: option({
    type: text,
    placeholder: 'folder',
    help: 'where mistakes.png and evaluation.json go (default: beside the model)',
  }),
};

/** What `googlenet evaluate` was asked. */
export type EvaluateRequest = ValuesOf<typeof OPTIONS>;

export const evaluate = defineCommand({
  name: 'evaluate',
  description: 'report on a trained network: accuracy, confusion matrix, the worst mistakes as a picture',
  options: OPTIONS,
  run: async (io, options) => (await import('../actions/evaluate-model')).evaluateModel(io, options),
});
