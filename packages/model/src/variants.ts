/**
 * The table of the network's published variants, without TensorFlow.js: for lists to choose from.
 *
 * @packageDocumentation
 */

import type { Branch5x5, ConvUnitOptions, InceptionFilterTuple } from '@googlenet/inception';

/** The forms of the network that people know by one name. */
export type Variant = 'mnist' | 'paper' | 'torchvision' | 'slim' | 'cifar';

/** An Inception module of the network, by its name in the paper. */
export type ModuleName = '3a' | '3b' | '4a' | '4b' | '4c' | '4d' | '4e' | '5a' | '5b';

/**
 * How a max pool treats the border.
 *
 * - `'same'`: TensorFlow's rule, the odd pixel of padding at the end.
 * - `'ceil'`: Caffe's and PyTorch's `ceil_mode`: no padding, and a last window that may hang over the end.
 * - a number: PyTorch's `padding`, that many pixels on every side, output size rounded down.
 */
export type PoolPadding = 'same' | 'ceil' | number;

/** One step of the trunk, from the input to the last Inception module. */
export type TrunkRow =
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly filters: number;
      readonly kernelSize: number;
      readonly strides?: number;
      readonly padding?: 'same' | number;
    }
  | {
      readonly kind: 'maxPool';
      readonly name: string;
      readonly size: number;
      readonly padding: PoolPadding;
    }
  | { readonly kind: 'lrn'; readonly name: string }
  | { readonly kind: 'inception'; readonly module: ModuleName };

/** Everything that tells one variant from another. */
export interface VariantSpec {
  /** Whose network it is, in a few words. */
  readonly source: string;
  /** Weights at `inputShape` and `numClasses`, without auxiliary heads: trained ones, and moving statistics. */
  readonly parameters: { readonly trainable: number; readonly nonTrainable: number };
  /** Multiply-accumulates of one image, of convolutions and the dense layer. */
  readonly macs: number;
  /** Height, width and channels that the variant is known for. */
  readonly inputShape: readonly [number, number, number];
  readonly numClasses: number;
  /** Share of the features that is dropped before the classifier. */
  readonly dropout: number;
  /** What stands where the paper has a 5x5 convolution. */
  readonly branch5x5: Branch5x5;
  /** Normalisation and bias of every convolution. */
  readonly unit: ConvUnitOptions;
  /** Form of the auxiliary heads; `inSource` says whether the variant's own source has them. */
  readonly auxiliary: {
    readonly form: 'paper' | 'torchvision';
    readonly inSource: boolean;
  };
  readonly trunk: readonly TrunkRow[];
}

/**
 * Filters of the nine modules: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
 *
 * @see Szegedy et al. 2014 (arXiv:1409.4842), Table 1
 */
export const INCEPTION_FILTERS: Readonly<Record<ModuleName, InceptionFilterTuple>> = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
};

/** The modules whose outputs feed the auxiliary heads, in order: `aux1`, `aux2`. */
export const AUXILIARY_MODULES: readonly ModuleName[] = ['4a', '4d'];

/** Sizes of an auxiliary head at width 1. */
export const AUXILIARY_HEAD = {
  filters: 128,
  denseUnits: 1024,
  dropout: 0.7,
} as const;

/** The stem of the 224x224 variants: 7x7 at stride 2, pool, 1x1, 3x3, pool. */
function imagenetStem(options: {
  convPadding: 'same' | number;
  poolPadding: PoolPadding;
  lrn: boolean;
}): TrunkRow[] {
  const { convPadding: padding, poolPadding, lrn } = options;
  const normalize = (name: string): TrunkRow[] => (lrn ? [{ kind: 'lrn', name }] : []);
  return [
    {
      kind: 'conv',
      name: 'conv1_7x7_s2',
      filters: 64,
      kernelSize: 7,
      strides: 2,
      padding: padding === 'same' ? 'same' : 3,
    },
    { kind: 'maxPool', name: 'pool1', size: 3, padding: poolPadding },
    ...normalize('norm1'),
    { kind: 'conv', name: 'conv2_3x3_reduce', filters: 64, kernelSize: 1 },
    { kind: 'conv', name: 'conv2_3x3', filters: 192, kernelSize: 3 },
    ...normalize('norm2'),
    { kind: 'maxPool', name: 'pool2', size: 3, padding: poolPadding },
  ];
}

/** The stem of the small-image variants: one 3x3 convolution. */
const SMALL_STEM: readonly TrunkRow[] = [{ kind: 'conv', name: 'conv1', filters: 192, kernelSize: 3 }];

/** The nine modules and the two pools between them. */
function body(pool3: PoolPadding, pool4: PoolPadding, pool4Size = 3) {
  const modules = (...names: ModuleName[]): TrunkRow[] =>
    names.map((module) => ({ kind: 'inception', module }));
  return [
    ...modules('3a', '3b'),
    { kind: 'maxPool', name: 'pool3', size: 3, padding: pool3 },
    ...modules('4a', '4b', '4c', '4d', '4e'),
    { kind: 'maxPool', name: 'pool4', size: pool4Size, padding: pool4 },
    ...modules('5a', '5b'),
  ] satisfies TrunkRow[];
}

/**
 * The variants, as data.
 *
 * A TensorFlow copy of `cifar` pools with `same` and drops 0.4. `momentum` is the share of the old moving average that
 * is kept (PyTorch's 0.1 is 0.9 here).
 * Deviations: torchvision's input transform is left out; PyTorch's moving variance is unbiased, this one is biased as
 * in Keras; Caffe scales its uniform initial weights by the fan-in, ours are Glorot uniform.
 */
export const VARIANTS: Readonly<Record<Variant, VariantSpec>> = {
  mnist: {
    source: "this project's own subject, a Keras program",
    parameters: { trainable: 6_162_794, nonTrainable: 15_808 },
    macs: 1_162_387_456,
    inputShape: [28, 28, 1],
    numClasses: 10,
    dropout: 0.4,
    branch5x5: 'two3x3',
    unit: { batchNorm: true, useBias: true, epsilon: 1e-3, momentum: 0.99 },
    auxiliary: { form: 'paper', inSource: false },
    trunk: [...SMALL_STEM, ...body('same', 'same')],
  },
  paper: {
    source: "Caffe's bvlc_googlenet",
    parameters: { trainable: 6_998_552, nonTrainable: 0 },
    macs: 1_582_671_872,
    inputShape: [224, 224, 3],
    numClasses: 1000,
    dropout: 0.4,
    branch5x5: 'one5x5',
    unit: {
      batchNorm: false,
      useBias: true,
      biasInitializer: { className: 'Constant', config: { value: 0.2 } },
    },
    auxiliary: { form: 'paper', inSource: true },
    trunk: [...imagenetStem({ convPadding: 3, poolPadding: 'ceil', lrn: true }), ...body('ceil', 'ceil')],
  },
  torchvision: {
    source: 'torchvision.models.googlenet',
    parameters: { trainable: 6_624_904, nonTrainable: 14_560 },
    macs: 1_498_376_192,
    inputShape: [224, 224, 3],
    numClasses: 1000,
    dropout: 0.2,
    branch5x5: 'one3x3',
    unit: { batchNorm: true, useBias: false, epsilon: 1e-3, momentum: 0.9 },
    auxiliary: { form: 'torchvision', inSource: true },
    trunk: [...imagenetStem({ convPadding: 3, poolPadding: 'ceil', lrn: false }), ...body('ceil', 'ceil', 2)],
  },
  slim: {
    source: "TF-slim's inception_v1",
    parameters: { trainable: 6_617_624, nonTrainable: 14_560 },
    macs: 1_498_376_192,
    inputShape: [224, 224, 3],
    numClasses: 1000,
    dropout: 0.2,
    branch5x5: 'one3x3',
    unit: {
      batchNorm: true,
      useBias: false,
      scale: false,
      epsilon: 1e-3,
      momentum: 0.9997,
    },
    auxiliary: { form: 'paper', inSource: false },
    trunk: [
      ...imagenetStem({
        convPadding: 'same',
        poolPadding: 'same',
        lrn: false,
      }),
      ...body('same', 'same', 2),
    ],
  },
  cifar: {
    source: "kuangliu's PyTorch network",
    parameters: { trainable: 6_166_250, nonTrainable: 15_808 },
    macs: 1_521_756_160,
    inputShape: [32, 32, 3],
    numClasses: 10,
    dropout: 0,
    branch5x5: 'two3x3',
    unit: { batchNorm: true, useBias: true, epsilon: 1e-5, momentum: 0.9 },
    auxiliary: { form: 'paper', inSource: false },
    trunk: [...SMALL_STEM, ...body(1, 1)],
  },
};

/** The names of the variants, for lists to choose from. */
export const variantNames = Object.keys(VARIANTS) as readonly Variant[];

/**
 * A filter count at another width: `max(8, round(filters * widthMultiplier / 8) * 8)`.
 *
 * Multiples of 8 keep every branch alive and suit SIMD registers; at width 1 all counts are unchanged.
 */
export function scaleFilters(filters: number, widthMultiplier: number): number {
  return Math.max(8, Math.round((filters * widthMultiplier) / 8) * 8);
}
