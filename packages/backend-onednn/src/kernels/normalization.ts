import { type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { allFloat, define, input } from './define';

interface TrainAttributes {
  epsilon: number;
  activation: 'linear' | 'relu';
}

const channelsOf = (x: TensorInfo) => x.shape[x.shape.length - 1];
const positionsAndChannels = (x: TensorInfo) =>
  Int32Array.of(util.sizeFromShape(x.shape) / channelsOf(x), channelsOf(x));

function train(
  backend: OneDnnBackend,
  inputs: NamedTensorInfoMap,
  { epsilon, activation }: TrainAttributes,
): TensorInfo[] {
  const x = input(inputs, 'x');
  const y = backend.allocate(x.shape);
  const mean = backend.allocate([channelsOf(x)]);
  const variance = backend.allocate([channelsOf(x)]);
  const [gamma, beta] = ['gamma', 'beta'].map((name) => backend.floats(input(inputs, name)));
  const relu = activation === 'relu' ? 1 : 0;
  backend.addon.batchNormTrain(
    positionsAndChannels(x),
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
  inputs: NamedTensorInfoMap,
  { epsilon, activation }: TrainAttributes,
): TensorInfo[] {
  const x = input(inputs, 'x');
  const dx = backend.allocate(x.shape);
  const dgamma = backend.allocate([channelsOf(x)]);
  const dbeta = backend.allocate([channelsOf(x)]);
  const channels = ['gamma', 'beta', 'mean', 'variance'].map((name) => backend.floats(input(inputs, name)));
  const dy = backend.floats(input(inputs, 'dy'));
  const relu = activation === 'relu' ? 1 : 0;
  backend.addon.batchNormTrainGrad(
    positionsAndChannels(x),
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

/** Batch norm of inference with one value a channel; other shapes stay with the cpu kernel. */
function inference(
  backend: OneDnnBackend,
  inputs: NamedTensorInfoMap,
  { varianceEpsilon }: { varianceEpsilon: number },
) {
  const x = input(inputs, 'x');
  const { mean, variance, offset, scale } = inputs;
  const perChannel = [mean, variance, offset, scale].every(
    (t) => t === undefined || util.arraysEqual(t.shape, [channelsOf(x)]),
  );
  if (!allFloat(x, mean, variance, offset, scale) || !perChannel) return undefined;
  const means = backend.floats(input(inputs, 'mean'));
  const variances = backend.floats(input(inputs, 'variance'));
  const offsets = offset ? backend.floats(offset) : undefined;
  const scales = scale ? backend.floats(scale) : undefined;
  const factor = variances.map((v, i) => (scales ? scales[i] : 1) / Math.sqrt(v + varianceEpsilon));
  const shift = means.map((m, i) => (offsets ? offsets[i] : 0) - m * factor[i]);
  const { info, values } = backend.allocate(x.shape);
  backend.addon.scaleShift(positionsAndChannels(x), backend.floats(x), factor, shift, values, 0);
  return info;
}

/** Batch norm: FusedBatchNorm, and the optional kernels BatchNormTrain and BatchNormTrainGrad. */
export function registerNormalizations(): void {
  define<{ varianceEpsilon: number }>('FusedBatchNorm', inference);
  define<TrainAttributes>('BatchNormTrain', train);
  define<TrainAttributes>('BatchNormTrainGrad', trainGradient);
}
