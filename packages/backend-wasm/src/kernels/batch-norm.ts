import { type NormAttributes, OPTIONAL_KERNELS } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import {
  BatchNormFactorsBlock,
  BatchNormGradientMomentsBlock,
  BatchNormGradientRowsBlock,
  BatchNormGradientSumsBlock,
  BatchNormMomentsBlock,
  BatchNormSumsBlock,
  ScaleRowsBlock,
} from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { Pixels } from './conv-shape';
import { expectShape, sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

/** Chunks of rows that are summed on their own; fixed, so that results do not depend on the number of threads. */
const CHUNKS = 32;
const SMALL = 16384;

/** Batch-norm parameters and statistics of one layer: addresses of dense channel arrays. */
export interface NormPointers {
  gamma: number;
  beta: number;
  mean: number;
  variance: number;
}

/** y = activation(batch norm of x with its own statistics); fills mean and variance. */
export function normalizeTrain(
  backend: WasmBackend,
  rows: number,
  channels: number,
  x: Pixels,
  y: Pixels,
  norm: NormPointers,
  epsilon: number,
  relu: boolean,
): void {
  const { runtime } = backend;
  const rowsPerChunk = Math.max(1, Math.ceil(rows / CHUNKS));
  const chunks = Math.ceil(rows / rowsPerChunk);
  const small = rows * channels < SMALL;
  const partial = runtime.heap.allocate((2 * chunks + 2) * channels * 4, 'batch-norm sums');
  const scale = partial + 2 * chunks * channels * 4;
  const offset = scale + channels * 4;
  // The first row shifts the sums: the variance loses no digits when the mean is large.
  const shift = x.pointer;
  const sums = { x: x.pointer, ldx: x.stride * 4, rows, channels, partial, rowsPerChunk, shift };
  runtime.call('batchNormSums', BatchNormSumsBlock, sums, chunks, small ? chunks : 1);
  const { mean, variance } = norm;
  const moments = { partial, chunks, channels, rows, shift, mean, variance };
  runtime.call('batchNormMoments', BatchNormMomentsBlock, moments, channels, channels);
  factors(backend, channels, norm, scale, offset, epsilon);
  scaleRows(backend, rows, channels, x, y, scale, offset, relu);
  runtime.heap.release(partial);
}

/** The scale and offset that normalise; both passes make them of the same numbers, so that both see the same ReLU. */
function factors(
  backend: WasmBackend,
  channels: number,
  norm: NormPointers,
  scale: number,
  offset: number,
  epsilon: number,
): void {
  const block = { ...norm, scale, offset, epsilonF: epsilon };
  backend.runtime.call('batchNormFactors', BatchNormFactorsBlock, block, channels, channels);
}

function scaleRows(
  backend: WasmBackend,
  rows: number,
  channels: number,
  x: Pixels,
  y: Pixels,
  scale: number,
  offset: number,
  relu: boolean,
): void {
  const block = {
    x: x.pointer,
    ldx: x.stride * 4,
    y: y.pointer,
    ldy: y.stride * 4,
    channels,
    scale,
    offset,
    relu: relu ? 1 : 0,
  };
  backend.runtime.call('scaleRows', ScaleRowsBlock, block, rows, rows * channels < SMALL ? rows : undefined);
}

/** Gradients of {@link normalizeTrain}. */
export function normalizeGradient(
  backend: WasmBackend,
  rows: number,
  channels: number,
  x: Pixels,
  dy: Pixels,
  dx: Pixels,
  norm: NormPointers,
  gradients: { gamma: number; beta: number },
  epsilon: number,
  relu: boolean,
): void {
  const { runtime } = backend;
  const rowsPerChunk = Math.max(1, Math.ceil(rows / CHUNKS));
  const chunks = Math.ceil(rows / rowsPerChunk);
  const small = rows * channels < SMALL;
  const partial = runtime.heap.allocate((2 * chunks + 5) * channels * 4, 'batch-norm sums');
  const a = partial + 2 * chunks * channels * 4;
  const b = a + channels * 4;
  const c = b + channels * 4;
  const scale = c + channels * 4;
  const offset = scale + channels * 4;
  const { mean, variance, gamma } = norm;
  const [ldx, lddy, lddx] = [x, dy, dx].map(({ stride }) => stride * 4);
  factors(backend, channels, norm, scale, offset, epsilon);
  const through = { scale, offset, relu: relu ? 1 : 0 };
  const sums = {
    x: x.pointer,
    ldx,
    rows,
    channels,
    partial,
    rowsPerChunk,
    mean,
    dy: dy.pointer,
    lddy,
    ...through,
  };
  runtime.call('batchNormGradientSums', BatchNormGradientSumsBlock, sums, chunks, small ? chunks : 1);
  const moments = {
    partial,
    chunks,
    channels,
    rows,
    mean,
    variance,
    gamma,
    dgamma: gradients.gamma,
    dbeta: gradients.beta,
    a,
    b,
    c,
    epsilonF: epsilon,
  };
  runtime.call('batchNormGradientMoments', BatchNormGradientMomentsBlock, moments, channels, channels);
  const apply = {
    x: x.pointer,
    ldx,
    dy: dy.pointer,
    lddy,
    ...through,
    dx: dx.pointer,
    lddx,
    channels,
    a,
    b,
    c,
  };
  runtime.call('batchNormGradientRows', BatchNormGradientRowsBlock, apply, rows, small ? rows : undefined);
  runtime.heap.release(partial);
}

const DEFAULT_EPSILON = 1e-3;

const batchNormTrain: Kernel = ({ inputs: { x, gamma, beta }, attrs, backend }) => {
  const { epsilon = DEFAULT_EPSILON, activation } = attrs as Partial<NormAttributes>;
  const channels = x.shape[x.shape.length - 1];
  const [y, mean, variance] = [
    backend.output(x.shape),
    backend.output([channels]),
    backend.output([channels]),
  ];
  const from = { pointer: backend.pointer(x), stride: channels };
  const to = { pointer: backend.pointer(y), stride: channels };
  const norm = {
    gamma: backend.pointer(gamma),
    beta: backend.pointer(beta),
    mean: backend.pointer(mean),
    variance: backend.pointer(variance),
  };
  normalizeTrain(backend, sizeOf(x) / channels, channels, from, to, norm, epsilon, activation === 'relu');
  return [y, mean, variance];
};

const batchNormTrainGrad: Kernel = ({ inputs: { dy, x, gamma, beta, mean, variance }, attrs, backend }) => {
  const { epsilon = DEFAULT_EPSILON, activation } = attrs as Partial<NormAttributes>;
  const channels = x.shape[x.shape.length - 1];
  const [dx, dgamma, dbeta] = [
    backend.output(x.shape),
    backend.output([channels]),
    backend.output([channels]),
  ];
  const pixels = (info: tf.TensorInfo): Pixels => ({ pointer: backend.pointer(info), stride: channels });
  const norm = {
    gamma: backend.pointer(gamma),
    beta: backend.pointer(beta),
    mean: backend.pointer(mean),
    variance: backend.pointer(variance),
  };
  const gradients = { gamma: backend.pointer(dgamma), beta: backend.pointer(dbeta) };
  normalizeGradient(
    backend,
    sizeOf(x) / channels,
    channels,
    pixels(x),
    pixels(dy),
    pixels(dx),
    norm,
    gradients,
    epsilon,
    activation === 'relu',
  );
  return [dx, dgamma, dbeta];
};

/** Inference: one scale and one offset a channel. */
const fusedBatchNorm: Kernel = ({ inputs, attrs, backend }) => {
  const { x, mean, variance } = inputs;
  const channels = sizeOf(mean);
  const epsilon = (attrs.varianceEpsilon as number | null | undefined) ?? DEFAULT_EPSILON;
  const numbers = (info: tf.TensorInfo | undefined) =>
    info && (backend.data.get(info.dataId).values as Float32Array);
  const [means, variances, scales, offsets] = [mean, variance, inputs.scale, inputs.offset].map(numbers);
  const factors = new Float32Array(2 * channels);
  for (let c = 0; c < channels; c++) {
    const factor = (scales?.[c] ?? 1) / Math.sqrt((variances?.[c] ?? 0) + epsilon);
    factors[c] = factor;
    factors[channels + c] = (offsets?.[c] ?? 0) - (means?.[c] ?? 0) * factor;
  }
  const output = backend.output(x.shape);
  const scale = backend.runtime.heap.allocate(factors.byteLength, 'batch-norm factors');
  const from = { pointer: backend.pointer(x), stride: channels };
  backend.runtime.heap.f32.set(factors, scale >>> 2);
  const to = { pointer: backend.pointer(output), stride: channels };
  scaleRows(backend, sizeOf(x) / channels, channels, from, to, scale, scale + channels * 4, false);
  backend.runtime.heap.release(scale);
  return output;
};

const FLOAT = { dtype: 'float32' } as const;
const CHANNELS = { dtype: 'float32', rank: 1 } as const;
const ACTIVATIONS = { activation: [undefined, 'linear', 'relu'] } as const;

/** @throws {RangeError} where an input is not as long as x's last axis, or not of x's shape */
function checkShapes(kernelName: string, { inputs }: KernelArguments): void {
  const { x } = inputs;
  const channels = [x.shape[x.shape.length - 1]];
  for (const [name, info] of Object.entries(inputs)) {
    if (name !== 'x') expectShape(kernelName, name, info, name === 'y' || name === 'dy' ? x.shape : channels);
  }
}

const checked =
  (kernelName: string, kernel: Kernel): Kernel =>
  (args) => {
    checkShapes(kernelName, args);
    return kernel(args);
  };

export const batchNormKernels: readonly KernelReplacement[] = [
  {
    kernelName: OPTIONAL_KERNELS.batchNormTrain,
    accepts: {
      inputs: { x: { dtype: 'float32', rank: [1, 6] }, gamma: CHANNELS, beta: CHANNELS },
      attributes: ACTIVATIONS,
    },
    kernelFunc: checked(OPTIONAL_KERNELS.batchNormTrain, batchNormTrain),
  },
  {
    kernelName: OPTIONAL_KERNELS.batchNormTrainGrad,
    accepts: {
      inputs: {
        dy: FLOAT,
        x: { dtype: 'float32', rank: [1, 6] },
        y: FLOAT,
        gamma: CHANNELS,
        beta: CHANNELS,
        mean: CHANNELS,
        variance: CHANNELS,
      },
      attributes: ACTIVATIONS,
    },
    kernelFunc: checked(OPTIONAL_KERNELS.batchNormTrainGrad, batchNormTrainGrad),
  },
  {
    kernelName: tf.FusedBatchNorm,
    accepts: {
      inputs: {
        x: { dtype: 'float32', rank: [1, 6] },
        mean: FLOAT,
        variance: FLOAT,
        scale: { dtype: 'float32', optional: true },
        offset: { dtype: 'float32', optional: true },
      },
      where: ({ inputs: { x, ...channelwise } }) =>
        Object.values(channelwise as Record<string, tf.TensorInfo | null | undefined>).every(
          (input) => !input || sizeOf(input) === x.shape[x.shape.length - 1],
        ),
    },
    kernelFunc: fusedBatchNorm,
  },
];
