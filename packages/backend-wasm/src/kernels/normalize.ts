import * as tf from '@tensorflow/tfjs-core';
import { NormalizationBlock, SoftmaxBlock } from '../../assembly/blocks';
import { sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

const SMALL = 16384;

/** Local response normalisation, or its gradient, over the last axis. */
function localResponse(name: 'localResponse' | 'localResponseGradient'): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs;
    const { depthRadius, bias, alpha, beta } = attrs as Record<string, number>;
    const channels = x.shape[3];
    const pointer = (info?: tf.TensorInfo) => (info ? backend.pointer(info) : 0);
    const pointers = { x: pointer(x), y: pointer(inputs.y), dy: pointer(inputs.dy) };
    const output = backend.output(x.shape);
    const radius = Math.min(depthRadius, channels);
    const scratch = backend.runtime.scratch(2 * (channels + 2 * radius + 8) * 4);
    const block = {
      ...pointers,
      out: backend.pointer(output),
      channels,
      radius,
      biasF: bias,
      alphaF: alpha,
      betaF: beta,
      scratch: scratch.pointer,
      scratchBytes: scratch.bytes,
    };
    const units = sizeOf(x) / channels;
    backend.runtime.call(name, NormalizationBlock, block, units, sizeOf(x) < SMALL ? units : undefined);
    return output;
  };
}

const softmax: Kernel = ({ inputs: { logits }, backend }) => {
  const columns = logits.shape[logits.shape.length - 1];
  const x = backend.pointer(logits);
  const output = backend.output(logits.shape);
  const units = sizeOf(logits) / columns;
  const block = { x, out: backend.pointer(output), columns };
  const grain = sizeOf(logits) < SMALL ? units : undefined;
  backend.runtime.call('softmax', SoftmaxBlock, block, units, grain);
  return output;
};

const PIXELS = { dtype: 'float32', rank: 4 } as const;

const positiveBias = ({ attrs: { bias, alpha, depthRadius } }: KernelArguments) =>
  (bias as number) > 0 &&
  (alpha as number) >= 0 &&
  Number.isInteger(depthRadius) &&
  (depthRadius as number) >= 0;

export const normalizeKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.LRN,
    accepts: { inputs: { x: PIXELS }, where: positiveBias },
    kernelFunc: localResponse('localResponse'),
  },
  {
    kernelName: tf.LRNGrad,
    accepts: {
      inputs: { x: PIXELS, y: PIXELS, dy: PIXELS },
      where: (args) => {
        const { x, y, dy } = args.inputs;
        return positiveBias(args) && [y, dy].every(({ shape }) => shape.join() === x.shape.join());
      },
    },
    kernelFunc: localResponse('localResponseGradient'),
  },
  {
    kernelName: tf.Softmax,
    accepts: {
      inputs: { logits: { dtype: 'float32', rank: [1, 6] } },
      where: ({ inputs: { logits }, attrs }) => attrs.dim === logits.shape.length - 1 || attrs.dim === -1,
    },
    kernelFunc: softmax,
  },
];
