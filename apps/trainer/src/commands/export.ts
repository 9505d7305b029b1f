import { option, type ValuesOf } from '../options/option';
import { DATA_OPTIONS, MODEL_OPTIONS } from '../options/shared';
import { oneOf, text } from '../options/values';
import { defineCommand } from './command';

/** The formats that `googlenet export` writes. */
export const EXPORT_FORMATS = ['onnx', 'safetensors', 'keras', 'hf', 'tfjs', 'torch'] as const;

const OPTIONS = {
  to: option({
    type: oneOf(EXPORT_FORMATS),
    placeholder: 'format',
    help: `${EXPORT_FORMATS.join(', ')} (hf: a Hugging Face folder; torch: a state_dict)`,
  }),
  quantize: option({
    type: oneOf(['float16', 'uint8']),
    placeholder: 'type',
    help: 'float16 or uint8 weights; says what accuracy that costs where the test images are at hand',
  }),
  out: option({
    type: text,
    placeholder: 'path',
    help: 'the file or folder to write (default: in the folder `export` of the run)',
  }),
  layout: option({
    type: oneOf(['keras', 'pytorch']),
    placeholder: 'names',
    default: 'pytorch',
    help: 'names and axes in a safetensors file: keras, pytorch',
  }),
  images: option({
    type: oneOf(['NCHW', 'NHWC']),
    placeholder: 'axes',
    default: 'NCHW',
    help: 'axes of the images that an ONNX file takes: NCHW, NHWC',
  }),
  heads: option({
    type: oneOf(['main', 'all']),
    placeholder: 'which',
    default: 'main',
    help: 'outputs of an ONNX file: main, or all, auxiliary ones too',
  }),
  batchNorm: option({
    type: oneOf(['fold', 'keep']),
    placeholder: 'how',
    default: 'fold',
    help: 'batch norm in an ONNX file: fold into the convolutions, or keep for training on',
  }),
  ...MODEL_OPTIONS,
  ...DATA_OPTIONS,
};

/** What `googlenet export` was asked. */
export type ExportRequest = ValuesOf<typeof OPTIONS>;

export const exportCommand = defineCommand({
  name: 'export',
  description:
    'write a trained network for other tools: ONNX, safetensors, Keras, Hugging Face, TensorFlow.js, PyTorch',
  operands: {
    syntax: '[run]',
    help: MODEL_OPTIONS.model.help,
  },
  options: OPTIONS,
  run: async (io, options, [run]) => (await import('../actions/export-model')).exportModel(io, run, options),
});
