import * as tf from '@tensorflow/tfjs-core';
import {
  acceptsFused,
  ACTIVATIONS,
  type ActivationAttributes,
  applyActivation,
  FUSED_INPUTS,
  fusedCode,
} from './activation';
import { shapeOf } from '../contract';
import { type Kernel, type KernelArguments, type KernelReplacement } from './register';

type Padding = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

interface ConvolutionAttributes {
  strides: [number, number] | number;
  pad: Padding;
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Rank4 = [number, number, number, number];

/** A convolution as the add-on is told of it; `native` says whether it has such a convolution. */
function planOf(
  x: number[],
  filter: number[],
  attributes: KernelArguments['attrs'],
): { shape: Int32Array; outShape: number[]; native: boolean } {
  const { strides, pad, dilations, dimRoundingMode } = attributes as unknown as ConvolutionAttributes;
  const info = tf.backend_util.computeConv2DInfo(
    x as Rank4,
    filter as Rank4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  const { padInfo } = info;
  const rows = fits(
    info.inHeight,
    info.outHeight,
    info.filterHeight,
    info.strideHeight,
    info.dilationHeight,
    padInfo.top,
  );
  const columns = fits(
    info.inWidth,
    info.outWidth,
    info.filterWidth,
    info.strideWidth,
    info.dilationWidth,
    padInfo.left,
  );
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, outHeight, outWidth } = info;
  const shape = shapeOf('ConvolutionShape', {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    inputs: info.inChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    outputs: info.outChannels,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
    outHeight,
    outWidth,
  });
  const native = rows && columns && info.inChannels === filter[2] && tf.util.sizeFromShape(info.outShape) > 0;
  return { shape, outShape: info.outShape, native };
}

/** Whether the sizes are those of a convolution; for a number as padding TensorFlow.js derives both sides from the height. */
function fits(
  size: number,
  outSize: number,
  kernel: number,
  stride: number,
  dilation: number,
  padBefore: number,
): boolean {
  const reach = (kernel - 1) * dilation;
  const padAfter = Math.max(0, (outSize - 1) * stride + reach + 1 - size - padBefore);
  return (
    padBefore <= reach &&
    padAfter <= reach &&
    Math.floor((size + padBefore + padAfter - reach - 1) / stride) + 1 === outSize
  );
}

const forward: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  const bias = inputs.bias as tf.TensorInfo | undefined;
  const fusing = attrs as unknown as Partial<ActivationAttributes>;
  const activation = fusing.activation ?? 'linear';
  const fused = fusedCode(activation);
  const { shape, outShape } = planOf(x.shape, filter.shape, attrs);
  const weights = backend.floats(filter);
  const packed = backend.packedFilters.find(filter.dataId, weights, shape, Boolean(bias), fused);
  const { info, values } = backend.allocate(outShape);
  backend.addon.conv2d(
    shape,
    backend.floats(x),
    weights,
    bias ? backend.floats(bias) : null,
    values,
    fused,
    packed,
  );
  if (fused === 0) applyActivation(backend, values, { ...fusing, activation }, inputs.preluActivationWeights);
  return info;
};

const inputGradient: Kernel = ({ inputs: { dy, filter }, attrs, backend }) => {
  const inputShape = attrs.inputShape as Rank4;
  const { info, values } = backend.allocate(inputShape);
  const { shape } = planOf(inputShape, filter.shape, attrs);
  backend.addon.conv2dBackpropInput(shape, backend.floats(dy), backend.floats(filter), values);
  return info;
};

const filterGradient: Kernel = ({ inputs: { x, dy }, attrs, backend }) => {
  const filterShape = attrs.filterShape as Rank4;
  const { info, values } = backend.allocate(filterShape);
  const { shape } = planOf(x.shape, filterShape, attrs);
  backend.addon.conv2dBackpropFilter(shape, backend.floats(x), backend.floats(dy), values);
  return info;
};

/** Whether the add-on has the convolution, and dy its output's shape. */
function fitsGradient(x: number[], filter: number[], dy: number[], attrs: KernelArguments['attrs']): boolean {
  const { native, outShape } = planOf(x, filter, attrs);
  return native && tf.util.arraysEqual(outShape, dy);
}

const IMAGES = { dtype: 'float32', rank: 4 } as const;
const NHWC = { dataFormat: ['NHWC'] };

/** Conv2D, its fused form and both gradients. */
export const convolutions: readonly KernelReplacement[] = [
  {
    kernelName: 'Conv2D',
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, filter }, attrs }) => planOf(x.shape, filter.shape, attrs).native,
    },
    kernelFunc: forward,
  },
  {
    kernelName: 'FusedConv2D',
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES, ...FUSED_INPUTS },
      attributes: { ...NHWC, activation: ACTIVATIONS },
      where: ({ inputs, attrs }) =>
        acceptsFused(inputs, inputs.filter.shape[3]) &&
        planOf(inputs.x.shape, inputs.filter.shape, attrs).native,
    },
    kernelFunc: forward,
  },
  {
    kernelName: 'Conv2DBackpropInput',
    accepts: {
      inputs: { dy: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { dy, filter }, attrs }) =>
        fitsGradient(attrs.inputShape as Rank4, filter.shape, dy.shape, attrs),
    },
    kernelFunc: inputGradient,
  },
  {
    kernelName: 'Conv2DBackpropFilter',
    accepts: {
      inputs: { x: IMAGES, dy: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, dy }, attrs }) =>
        fitsGradient(x.shape, attrs.filterShape as Rank4, dy.shape, attrs),
    },
    kernelFunc: filterGradient,
  },
];
