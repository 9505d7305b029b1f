import type { PixelFormat } from '@googlenet/images';
import type { Checksum } from '@googlenet/download';
import type { Variant } from '@googlenet/model';

/** Sets of weights that are known by name. */
export type WeightsName = 'caffe' | 'torchvision' | 'slim' | 'onnx-zoo';

/** How a picture of any size becomes the square that the network takes. */
export type CropRule =
  /** The largest centred square, resized. */
  | { readonly kind: 'square' }
  /** The shorter side resized to `resize`, then the centre. */
  | { readonly kind: 'shorterSide'; readonly resize: number }
  /** The centred part of `fraction` of each side, resized without keeping its shape. */
  | { readonly kind: 'fraction'; readonly fraction: number };

/** From a picture to the network's input. */
export interface Preprocessing {
  readonly crop: CropRule;
  readonly filter: 'bicubic' | 'bilinear';
  /** Side of the input. */
  readonly size: number;
  /** Order of channels, scale, mean and deviation. */
  readonly pixels: Readonly<PixelFormat>;
}

/** What is known of a set of weights. */
export interface WeightsEntry {
  readonly name: WeightsName;
  readonly title: string;
  /** The variant of `googlenet()` that they fit. */
  readonly variant: Variant;
  /** Where their authors serve the file, in order of preference; none where the published file is of a form that is not read here. */
  readonly urls: readonly string[];
  readonly fileName: string;
  /** Of the published file, as published; none where its authors give none. */
  readonly checksum?: Checksum;
  /** Size of the published file, rounded. */
  readonly megabytes: number;
  readonly licence: string;
  readonly source: string;
  /** Percent of ImageNet's validation pictures, one centre crop, as published. */
  readonly accuracy: { readonly top1: number; readonly top5: number };
  /** Outputs in the file. */
  readonly classes: number;
  /** Whether the published file has the auxiliary heads. */
  readonly auxiliary: boolean;
  readonly preprocessing: Preprocessing;
  /** What a user should know. */
  readonly note?: string;
}

const CAFFE: Preprocessing = {
  crop: { kind: 'square' },
  filter: 'bicubic',
  size: 224,
  pixels: { order: 'bgr', scale: 1, mean: [104, 117, 123] },
};

/**
 * The sets of weights, as data: sources, checks, licences, published accuracies and preprocessing.
 *
 * `torchvision`: (x / 255 - mean) / deviation followed by its `transform_input` is exactly x / 127.5 - 1.
 * No address was fetched from here. Caffe's and its sha1 stand in Caffe's own readme, and there is none over https; torchvision publishes the first
 * eight digits of its sha256, in the name of the file, and two independent projects the same whole one; two builds that pin the ONNX zoo's
 * file agree on its sha256. Sources: each entry's `source`. Deviation: Caffe's published accuracy is of 256x256 without keeping the shape,
 * then the centre 224; the default here takes the whole height or width.
 */
export const WEIGHTS: Readonly<Record<WeightsName, WeightsEntry>> = {
  caffe: {
    name: 'caffe',
    title: 'bvlc_googlenet of the Caffe model zoo',
    variant: 'paper',
    urls: ['http://dl.caffe.berkeleyvision.org/bvlc_googlenet.caffemodel'],
    fileName: 'bvlc_googlenet.caffemodel',
    checksum: { algorithm: 'sha1', value: '405fc5acd08a3bb12de8ee5e23a96bec22f08204' },
    megabytes: 53.5,
    licence: 'released for unrestricted use',
    source: 'https://github.com/BVLC/caffe/tree/master/models/bvlc_googlenet',
    accuracy: { top1: 68.7, top5: 88.9 },
    classes: 1000,
    auxiliary: true,
    preprocessing: CAFFE,
  },
  torchvision: {
    name: 'torchvision',
    title: 'torchvision GoogLeNet_Weights.IMAGENET1K_V1',
    variant: 'torchvision',
    urls: ['https://download.pytorch.org/models/googlenet-1378be20.pth'],
    fileName: 'googlenet-1378be20.pth',
    checksum: {
      algorithm: 'sha256',
      value: '1378be20a8e875cf1568b8a71654e704449655e34711a959a38b04fb34905cef',
    },
    megabytes: 49.7,
    licence: 'BSD-3-Clause (torchvision)',
    source: 'https://pytorch.org/vision/stable/models/generated/torchvision.models.googlenet.html',
    accuracy: { top1: 69.778, top5: 89.53 },
    classes: 1000,
    auxiliary: true,
    preprocessing: {
      crop: { kind: 'shorterSide', resize: 256 },
      filter: 'bilinear',
      size: 224,
      pixels: { order: 'rgb', scale: 1 / 127.5, mean: [1, 1, 1] },
    },
  },
  slim: {
    name: 'slim',
    title: 'TF-slim inception_v1_2016_08_28',
    variant: 'slim',
    urls: [],
    fileName: 'inception_v1.h5',
    megabytes: 26.6,
    licence: 'Apache-2.0 (TensorFlow models)',
    source: 'https://github.com/tensorflow/models/tree/master/research/slim#pre-trained-models',
    accuracy: { top1: 69.8, top5: 89.6 },
    classes: 1001,
    auxiliary: false,
    preprocessing: {
      crop: { kind: 'fraction', fraction: 0.875 },
      filter: 'bilinear',
      size: 224,
      pixels: { order: 'rgb', scale: 1 / 127.5, mean: [1, 1, 1] },
    },
    note: 'Published as a TensorFlow checkpoint, which is not read here: save its variables under their own names as safetensors or .h5 (README). Output 0, the background, is left out.',
  },
  'onnx-zoo': {
    name: 'onnx-zoo',
    title: 'googlenet of the ONNX model zoo',
    variant: 'paper',
    urls: [
      'https://github.com/onnx/models/raw/main/validated/vision/classification/inception_and_googlenet/googlenet/model/googlenet-12.onnx',
    ],
    fileName: 'googlenet-12.onnx',
    checksum: {
      algorithm: 'sha256',
      value: 'c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e',
    },
    megabytes: 28,
    licence: 'Apache-2.0 (ONNX model zoo); the weights are those of Caffe',
    source:
      'https://github.com/onnx/models/tree/main/validated/vision/classification/inception_and_googlenet/googlenet',
    accuracy: { top1: 68.7, top5: 88.9 },
    classes: 1000,
    auxiliary: false,
    preprocessing: CAFFE,
  },
};

/** The variants that have weights; `imagenet` stands for the first set of each. */
export const IMAGENET_DEFAULT: Readonly<Partial<Record<Variant, WeightsName>>> = {
  paper: 'caffe',
  torchvision: 'torchvision',
  slim: 'slim',
};

/**
 * The entry of a set by its name, or the one that `'imagenet'` means for a variant.
 *
 * @throws {RangeError} if there is none, naming those that there are.
 */
export function findWeights(
  where: string,
  weights: WeightsName | 'imagenet' = 'imagenet',
  variant?: Variant,
): WeightsEntry {
  const name = weights === 'imagenet' ? IMAGENET_DEFAULT[variant ?? 'paper'] : weights;
  if (name === undefined) {
    throw new RangeError(
      `${where}: expected a variant with ImageNet weights (${Object.keys(IMAGENET_DEFAULT).join(', ')}), got ${JSON.stringify(variant)}. Choose one of these.`,
    );
  }
  if (!Object.hasOwn(WEIGHTS, name)) {
    throw new RangeError(
      `${where}: expected weights to be 'imagenet' or one of ${Object.keys(WEIGHTS).join(', ')}, got ${JSON.stringify(name)}. Choose one of these.`,
    );
  }
  const entry = WEIGHTS[name];
  if (variant !== undefined && variant !== entry.variant) {
    throw new RangeError(
      `${where}: expected the variant of the weights ${name}, ${entry.variant}, got ${JSON.stringify(variant)}. Leave the variant out.`,
    );
  }
  return entry;
}
