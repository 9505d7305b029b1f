import { option, type ValuesOf } from '../options/option';
import { oneOf, text } from '../options/values';
import { defineCommand } from './command';

/** The forms that `googlenet weights convert` writes. */
export const WEIGHTS_FORMS = ['tfjs', 'safetensors', 'web'] as const;

const OPTIONS = {
  to: option({
    type: oneOf(WEIGHTS_FORMS),
    placeholder: 'form',
    default: 'tfjs' as const,
    help: 'of convert: tfjs (model.json), safetensors, web (8 bits a weight, each channel on its own scale)',
  }),
  quantize: option({
    type: oneOf(['float16', 'uint8']),
    placeholder: 'type',
    help: 'of convert --to tfjs or safetensors: float16, or uint8 (tfjs only)',
  }),
  out: option({ type: text, placeholder: 'path', help: 'of convert: the file or folder to write' }),
  cache: option({
    type: text,
    placeholder: 'folder',
    help: 'where fetched files are kept (default: the cache of this user)',
  }),
};

/** What `googlenet weights` was asked. */
export type WeightsRequest = ValuesOf<typeof OPTIONS>;

export const weights = defineCommand({
  name: 'weights',
  description: 'ImageNet weights: list, fetch, verify, inspect, convert',
  operands: { syntax: '<action...>', help: 'what to do, and with what' },
  options: OPTIONS,
  footer: `Actions:
  list                   what there is: source, licence, size, published accuracy, and what has been fetched
  fetch NAME             download it once, checked
  verify NAME [FILE]     compare a file with the published one, and all of its weights with the network
  inspect FILE           what is in a file: .caffemodel, .pth, .safetensors, .onnx, .h5
  convert NAME|FILE      write it in another form, see --to, --quantize, --out`,
  run: async (io, options, action) =>
    (await import('../actions/manage-weights')).manageWeights(io, action, options),
});
