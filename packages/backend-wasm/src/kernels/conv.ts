import * as tf from '@tensorflow/tfjs-core';
import {
  convolve,
  convolveFilterGradient,
  convolveInputGradient,
  convShape,
  FLAG_BIAS,
  FLAG_RELU,
  type ConvShape,
} from './conv-plan';
import { allFloat, type Kernel, type KernelArguments, type KernelEntry } from './register';

type Shape4D = [number, number, number, number];

interface ConvAttrs {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function shapeOf(attrs: KernelArguments['attrs'], x: number[], filter: number[]): ConvShape {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as ConvAttrs;
  return convShape(
    tf.backend_util.computeConv2DInfo(
      x as Shape4D,
      filter as Shape4D,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
    ),
  );
}

const isNhwcFloat = (args: KernelArguments): boolean => args.attrs.dataFormat === 'NHWC' && allFloat(args);

const conv2d: Kernel = ({ inputs: { x, filter, bias }, attrs, backend }) => {
  const shape = shapeOf(attrs, x.shape, filter.shape);
  const output = backend.output([shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]);
  const flags =
    ((bias as tf.TensorInfo | undefined) ? FLAG_BIAS : 0) | (attrs.activation === 'relu' ? FLAG_RELU : 0);
  const from = { pointer: backend.pointer(x), stride: shape.inChannels };
  const to = { pointer: backend.pointer(output), stride: shape.outChannels };
  const biasPointer = flags & FLAG_BIAS ? backend.pointer(bias) : 0;
  convolve(backend, shape, from, backend.pointer(filter), to, biasPointer, flags);
  return output;
};

const inputGradient: Kernel = ({ inputs: { dy, filter }, attrs, backend }) => {
  const shape = shapeOf(attrs, attrs.inputShape as number[], filter.shape);
  const output = backend.output(attrs.inputShape as number[]);
  const from = { pointer: backend.pointer(dy), stride: shape.outChannels };
  const to = { pointer: backend.pointer(output), stride: shape.inChannels };
  convolveInputGradient(backend, shape, from, backend.pointer(filter), to);
  return output;
};

const filterGradient: Kernel = ({ inputs: { x, dy }, attrs, backend }) => {
  const shape = shapeOf(attrs, x.shape, attrs.filterShape as number[]);
  const output = backend.output(attrs.filterShape as number[]);
  const from = { pointer: backend.pointer(x), stride: shape.inChannels };
  const gradient = { pointer: backend.pointer(dy), stride: shape.outChannels };
  convolveFilterGradient(backend, shape, from, gradient, backend.pointer(output));
  return output;
};

/** The fused kernel takes a per-channel bias and ReLU; other activations run on the cpu backend's composition. */
function acceptsFused(args: KernelArguments): boolean {
  const { bias, preluActivationWeights } = args.inputs as Record<string, tf.TensorInfo | undefined>;
  const { activation } = args.attrs as { activation?: string };
  const given = Object.fromEntries(
    Object.entries(args.inputs).filter(([, input]) => (input as tf.TensorInfo | undefined) !== undefined),
  );
  const channels = args.inputs.filter.shape[3];
  return (
    isNhwcFloat({ ...args, inputs: given }) &&
    preluActivationWeights === undefined &&
    (activation === undefined || activation === null || activation === 'linear' || activation === 'relu') &&
    (bias === undefined || bias === null || tf.util.sizeFromShape(bias.shape) === channels)
  );
}

export const convKernels: Record<string, KernelEntry> = {
  [tf.Conv2D]: { kernel: conv2d, accepts: isNhwcFloat },
  [tf.FusedConv2D]: { kernel: conv2d, accepts: acceptsFused },
  [tf.Conv2DBackpropInput]: { kernel: inputGradient, accepts: isNhwcFloat },
  [tf.Conv2DBackpropFilter]: { kernel: filterGradient, accepts: isNhwcFloat },
};
