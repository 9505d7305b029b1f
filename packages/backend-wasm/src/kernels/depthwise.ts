import * as tf from '@tensorflow/tfjs-core';
import { DepthwiseBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { acceptsActivation, activate, ACTIVATIONS, type ActivationAttrs } from './elementwise';
import { sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

interface DepthwiseAttrs {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4D = [number, number, number, number];
type Block = Record<keyof typeof DepthwiseBlock, number>;

const SMALL = 16384;

function infoOf(attrs: KernelArguments['attrs'], x: number[], filter: number[]): tf.backend_util.Conv2DInfo {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as DepthwiseAttrs;
  return tf.backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
}

/** The geometry of a convolution, its bounds open. */
function blockOf(info: tf.backend_util.Conv2DInfo, x: number, filter: number, y: number): Block {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo, batchSize } = info;
  return {
    x,
    filter,
    bias: 0,
    y,
    inHeight,
    inWidth,
    channels: inChannels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
    lowF: -Infinity,
    highF: Infinity,
    rotated: 0,
    batch: batchSize,
  };
}

function run(backend: WasmBackend, name: string, block: Block, units: number): void {
  const { batch, inHeight, inWidth, outHeight, outWidth, channels } = block;
  const work = batch * Math.max(inHeight * inWidth, outHeight * outWidth) * channels;
  backend.runtime.call(name, DepthwiseBlock, block, units, work < SMALL ? units : undefined);
}

const forward: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs;
  const bias = inputs.bias as tf.TensorInfo | undefined;
  const info = infoOf(attrs, x.shape, filter.shape);
  const [from, weights] = [backend.pointer(x), backend.pointer(filter)];
  const output = backend.output(info.outShape);
  const { activation } = attrs as ActivationAttrs;
  const block = blockOf(info, from, weights, backend.pointer(output));
  if (bias) block.bias = backend.pointer(bias);
  if (activation === 'relu' || activation === 'relu6') block.lowF = 0;
  if (activation === 'relu6') block.highF = 6;
  run(backend, 'depthwise', block, info.batchSize * info.outHeight);
  activate(backend, output, attrs, inputs.preluActivationWeights);
  return output;
};

/** At stride 1 a depthwise convolution of dy with the filter read backwards. */
const inputGradient: Kernel = ({ inputs: { dy, filter }, attrs, backend }) => {
  const shape = attrs.inputShape as number[];
  const info = infoOf(attrs, shape, filter.shape);
  const [from, weights] = [backend.pointer(dy), backend.pointer(filter)];
  const output = backend.output(shape);
  const block = blockOf(info, backend.pointer(output), weights, from);
  const units = info.batchSize * info.inHeight;
  if (info.strideHeight !== 1 || info.strideWidth !== 1) {
    run(backend, 'depthwiseInputGradient', block, units);
    return output;
  }
  const rotated = blockOf(info, from, weights, block.x);
  rotated.inHeight = block.outHeight;
  rotated.inWidth = block.outWidth;
  rotated.outHeight = block.inHeight;
  rotated.outWidth = block.inWidth;
  rotated.padTop = (block.filterHeight - 1) * block.dilationHeight - block.padTop;
  rotated.padLeft = (block.filterWidth - 1) * block.dilationWidth - block.padLeft;
  rotated.rotated = 1;
  run(backend, 'depthwise', rotated, units);
  return output;
};

const filterGradient: Kernel = ({ inputs: { x, dy }, attrs, backend }) => {
  const shape = attrs.filterShape as number[];
  const info = infoOf(attrs, x.shape, shape);
  const [from, gradient] = [backend.pointer(x), backend.pointer(dy)];
  const output = backend.output(shape);
  const block = blockOf(info, from, backend.pointer(output), gradient);
  run(backend, 'depthwiseFilterGradient', block, Math.ceil(info.inChannels / 4));
  return output;
};

const IMAGES = { dtype: 'float32', rank: 4 } as const;
/** The op hands NHWC over by leaving the format out; filters of several outputs a channel run on the inherited kernel. */
const NHWC = { dataFormat: ['NHWC', undefined] } as const;

const single = (x: number[], filter: number[]) => filter[2] === x[3] && filter[3] === 1;

/** Whether dy has the shape of the output. TensorFlow.js has no gradients of dilated depthwise convolutions. */
function fits(attrs: KernelArguments['attrs'], x: number[], filter: number[], dy: number[]): boolean {
  const { outShape, dilationHeight, dilationWidth } = infoOf(attrs, x, filter);
  return single(x, filter) && dilationHeight === 1 && dilationWidth === 1 && outShape.join() === dy.join();
}

export const depthwiseKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.DepthwiseConv2dNative,
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, filter } }) => single(x.shape, filter.shape),
    },
    kernelFunc: forward,
  },
  {
    kernelName: tf.FusedDepthwiseConv2D,
    accepts: {
      inputs: {
        x: IMAGES,
        filter: IMAGES,
        bias: { dtype: 'float32', optional: true },
        preluActivationWeights: { dtype: 'float32', optional: true },
      },
      attributes: { ...NHWC, activation: ACTIVATIONS },
      where: (args) => {
        const { x, filter, bias } = args.inputs;
        return (
          single(x.shape, filter.shape) &&
          (!(bias as tf.TensorInfo | null | undefined) || sizeOf(bias) === filter.shape[2]) &&
          acceptsActivation(args, infoOf(args.attrs, x.shape, filter.shape).outShape)
        );
      },
    },
    kernelFunc: forward,
  },
  {
    kernelName: tf.DepthwiseConv2dNativeBackpropInput,
    accepts: {
      inputs: { dy: IMAGES, filter: IMAGES },
      where: ({ inputs: { dy, filter }, attrs }) =>
        fits(attrs, attrs.inputShape as number[], filter.shape, dy.shape),
    },
    kernelFunc: inputGradient,
  },
  {
    kernelName: tf.DepthwiseConv2dNativeBackpropFilter,
    accepts: {
      inputs: { x: IMAGES, dy: IMAGES },
      where: ({ inputs: { x, dy }, attrs }) => fits(attrs, x.shape, attrs.filterShape as number[], dy.shape),
    },
    kernelFunc: filterGradient,
  },
];
