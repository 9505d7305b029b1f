import * as tf from '@tensorflow/tfjs-core';
import {
  acceptsFused,
  ACTIVATIONS,
  type ActivationAttributes,
  applyActivation,
  FUSED_INPUTS,
} from './activation';
import { shapeOf } from '../contract';
import { type Kernel, type KernelArguments, type KernelReplacement } from './register';

type Rank4 = [number, number, number, number];

interface DepthwiseAttributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function infoOf(x: number[], filter: number[], attrs: KernelArguments['attrs']): tf.backend_util.Conv2DInfo {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as DepthwiseAttributes;
  return tf.backend_util.computeConv2DInfo(
    x as Rank4,
    filter as Rank4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
}

function depthwiseShape(info: tf.backend_util.Conv2DInfo): Int32Array {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo, outHeight, outWidth } = info;
  return shapeOf('DepthwiseShape', {
    images: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
    outHeight,
    outWidth,
  });
}

const forward: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  const bias = inputs.bias as tf.TensorInfo | undefined;
  const info = infoOf(x.shape, filter.shape, attrs);
  const output = backend.allocate(info.outShape);
  const fusing = attrs as unknown as Partial<ActivationAttributes>;
  const activation = fusing.activation ?? 'linear';
  const clamped = activation === 'relu' || activation === 'relu6';
  backend.addon.depthwise(
    depthwiseShape(info),
    backend.floats(x),
    backend.floats(filter),
    bias ? backend.floats(bias) : null,
    output.values,
    clamped ? 0 : -Infinity,
    activation === 'relu6' ? 6 : Infinity,
  );
  if (!clamped)
    applyActivation(backend, output.values, { ...fusing, activation }, inputs.preluActivationWeights);
  return output.info;
};

const inputGradient: Kernel = ({ inputs: { dy, filter }, attrs, backend }) => {
  const inputShape = attrs.inputShape as Rank4;
  const output = backend.allocate(inputShape);
  const shape = depthwiseShape(infoOf(inputShape, filter.shape, attrs));
  backend.addon.depthwiseInput(shape, backend.floats(dy), backend.floats(filter), output.values);
  return output.info;
};

const filterGradient: Kernel = ({ inputs: { x, dy }, attrs, backend }) => {
  const filterShape = attrs.filterShape as Rank4;
  const output = backend.allocate(filterShape);
  const shape = depthwiseShape(infoOf(x.shape, filterShape, attrs));
  backend.addon.depthwiseFilter(shape, backend.floats(x), backend.floats(dy), output.values);
  return output.info;
};

/** One filter a channel, an output that is not empty, no negative padding. */
function fits(x: number[], filter: number[], attrs: KernelArguments['attrs'], dy?: number[]): boolean {
  if (filter[3] !== 1 || filter[2] !== x[3]) return false;
  const { outShape, padInfo } = infoOf(x, filter, attrs);
  if (padInfo.top < 0 || padInfo.left < 0 || tf.util.sizeFromShape(outShape) === 0) return false;
  return dy === undefined || tf.util.arraysEqual(dy, outShape);
}

const IMAGES = { dtype: 'float32', rank: 4 } as const;
/** TensorFlow.js' operations leave the format out for NHWC. */
const NHWC = { dataFormat: ['NHWC', undefined] };

/** Depthwise convolution with one filter a channel, its fused form and both gradients. */
export const depthwiseConvolutions: readonly KernelReplacement[] = [
  {
    kernelName: 'DepthwiseConv2dNative',
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, filter }, attrs }) => fits(x.shape, filter.shape, attrs),
    },
    kernelFunc: forward,
  },
  {
    kernelName: 'FusedDepthwiseConv2D',
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES, ...FUSED_INPUTS },
      attributes: { ...NHWC, activation: ACTIVATIONS },
      where: ({ inputs, attrs }) =>
        acceptsFused(inputs, inputs.x.shape[3]) && fits(inputs.x.shape, inputs.filter.shape, attrs),
    },
    kernelFunc: forward,
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    accepts: {
      inputs: { dy: IMAGES, filter: IMAGES },
      where: ({ inputs: { dy, filter }, attrs }) =>
        fits(attrs.inputShape as Rank4, filter.shape, attrs, dy.shape),
    },
    kernelFunc: inputGradient,
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    accepts: {
      inputs: { x: IMAGES, dy: IMAGES },
      where: ({ inputs: { x, dy }, attrs }) => fits(x.shape, attrs.filterShape as Rank4, attrs, dy.shape),
    },
    kernelFunc: filterGradient,
  },
];
