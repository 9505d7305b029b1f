import * as tf from '@tensorflow/tfjs-core';
import { Finish } from '../../assembly/blocks';
import { convolve, convolveFilterGradient, convolveInputGradient } from './conv-plan';
import { convShape, type ConvShape } from './conv-shape';
import { acceptsActivation, activate, ACTIVATIONS } from './elementwise';
import { sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

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

/** What a product's last step does for an activation; the others follow in a pass of their own. */
export function activationFlag(activation: unknown): number {
  return activation === 'relu' ? Finish.Relu : activation === 'relu6' ? Finish.Relu6 : 0;
}

const conv2d: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter, bias } = inputs;
  const shape = shapeOf(attrs, x.shape, filter.shape);
  const output = backend.output([shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]);
  const flags = ((bias as tf.TensorInfo | undefined) ? Finish.Bias : 0) | activationFlag(attrs.activation);
  const from = { pointer: backend.pointer(x), stride: shape.inChannels };
  const to = { pointer: backend.pointer(output), stride: shape.outChannels };
  const biasPointer = flags & Finish.Bias ? backend.pointer(bias) : 0;
  const weights = backend.pointer(filter);
  convolve(backend, shape, from, weights, to, biasPointer, flags, backend.packedFilter(filter));
  activate(backend, output, attrs, inputs.preluActivationWeights);
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

/** Whether dy has the shape of the convolution's output: tfjs hands over others, and the inherited kernel reads a part of them. */
function fits(attrs: KernelArguments['attrs'], x: number[], filter: number[], dy: number[]): boolean {
  const { batch, outHeight, outWidth, outChannels, inChannels } = shapeOf(attrs, x, filter);
  return (
    x[3] === filter[2] &&
    inChannels === filter[2] &&
    [batch, outHeight, outWidth, outChannels].every((size, i) => size === dy[i])
  );
}

const IMAGES = { dtype: 'float32', rank: 4 } as const;
const NHWC = { dataFormat: ['NHWC', undefined] } as const;

export const convKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.Conv2D,
    accepts: {
      inputs: { x: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, filter } }) => x.shape[3] === filter.shape[2],
    },
    kernelFunc: conv2d,
  },
  {
    kernelName: tf.FusedConv2D,
    accepts: {
      inputs: {
        x: IMAGES,
        filter: IMAGES,
        bias: { dtype: 'float32', optional: true },
        preluActivationWeights: { dtype: 'float32', optional: true },
      },
      attributes: { ...NHWC, activation: ACTIVATIONS },
      where: (args) => {
        const { x, bias, filter } = args.inputs;
        if (x.shape[3] !== filter.shape[2]) return false;
        const { batch, outHeight, outWidth, outChannels } = shapeOf(args.attrs, x.shape, filter.shape);
        return (
          (!(bias as tf.TensorInfo | null | undefined) || sizeOf(bias) === outChannels) &&
          acceptsActivation(args, [batch, outHeight, outWidth, outChannels])
        );
      },
    },
    kernelFunc: conv2d,
  },
  {
    kernelName: tf.Conv2DBackpropInput,
    accepts: {
      inputs: { dy: IMAGES, filter: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { dy, filter }, attrs }) =>
        fits(attrs, attrs.inputShape as number[], filter.shape, dy.shape),
    },
    kernelFunc: inputGradient,
  },
  {
    kernelName: tf.Conv2DBackpropFilter,
    accepts: {
      inputs: { x: IMAGES, dy: IMAGES },
      attributes: NHWC,
      where: ({ inputs: { x, dy }, attrs }) => fits(attrs, x.shape, attrs.filterShape as number[], dy.shape),
    },
    kernelFunc: filterGradient,
  },
];
