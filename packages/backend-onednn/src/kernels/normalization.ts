import { type NormAttributes, OPTIONAL_KERNELS } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { ruleOf, shapeOf } from '../contract';
import { FLOATS, input, type KernelArguments, type KernelReplacement } from './register';

const channelsOf = (x: tf.TensorInfo) => x.shape[x.shape.length - 1];
const extentOf = (x: tf.TensorInfo) =>
  shapeOf('Extent', { positions: tf.util.sizeFromShape(x.shape) / channelsOf(x), channels: channelsOf(x) });

function train(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  { epsilon, activation }: NormAttributes,
): tf.TensorInfo[] {
  const x = input(inputs, 'x');
  const y = backend.allocate(x.shape);
  const mean = backend.allocate([channelsOf(x)]);
  const variance = backend.allocate([channelsOf(x)]);
  const [gamma, beta] = ['gamma', 'beta'].map((name) => backend.floats(input(inputs, name)));
  const relu = activation === 'relu' ? 1 : 0;
  backend.addon.batchNormTrain(
    extentOf(x),
    backend.floats(x),
    gamma,
    beta,
    y.values,
    mean.values,
    variance.values,
    epsilon,
    relu,
  );
  return [y.info, mean.info, variance.info];
}

function trainGradient(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  { epsilon, activation }: NormAttributes,
): tf.TensorInfo[] {
  const x = input(inputs, 'x');
  const dx = backend.allocate(x.shape);
  const dgamma = backend.allocate([channelsOf(x)]);
  const dbeta = backend.allocate([channelsOf(x)]);
  const channels = ['gamma', 'beta', 'mean', 'variance'].map((name) => backend.floats(input(inputs, name)));
  const dy = backend.floats(input(inputs, 'dy'));
  const relu = activation === 'relu' ? 1 : 0;
  backend.addon.batchNormTrainGrad(
    extentOf(x),
    dy,
    backend.floats(x),
    channels,
    dx.values,
    dgamma.values,
    dbeta.values,
    epsilon,
    relu,
  );
  return [dx.info, dgamma.info, dbeta.info];
}

/** Batch norm by given statistics as `y = factor x + shift`, one of each a channel; without `gamma` and `beta` 1 and 0. */
export function factorAndShift(
  mean: ArrayLike<number>,
  variance: Float32Array,
  gamma: Float32Array | undefined,
  beta: Float32Array | undefined,
  epsilon: number,
): { factor: Float32Array; shift: Float32Array } {
  const factor = variance.map((v, i) => (gamma ? gamma[i] : 1) / Math.sqrt(v + epsilon));
  return { factor, shift: factor.map((f, i) => (beta ? beta[i] : 0) - mean[i] * f) };
}

/** Batch norm of inference with one value a channel. */
function inference(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  { varianceEpsilon }: { varianceEpsilon: number },
): tf.TensorInfo {
  const x = input(inputs, 'x');
  const { offset, scale } = inputs;
  const { factor, shift } = factorAndShift(
    backend.floats(input(inputs, 'mean')),
    backend.floats(input(inputs, 'variance')),
    scale && backend.floats(scale),
    offset && backend.floats(offset),
    varianceEpsilon,
  );
  const { info, values } = backend.allocate(x.shape);
  backend.addon.scaleShift(extentOf(x), backend.floats(x), factor, shift, values, 0);
  return info;
}

interface LrnAttributes {
  depthRadius: number;
  bias: number;
  alpha: number;
  beta: number;
}

const lrnRule = (attrs: KernelArguments['attrs']) => {
  const { depthRadius, bias, alpha, beta } = attrs as unknown as LrnAttributes;
  return ruleOf('LrnNumbers', { radius: depthRadius, bias, alpha, beta });
};
const trainAttributes = (attrs: KernelArguments['attrs']) => attrs as unknown as NormAttributes;
const ACTIVATION = { activation: ['linear', 'relu'] };
const PER_CHANNEL = { dtype: 'float32', rank: 1 } as const;
const OPTIONAL_PER_CHANNEL = { ...PER_CHANNEL, optional: true } as const;

/** Normalizations: FusedBatchNorm, LRN with its gradient, and the optional kernels BatchNormTrain and BatchNormTrainGrad. */
export const normalizations: readonly KernelReplacement[] = [
  {
    kernelName: 'FusedBatchNorm',
    accepts: {
      inputs: {
        x: { dtype: 'float32', rank: [1, 6] },
        mean: PER_CHANNEL,
        variance: PER_CHANNEL,
        offset: OPTIONAL_PER_CHANNEL,
        scale: OPTIONAL_PER_CHANNEL,
      },
      where: ({ inputs }) =>
        ['mean', 'variance', 'offset', 'scale'].every((name) => {
          const t = inputs[name] as tf.TensorInfo | undefined;
          return !t || t.shape[0] === channelsOf(inputs.x);
        }),
    },
    kernelFunc: ({ inputs, attrs, backend }) =>
      inference(backend, inputs, attrs as unknown as { varianceEpsilon: number }),
  },
  {
    kernelName: 'LRN',
    accepts: { inputs: { x: { dtype: 'float32', rank: 4 } } },
    kernelFunc: ({ inputs: { x }, attrs, backend }) => {
      const { info, values } = backend.allocate(x.shape);
      backend.addon.lrn(extentOf(x), backend.floats(x), values, lrnRule(attrs));
      return info;
    },
  },
  {
    kernelName: 'LRNGrad',
    accepts: { inputs: { '*': { dtype: 'float32', rank: 4 } } },
    kernelFunc: ({ inputs: { x, y, dy }, attrs, backend }) => {
      const { info, values } = backend.allocate(x.shape);
      const [input, output, gradient] = [x, y, dy].map((t) => backend.floats(t));
      backend.addon.lrnGrad(extentOf(x), input, output, gradient, values, lrnRule(attrs));
      return info;
    },
  },
  {
    kernelName: OPTIONAL_KERNELS.batchNormTrain,
    accepts: { inputs: FLOATS, attributes: ACTIVATION },
    kernelFunc: ({ inputs, attrs, backend }) => train(backend, inputs, trainAttributes(attrs)),
  },
  {
    kernelName: OPTIONAL_KERNELS.batchNormTrainGrad,
    accepts: { inputs: FLOATS, attributes: ACTIVATION },
    kernelFunc: ({ inputs, attrs, backend }) => trainGradient(backend, inputs, trainAttributes(attrs)),
  },
];
