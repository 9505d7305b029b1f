import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { getPrecision } from '../precision';
import { input, type KernelArguments, type KernelReplacement } from './register';

interface InceptionAttributes {
  kind: 'reduced' | 'naive';
  branch5x5: 'one5x5' | 'two5x5' | 'one3x3' | 'two3x3';
  epsilon: number;
  activation: 'relu' | 'linear';
  filters: number[];
}

const WEIGHTS = ['kernel', 'gamma', 'beta'] as const;
const STATISTICS = ['mean', 'variance'] as const;

function configOf(
  x: tf.TensorInfo,
  { kind, branch5x5, activation, filters }: InceptionAttributes,
  bf16: boolean,
): Int32Array {
  const [convolutions, kernel] = [branch5x5.startsWith('two') ? 2 : 1, branch5x5.endsWith('5x5') ? 5 : 3];
  const flags = [kind === 'naive' ? 1 : 0, kernel, convolutions, activation === 'relu' ? 1 : 0, bf16 ? 1 : 0];
  return Int32Array.from([...x.shape, ...filters, ...flags]);
}

const unitCount = (inputs: tf.NamedTensorInfoMap) =>
  Object.keys(inputs).filter((name) => name.startsWith('kernel')).length;

/** The inputs `name0`, `name1` ... of every unit, unit after unit. */
function perUnit(inputs: tf.NamedTensorInfoMap, names: readonly string[], count: number): tf.TensorInfo[] {
  return Array.from({ length: count }, (_, i) => names.map((name) => input(inputs, `${name}${i}`))).flat();
}

function outputChannels({ kind, filters }: InceptionAttributes, inputChannels: number): number {
  const [conv1x1, , conv3x3, , conv5x5, poolProj] = filters;
  return conv1x1 + conv3x3 + conv5x5 + (kind === 'naive' ? inputChannels : poolProj);
}

function train(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  attributes: InceptionAttributes,
): tf.TensorInfo[] {
  const x = input(inputs, 'x');
  const bf16 = getPrecision() === 'bf16';
  const config = configOf(x, attributes, bf16);
  const weights = perUnit(inputs, WEIGHTS, unitCount(inputs));
  const y = backend.allocate([...x.shape.slice(0, 3), outputChannels(attributes, x.shape[3])]);
  const channels = weights.filter((_, i) => i % 3 === 1).map((gamma) => gamma.shape);
  const statistics = channels.flatMap((shape) => STATISTICS.map(() => backend.allocate(shape)));
  const saved = backend.allocate([backend.addon.inceptionSize(config)]);
  backend.addon.inceptionTrain(
    config,
    attributes.epsilon,
    backend.floats(x),
    weights.map((t) => backend.floats(t)),
    y.values,
    statistics.map((s) => s.values),
    saved.values,
  );
  precisionOf.set(saved.info.dataId, bf16);
  return [y.info, ...statistics.map((s) => s.info), saved.info];
}

/** Whether a forward pass ran in bf16, by what it saved: its gradient has to read it the same way. */
const precisionOf = new WeakMap<object, boolean>();

function trainGradient(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  attributes: InceptionAttributes,
): tf.TensorInfo[] {
  const x = input(inputs, 'x');
  const saved = input(inputs, 'saved0');
  const config = configOf(x, attributes, precisionOf.get(saved.dataId) ?? false);
  const count = unitCount(inputs);
  const weights = perUnit(inputs, WEIGHTS, count);
  const dx = backend.allocate(x.shape);
  const gradients = weights.map((t) => backend.allocate(t.shape));
  backend.addon.inceptionTrainGrad(
    config,
    attributes.epsilon,
    backend.floats(x),
    backend.floats(input(inputs, 'dy')),
    weights.map((t) => backend.floats(t)),
    perUnit(inputs, STATISTICS, count).map((t) => backend.floats(t)),
    backend.floats(saved),
    dx.values,
    gradients.map((g) => g.values),
  );
  return [dx.info, ...gradients.map((g) => g.info)];
}

const attributesOf = (attrs: KernelArguments['attrs']) => attrs as unknown as InceptionAttributes;
const MODULE = {
  inputs: { '*': { dtype: 'float32' }, x: { dtype: 'float32', rank: 4 } },
  attributes: {
    kind: ['reduced', 'naive'],
    branch5x5: ['one5x5', 'two5x5', 'one3x3', 'two3x3'],
    activation: ['relu', 'linear'],
  },
} as const;

/** The optional kernels InceptionTrain and InceptionTrainGrad: a module of training as one call each way. */
export const inceptions: readonly KernelReplacement[] = [
  {
    kernelName: 'InceptionTrain',
    accepts: MODULE,
    kernelFunc: ({ inputs, attrs, backend }) => train(backend, inputs, attributesOf(attrs)),
  },
  {
    kernelName: 'InceptionTrainGrad',
    accepts: MODULE,
    kernelFunc: ({ inputs, attrs, backend }) => trainGradient(backend, inputs, attributesOf(attrs)),
  },
];
