import { show } from '@googlenet-tooling/shared/show';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelCard, type ModelCardRecord } from './model-card';
import { writeOnnx } from './onnx/write';
import type { Preprocessing } from './preprocessing';
import { writeSafetensors } from './safetensors/model';

/** Options of {@link writeHuggingFace}. */
export interface HuggingFaceOptions {
  /** Names of the classes, in order. Default: `LABEL_0`, ... */
  classes?: readonly string[];
  /** How pixels become the model's input. */
  preprocessing?: Preprocessing;
  /** What the model card tells of the model's making. */
  record?: ModelCardRecord;
}

/** Resampling as Pillow numbers it. */
const RESAMPLE = { bilinear: 2, bicubic: 3 } as const;

/**
 * A model as a Hugging Face folder: files by their path.
 *
 * `config.json`, `preprocessor_config.json`, `model.safetensors` (PyTorch's names and axes), `onnx/model.onnx` and `onnx/model_quantized.onnx`
 * (8 bits) with input `pixel_values` and output `logits`, `README.md` with the model card. The image classification pipeline of transformers.js
 * opens it. A model of grey images takes colour ones there, since that pipeline hands over three channels whatever the picture.
 * Memory: all files together; {@link huggingFaceFiles} gives them one by one.
 * @param model - a GoogLeNet with one image input; auxiliary heads are left out of the ONNX files.
 * @throws {RangeError} if the classes do not fit the outputs; {FormatError} as {@link writeOnnx}.
 */
export async function writeHuggingFace(
  model: tfl.LayersModel,
  options: HuggingFaceOptions = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const [path, bytes] of huggingFaceFiles(model, options)) files.set(path, bytes);
  return files;
}

/**
 * The files of {@link writeHuggingFace}, each made when it is asked for, so that no more than one has to be held.
 *
 * Memory: the weights once more, and the file at hand.
 */
export async function* huggingFaceFiles(
  model: tfl.LayersModel,
  options: HuggingFaceOptions = {},
): AsyncGenerator<[path: string, bytes: Uint8Array<ArrayBuffer>], void, undefined> {
  const { preprocessing = {}, record = {} } = options;
  const [batch, height, width, channels] = model.inputs[0].shape as number[];
  const count = model.outputs[0].shape.at(-1) as number;
  const classes = options.classes ?? Array.from({ length: count }, (_, i) => `LABEL_${i}`);
  if (batch !== null || model.inputs.length !== 1 || classes.length !== count) {
    throw new RangeError(
      `writeHuggingFace: expected one input and ${count} classes, got ${model.inputs.length} and ${show(classes)}. Name each class once.`,
    );
  }
  const text = (value: string) => new TextEncoder().encode(value);
  const json = (value: unknown) => text(`${JSON.stringify(value, null, 2)}\n`);
  const inputShape = [height, width, channels];
  const onnx = {
    logits: true,
    inputName: 'pixel_values',
    outputNames: ['logits'],
    greyFromRgb: true,
    classes,
    preprocessing,
  };
  const metadata = { classes: JSON.stringify(classes) };
  const card = () => modelCard({ ...record, classes, inputShape, parameters: model.countParams() });
  const makers: Record<string, () => Bytes | Promise<Bytes>> = {
    'config.json': () => json(configOf(classes, inputShape)),
    'preprocessor_config.json': () => json(preprocessorOf(preprocessing, [height, width])),
    'README.md': () => text(card()),
    'model.safetensors': () => writeSafetensors(model, { layout: 'pytorch', metadata }),
    'onnx/model.onnx': () => writeOnnx(model, onnx),
    'onnx/model_quantized.onnx': () => writeOnnx(model, { ...onnx, quantize: 'uint8' }),
  };
  // Nothing here may hold a file that was handed over while the next is made.
  for (const path of Object.keys(makers)) yield await made(path, makers[path]);
}

type Bytes = Uint8Array<ArrayBuffer>;

async function made(path: string, make: () => Bytes | Promise<Bytes>): Promise<[path: string, bytes: Bytes]> {
  return [path, await make()];
}

/** transformers.js runs a graph by the name of a kind of model, and knows no GoogLeNet: any plain convolutional classifier will do. */
const MODEL_TYPE = 'resnet';

function configOf(classes: readonly string[], [height, width, channels]: number[]) {
  return {
    model_type: MODEL_TYPE,
    architectures: ['GoogLeNetForImageClassification'],
    id2label: Object.fromEntries(classes.map((label, i) => [i, label])),
    label2id: Object.fromEntries(classes.map((label, i) => [label, i])),
    num_labels: classes.length,
    image_size: height === width ? height : [height, width],
    num_channels: channels,
  };
}

function preprocessorOf(preprocessing: Preprocessing, [height, width]: number[]) {
  const { scale = 1 / 255, mean, std, channelOrder = 'RGB', resize, centerCrop } = preprocessing;
  const { filter = 'bilinear' } = preprocessing;
  const three = (values: readonly number[] | undefined, fallback: number) =>
    values === undefined
      ? [fallback, fallback, fallback]
      : values.length === 1
        ? [values[0], values[0], values[0]]
        : [...values];
  const isBgr = channelOrder === 'BGR';
  const means = three(mean, 0);
  const stds = three(std, 1);
  return {
    image_processor_type: 'ViTImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: resize === undefined ? { height, width } : { shortest_edge: resize },
    resample: RESAMPLE[filter],
    do_center_crop: centerCrop ?? resize !== undefined,
    crop_size: { height, width },
    do_rescale: scale !== 1,
    rescale_factor: scale,
    do_normalize: mean !== undefined || std !== undefined,
    // Subtracted before the channels are turned around.
    image_mean: isBgr ? means.reverse() : means,
    image_std: isBgr ? stds.reverse() : stds,
    ...(isBgr ? { do_flip_channel_order: true } : {}),
  };
}
