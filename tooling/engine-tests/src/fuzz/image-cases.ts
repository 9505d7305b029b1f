import type { CaseGenerators } from './kernel-case';
import type { RandomCase } from './random-case';

type Explicit = [number, number][];
type Pad = 'same' | 'valid' | number | Explicit;
type Rounding = 'floor' | 'round' | 'ceil' | undefined;

/** One axis of a window operation whose output is not empty. */
interface Axis {
  kernel: number;
  stride: number;
  dilation: number;
}

function axis(random: RandomCase): Axis {
  const stride = random.pick([1, 1, 2, 3]);
  return {
    kernel: random.pick([1, 1, 2, 3, 3, 5]),
    stride,
    dilation: stride === 1 ? random.pick([1, 1, 2]) : 1,
  };
}

const reach = ({ kernel, dilation }: Axis) => (kernel - 1) * dilation + 1;

interface Windows {
  height: number;
  width: number;
  filter: [number, number];
  strides: [number, number];
  dilations: [number, number];
  pad: Pad;
  dimRoundingMode: Rounding;
}

/** Windows over an image with explicit, numeric, `same` or `valid` padding. */
function windows(random: RandomCase, dilated: boolean): Windows {
  const rows = axis(random);
  const columns = random.chance(0.6) ? rows : axis(random);
  if (!dilated) rows.dilation = columns.dilation = 1;
  if (rows.stride > 1 || columns.stride > 1) rows.dilation = columns.dilation = 1;
  const kind = random.pick(['same', 'valid', 'number', 'explicit'] as const);
  const least = kind === 'same' ? 1 : 0;
  const height = (least || reach(rows)) + random.integer(0, 9);
  const width = (least || reach(columns)) + random.integer(0, 9);
  const side = () => random.integer(0, 2);
  const pad: Pad =
    kind === 'number'
      ? side()
      : kind === 'explicit'
        ? [
            [0, 0],
            [side(), side()],
            [side(), side()],
            [0, 0],
          ]
        : kind;
  return {
    height,
    width,
    filter: [rows.kernel, columns.kernel],
    strides: [rows.stride, columns.stride],
    dilations: [rows.dilation, columns.dilation],
    pad,
    dimRoundingMode:
      kind === 'number' || kind === 'explicit'
        ? random.pick(['floor', 'floor', 'round', 'ceil'] as const)
        : undefined,
  };
}

/** As TensorFlow.js computes it; undefined where it would be empty. */
function outputSize(w: Windows, d: 0 | 1): number {
  const size = d === 0 ? w.height : w.width;
  const span = (w.filter[d] - 1) * w.dilations[d] + 1;
  const stride = w.strides[d];
  if (w.pad === 'same') return Math.ceil(size / stride);
  if (w.pad === 'valid') return Math.ceil((size - span + 1) / stride);
  const round =
    w.dimRoundingMode === 'ceil' ? Math.ceil : w.dimRoundingMode === 'round' ? Math.round : Math.floor;
  if (typeof w.pad === 'number') return round((size + 2 * w.pad - w.filter[d]) / stride + 1);
  return round((size - span + w.pad[d + 1][0] + w.pad[d + 1][1]) / stride + 1);
}

const channels = (random: RandomCase) => (random.chance(0.3) ? random.integer(8, 36) : random.integer(1, 9));
const batch = (random: RandomCase) => random.integer(1, 2);

function convolution(random: RandomCase, dilated = true) {
  const w = windows(random, dilated);
  if (typeof w.pad === 'number') w.dilations = [1, 1];
  const [n, inputs, outputs] = [batch(random), channels(random), channels(random)];
  const { strides, pad, dilations, dimRoundingMode } = w;
  return {
    w,
    x: [n, w.height, w.width, inputs],
    filter: [...w.filter, inputs, outputs],
    y: [n, outputSize(w, 0), outputSize(w, 1), outputs],
    attributes: { strides, pad, dilations, dimRoundingMode, dataFormat: 'NHWC' },
  };
}

/** TensorFlow.js' own gradients take no dilations. */
function depthwise(random: RandomCase, dilated = true) {
  const w = windows(random, dilated);
  if (typeof w.pad === 'number') w.dilations = [1, 1];
  const [n, inputs, multiplier] = [batch(random), channels(random), random.pick([1, 1, 1, 2, 3])];
  const { strides, pad, dilations, dimRoundingMode } = w;
  return {
    x: [n, w.height, w.width, inputs],
    filter: [...w.filter, inputs, multiplier],
    y: [n, outputSize(w, 0), outputSize(w, 1), inputs * multiplier],
    attributes: { strides, pad, dilations, dimRoundingMode, dataFormat: 'NHWC' },
  };
}

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'];

/** Bias and activation of a fused kernel whose output has these channels. */
function fusing(random: RandomCase, outputs: number, biasShape = [outputs]) {
  const activation = random.pick(ACTIVATIONS);
  return {
    inputs: {
      ...(random.chance(0.7) && { bias: random.tensor(biasShape) }),
      ...(activation === 'prelu' && { preluActivationWeights: random.tensor([outputs], 'float32', 0, 1) }),
    },
    attributes: {
      activation,
      leakyreluAlpha: activation === 'leakyrelu' ? random.number(0.1, 0.5) : undefined,
    },
  };
}

function pool(random: RandomCase) {
  const w = windows(random, false);
  const [n, depth] = [batch(random), channels(random)];
  const { filter: filterSize, strides, pad, dimRoundingMode } = w;
  return {
    x: [n, w.height, w.width, depth],
    y: [n, outputSize(w, 0), outputSize(w, 1), depth],
    attributes: { filterSize, strides, pad, dimRoundingMode },
    inside: pad === 'valid',
  };
}

/** Distinct values, so that no gradient depends on which of two equal ones is taken. */
function distinct(random: RandomCase, shape: number[]) {
  const tensor = random.tensor(shape);
  const order = Array.from(tensor.values, (_, i) => i).sort((a, b) => tensor.values[a] - tensor.values[b]);
  for (const [rank, i] of order.entries()) tensor.values[i] = rank / 16 - 10;
  return tensor;
}

function pool3d(random: RandomCase) {
  const size = () => random.integer(3, 5);
  const kernel = random.integer(1, 3);
  const stride = random.integer(1, 2);
  const x = [1, size(), size(), size(), random.integer(1, 4)];
  const y = x.map((s, d) => (d === 0 || d === 4 ? s : Math.ceil((s - kernel + 1) / stride)));
  return {
    x,
    y,
    attributes: {
      filterSize: [kernel, kernel, kernel],
      strides: [stride, stride, stride],
      pad: 'valid',
      dataFormat: 'NDHWC',
    },
  };
}

function convolution3d(random: RandomCase) {
  const size = () => random.integer(3, 5);
  const kernel = random.integer(1, 3);
  const [inputs, outputs] = [random.integer(1, 4), random.integer(1, 4)];
  const x = [1, size(), size(), size(), inputs];
  return {
    x,
    filter: [kernel, kernel, kernel, inputs, outputs],
    y: [1, ...x.slice(1, 4).map((s) => s - kernel + 1), outputs],
    attributes: { strides: [1, 1, 1], pad: 'valid', dataFormat: 'NDHWC', dilations: [1, 1, 1] },
  };
}

function resize(random: RandomCase) {
  const size: [number, number] = [random.integer(1, 17), random.integer(1, 17)];
  const alignCorners = random.chance(0.4);
  return {
    images: [batch(random), random.integer(1, 12), random.integer(1, 12), channels(random)],
    size,
    attributes: { alignCorners, halfPixelCenters: !alignCorners && random.chance(0.5), size },
  };
}

function boxes(random: RandomCase, count: number) {
  const tensor = random.tensor([count, 4], 'float32', 0, 0.5);
  for (let i = 0; i < count; i++)
    for (const d of [2, 3])
      tensor.values[4 * i + d] = tensor.values[4 * i + d - 2] + random.number(0.05, 0.5);
  return tensor;
}

const suppression = (random: RandomCase, more: Record<string, unknown> = {}) => {
  const count = random.integer(1, 12);
  return {
    inputs: { boxes: boxes(random, count), scores: random.tensor([count], 'float32', 0, 1) },
    attributes: {
      maxOutputSize: random.integer(1, count),
      iouThreshold: random.number(0.1, 0.9),
      scoreThreshold: 0.1,
      ...more,
    },
  };
};

const normalization = (random: RandomCase) => ({
  depthRadius: random.integer(0, 5),
  bias: random.pick([1, 2, 0.5]),
  alpha: random.pick([1, 2e-5, 0.1]),
  beta: random.pick([0.5, 0.75, 1]),
});

const spatial = (random: RandomCase) => {
  const blocks = [random.integer(1, 3), random.integer(1, 3)];
  return { blocks, sizes: [random.integer(1, 4), random.integer(1, 4)], depth: random.integer(1, 9) };
};

/** A kernel of one picture, `[batch, height, width, channels]`. */
const picture = (random: RandomCase, images = batch(random)) =>
  random.tensor([images, random.integer(1, 9), random.integer(1, 9), channels(random)]);

function dilation(random: RandomCase) {
  const depth = random.integer(1, 6);
  const kernel = random.integer(1, 3);
  const x = [1, random.integer(3, 8), random.integer(3, 8), depth];
  return {
    x,
    filter: [kernel, kernel, depth],
    y: [1, x[1] - kernel + 1, x[2] - kernel + 1, depth],
    attributes: { strides: [1, 1], pad: 'valid', dilations: [1, 1] },
  };
}

/** Convolutions, pools, resizing and the other kernels of pictures, and products of matrices. */
export const imageCases: CaseGenerators = {
  Conv2D: (random) => {
    const { x, filter, attributes } = convolution(random);
    return { inputs: { x: random.tensor(x), filter: random.tensor(filter) }, attributes, tolerance: 1e-3 };
  },
  FusedConv2D: (random) => {
    const { x, filter, attributes } = convolution(random);
    const fused = fusing(random, filter[3]);
    return {
      inputs: { x: random.tensor(x), filter: random.tensor(filter), ...fused.inputs },
      attributes: { ...attributes, ...fused.attributes },
      tolerance: 1e-3,
    };
  },
  Conv2DBackpropInput: (random) => {
    const { x, filter, y, attributes } = convolution(random, false);
    return {
      inputs: { dy: random.tensor(y), filter: random.tensor(filter) },
      attributes: { ...attributes, inputShape: x },
      tolerance: 1e-3,
    };
  },
  Conv2DBackpropFilter: (random) => {
    const { x, filter, y, attributes } = convolution(random, false);
    return {
      inputs: { x: random.tensor(x), dy: random.tensor(y) },
      attributes: { ...attributes, filterShape: filter },
      tolerance: 1e-3,
    };
  },
  DepthwiseConv2dNative: (random) => {
    const { x, filter, attributes } = depthwise(random);
    return { inputs: { x: random.tensor(x), filter: random.tensor(filter) }, attributes };
  },
  FusedDepthwiseConv2D: (random) => {
    const { x, filter, y, attributes } = depthwise(random);
    const fused = fusing(random, y[3]);
    return {
      inputs: { x: random.tensor(x), filter: random.tensor(filter), ...fused.inputs },
      attributes: { ...attributes, ...fused.attributes },
    };
  },
  DepthwiseConv2dNativeBackpropInput: (random) => {
    const { x, filter, y, attributes } = depthwise(random, false);
    return {
      inputs: { dy: random.tensor(y), filter: random.tensor(filter) },
      attributes: { ...attributes, inputShape: x },
    };
  },
  DepthwiseConv2dNativeBackpropFilter: (random) => {
    const { x, filter, y, attributes } = depthwise(random, false);
    return {
      inputs: { x: random.tensor(x), dy: random.tensor(y) },
      attributes: { ...attributes, filterShape: filter },
      tolerance: 1e-3,
    };
  },
  Conv3D: (random) => {
    const { x, filter, attributes } = convolution3d(random);
    return { inputs: { x: random.tensor(x), filter: random.tensor(filter) }, attributes };
  },
  Conv3DBackpropInputV2: (random) => {
    const { x, filter, y, attributes } = convolution3d(random);
    return {
      inputs: { dy: random.tensor(y), filter: random.tensor(filter) },
      attributes: { ...attributes, inputShape: x },
    };
  },
  Conv3DBackpropFilterV2: (random) => {
    const { x, filter, y, attributes } = convolution3d(random);
    return {
      inputs: { x: random.tensor(x), dy: random.tensor(y) },
      attributes: { ...attributes, filterShape: filter },
    };
  },
  MaxPool: (random) => {
    const { x, attributes } = pool(random);
    return { inputs: { x: random.tensor(x) }, attributes };
  },
  AvgPool: (random) => {
    const { x, attributes } = pool(random);
    return { inputs: { x: random.tensor(x) }, attributes };
  },
  MaxPoolGrad: (random) => {
    const { x, y, attributes } = pool(random);
    return {
      inputs: { dy: random.tensor(y), input: distinct(random, x), output: random.tensor(y) },
      attributes,
    };
  },
  AvgPoolGrad: (random) => {
    // With padding the cpu engine divides by the whole window: no reference.
    let one = pool(random);
    while (!one.inside) one = pool(random);
    return { inputs: { dy: random.tensor(one.y), input: random.tensor(one.x) }, attributes: one.attributes };
  },
  MaxPoolWithArgmax: (random) => {
    const { x, attributes } = pool(random);
    const { pad } = attributes;
    return {
      inputs: { x: random.tensor(x) },
      attributes: {
        ...attributes,
        pad: typeof pad === 'string' ? pad : 'same',
        includeBatchInIndex: random.chance(0.5),
      },
    };
  },
  MaxPool3D: (random) => {
    const { x, attributes } = pool3d(random);
    return { inputs: { x: random.tensor(x) }, attributes };
  },
  AvgPool3D: (random) => {
    const { x, attributes } = pool3d(random);
    return { inputs: { x: random.tensor(x) }, attributes };
  },
  MaxPool3DGrad: (random) => {
    const { x, y, attributes } = pool3d(random);
    return {
      inputs: { dy: random.tensor(y), input: distinct(random, x), output: random.tensor(y) },
      attributes,
    };
  },
  AvgPool3DGrad: (random) => {
    const { x, y, attributes } = pool3d(random);
    return { inputs: { dy: random.tensor(y), input: random.tensor(x) }, attributes };
  },
  BatchMatMul: (random) => {
    const [m, k, n] = [random.size(false), random.size(false), random.size(false)];
    const outer = random.shape(random.integer(0, 3), false).map((s) => Math.min(s, 3));
    // The cpu engine repeats the smaller side as a whole, so that only axes of one in front can be compared.
    const repeated = random.chance(0.5) ? random.integer(0, outer.length) : 0;
    const other = outer
      .map((s, d) => (d < repeated ? 1 : s))
      .slice(random.chance(0.2) ? random.integer(0, outer.length) : 0);
    const [outerA, outerB] = random.chance(0.5) ? [outer, other] : [other, outer];
    const attributes = { transposeA: random.chance(0.4), transposeB: random.chance(0.4) };
    // TensorFlow.js' operation gives both sides one rank.
    const a = [...new Array<number>(Math.max(0, outerB.length - outerA.length)).fill(1), ...outerA];
    const b = [...new Array<number>(Math.max(0, outerA.length - outerB.length)).fill(1), ...outerB];
    return {
      inputs: {
        a: random.tensor([...a, ...(attributes.transposeA ? [k, m] : [m, k])]),
        b: random.tensor([...b, ...(attributes.transposeB ? [n, k] : [k, n])]),
      },
      attributes,
      tolerance: 1e-3,
    };
  },
  _FusedMatMul: (random) => {
    const [m, k, n] = [random.size(false), random.size(false), random.size(false)];
    const attributes = { transposeA: random.chance(0.3), transposeB: random.chance(0.3) };
    const fused = fusing(random, n);
    return {
      inputs: {
        a: random.tensor(attributes.transposeA ? [1, k, m] : [1, m, k]),
        b: random.tensor(attributes.transposeB ? [1, n, k] : [1, k, n]),
        ...fused.inputs,
      },
      attributes: { ...attributes, ...fused.attributes },
      tolerance: 1e-3,
    };
  },
  FusedBatchNorm: (random) => {
    const shape = random.shape(4, false);
    const per = random.chance(0.8) ? [shape[3]] : shape;
    return {
      inputs: {
        x: random.tensor(shape),
        mean: random.tensor(per),
        variance: random.tensor(per, 'float32', 0.1, 3),
        ...(random.chance(0.8) && { offset: random.tensor(per) }),
        ...(random.chance(0.8) && { scale: random.tensor(per) }),
      },
      attributes: { varianceEpsilon: random.pick([1e-3, 1e-5]) },
    };
  },
  LRN: (random) => ({ inputs: { x: picture(random) }, attributes: normalization(random) }),
  LRNGrad: (random) => {
    const x = picture(random);
    return {
      inputs: { x, y: random.tensor(x.shape), dy: random.tensor(x.shape) },
      attributes: normalization(random),
    };
  },
  ResizeBilinear: (random) => {
    const { images, attributes } = resize(random);
    return {
      inputs: { images: random.tensor(images, random.chance(0.8) ? 'float32' : 'int32', -9, 9) },
      attributes,
    };
  },
  ResizeNearestNeighbor: (random) => {
    const { images, attributes } = resize(random);
    return {
      inputs: { images: random.special(images, random.chance(0.8) ? 'float32' : 'int32', -9, 9) },
      attributes,
    };
  },
  // The cpu engine swaps the sides of the result, so that only squares can be compared.
  ResizeBilinearGrad: (random) => {
    const { images, size, attributes } = resize(random);
    images[2] = images[1];
    return {
      inputs: { images: random.tensor(images), dy: random.tensor([images[0], ...size, images[3]]) },
      attributes: { alignCorners: attributes.alignCorners },
    };
  },
  // The cpu engine mixes the images of a batch, and never returns where a side of 1 is aligned at its corners.
  ResizeNearestNeighborGrad: (random) => {
    const { images, size, attributes } = resize(random);
    images[0] = 1;
    return {
      inputs: { images: random.tensor(images), dy: random.tensor([1, ...size, images[3]]) },
      attributes: { alignCorners: attributes.alignCorners && Math.min(images[1], images[2]) > 1 },
    };
  },
  CropAndResize: (random) => {
    const image = picture(random);
    const count = random.integer(1, 4);
    return {
      inputs: {
        image,
        boxes: boxes(random, count),
        boxInd: random.tensor([count], 'int32', 0, image.shape[0] - 1),
      },
      attributes: {
        cropSize: [random.integer(1, 7), random.integer(1, 7)],
        method: random.pick(['bilinear', 'nearest']),
        extrapolationValue: 0.5,
      },
    };
  },
  FlipLeftRight: (random) => ({ inputs: { image: picture(random) } }),
  RotateWithOffset: (random) => ({
    inputs: { image: picture(random) },
    attributes: { radians: random.number(-3, 3), fillValue: 0, center: 0.5 },
  }),
  // The cpu engine leaves all images but the first empty.
  Transform: (random) => {
    const image = picture(random, 1);
    const transforms = random.tensor([image.shape[0], 8], 'float32', -0.1, 0.1);
    for (let i = 0; i < image.shape[0]; i++) transforms.values[8 * i] = transforms.values[8 * i + 4] = 1;
    return {
      inputs: { image, transforms },
      attributes: {
        interpolation: 'bilinear',
        fillMode: random.pick(['constant', 'reflect', 'wrap', 'nearest']),
        fillValue: 0,
      },
    };
  },
  DepthToSpace: (random) => {
    const { blocks, sizes, depth } = spatial(random);
    const block = blocks[0] + 1;
    return {
      inputs: { x: random.tensor([batch(random), ...sizes, depth * block * block]) },
      attributes: { blockSize: block, dataFormat: 'NHWC' },
    };
  },
  SpaceToBatchND: (random) => {
    const { blocks, sizes, depth } = spatial(random);
    return {
      inputs: { x: random.tensor([batch(random), ...sizes.map((s, d) => s * blocks[d]), depth]) },
      attributes: { blockShape: blocks, paddings: blocks.map((b) => [0, random.chance(0.3) ? b : 0]) },
    };
  },
  BatchToSpaceND: (random) => {
    const { blocks, sizes, depth } = spatial(random);
    return {
      inputs: { x: random.tensor([blocks[0] * blocks[1] * batch(random), ...sizes, depth]) },
      attributes: {
        blockShape: blocks,
        crops: [
          [0, 0],
          [0, 0],
        ],
      },
    };
  },
  Dilation2D: (random) => {
    const { x, filter, attributes } = dilation(random);
    return { inputs: { x: random.tensor(x), filter: random.tensor(filter) }, attributes };
  },
  Dilation2DBackpropInput: (random) => {
    const { x, filter, y, attributes } = dilation(random);
    return {
      inputs: { x: random.tensor(x), filter: random.tensor(filter), dy: random.tensor(y) },
      attributes,
    };
  },
  Dilation2DBackpropFilter: (random) => {
    const { x, filter, y, attributes } = dilation(random);
    return {
      inputs: { x: random.tensor(x), filter: random.tensor(filter), dy: random.tensor(y) },
      attributes,
    };
  },
  NonMaxSuppressionV3: (random) => suppression(random),
  NonMaxSuppressionV4: (random) => suppression(random, { padToMaxOutputSize: random.chance(0.5) }),
  NonMaxSuppressionV5: (random) => suppression(random, { softNmsSigma: random.pick([0, 0.5]) }),
};
