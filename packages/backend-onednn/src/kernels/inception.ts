import {
  countNumbered,
  type InceptionAttributes,
  type ModuleAttributes,
  numberedName,
  OPTIONAL_KERNELS,
  planProblem,
} from '@googlenet-tooling/shared/optional-kernels';
import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { FROM_INPUT, FROM_POOL, NOWHERE, shapeOf, shapesOf } from '../contract';
import { getPrecision } from '../precision';
import { factorAndShift } from './normalization';
import { input, type KernelArguments, type KernelReplacement } from './register';

const WEIGHTS = ['kernel', 'gamma', 'beta'] as const;
const STATISTICS = ['mean', 'variance'] as const;

/** The plan as the add-on reads it: the module, and its units. */
function planOf(
  x: tf.TensorInfo,
  { plan, activation }: ModuleAttributes,
  bf16: boolean,
): [module: Int32Array, units: Int32Array] {
  const [batch, height, width, inputs] = x.shape;
  const module = shapeOf('ModuleShape', {
    batch,
    height,
    width,
    inputs,
    outputs: plan.outputChannels,
    pooledChannel: plan.pooledChannel ?? NOWHERE,
    relu: activation === 'relu' ? 1 : 0,
    bf16: bf16 ? 1 : 0,
  });
  const units = plan.units.map(({ kernelSize, inputChannels, filters, source, outputChannel = NOWHERE }) => ({
    kernel: kernelSize,
    inputs: inputChannels,
    outputs: filters,
    source: source === 'input' ? FROM_INPUT : source === 'pooled' ? FROM_POOL : source,
    outputChannel,
  }));
  return [module, shapesOf('UnitShape', units)];
}

/** The inputs `name0`, `name1` ... of every unit, unit after unit. */
function perUnit(
  inputs: tf.NamedTensorInfoMap,
  names: readonly string[],
  { plan }: ModuleAttributes,
): tf.TensorInfo[] {
  return plan.units.flatMap((_, i) => names.map((name) => input(inputs, numberedName(name, i))));
}

function train(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  attributes: InceptionAttributes,
): tf.TensorInfo[] {
  const x = input(inputs, 'x');
  const bf16 = getPrecision() === 'bf16';
  const plan = planOf(x, attributes, bf16);
  const weights = perUnit(inputs, WEIGHTS, attributes);
  const y = backend.allocate([...x.shape.slice(0, 3), attributes.plan.outputChannels]);
  const channels = weights.filter((_, i) => i % 3 === 1).map((gamma) => gamma.shape);
  const statistics = channels.flatMap((shape) => STATISTICS.map(() => backend.allocate(shape)));
  const saved = backend.allocate([backend.addon.inceptionSize(...plan)]);
  backend.addon.inceptionTrain(
    ...plan,
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
  const plan = planOf(x, attributes, precisionOf.get(saved.dataId) ?? false);
  const weights = perUnit(inputs, WEIGHTS, attributes);
  const dx = backend.allocate(x.shape);
  const gradients = weights.map((t) => backend.allocate(t.shape));
  backend.addon.inceptionTrainGrad(
    ...plan,
    attributes.epsilon,
    backend.floats(x),
    backend.floats(input(inputs, 'dy')),
    weights.map((t) => backend.floats(t)),
    perUnit(inputs, STATISTICS, attributes).map((t) => backend.floats(t)),
    backend.floats(saved),
    dx.values,
    gradients.map((g) => g.values),
  );
  return [dx.info, ...gradients.map((g) => g.info)];
}

const FOLDED = ['kernel', 'bias', 'gamma', 'beta', 'mean', 'variance'] as const;
type Folded = Partial<Record<(typeof FOLDED)[number], tf.TensorInfo>> & { kernel: tf.TensorInfo };

/** What the units have of those weights. */
function foldedUnits(inputs: tf.NamedTensorInfoMap, { plan }: ModuleAttributes): Folded[] {
  return plan.units.map((_, i) => {
    const present = FOLDED.flatMap((name) => {
      const info = inputs[numberedName(name, i)];
      return info ? [[name, info] as const] : [];
    });
    return Object.fromEntries(present) as Folded;
  });
}

/** A unit's filter and shift, its batch norm (`mean` and `variance` are there) folded into them. */
function foldedWeights(
  backend: OneDnnBackend,
  unit: Folded,
  epsilon: number,
): { filter: Float32Array; shift?: Float32Array } {
  const read = (name: keyof Folded) => unit[name] && backend.floats(unit[name]);
  const [filter, bias] = [backend.floats(unit.kernel), read('bias')];
  const [gamma, beta, mean, variance] = (['gamma', 'beta', 'mean', 'variance'] as const).map(read);
  if (!mean || !variance) return { filter, ...(bias && { shift: bias }) };
  // Subtracted from the mean, the bias is part of the shift.
  const centre = bias ? Array.from(mean, (m, o) => m - bias[o]) : mean;
  const { factor, shift } = factorAndShift(centre, variance, gamma, beta, epsilon);
  return { filter: filter.map((weight, i) => weight * factor[i % factor.length]), shift };
}

/** Gives nothing where the add-on is faster with the convolutions one by one. */
function infer(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  attributes: InceptionAttributes,
): tf.TensorInfo[] {
  const { addon } = backend;
  const x = input(inputs, 'x');
  const plan = planOf(x, attributes, false);
  const length = addon.inferenceSize(...plan);
  if (length === 0) return [];
  const units = foldedUnits(inputs, attributes);
  const [, ...module] = plan[0]; // any batch
  const packed = backend.packedModules.find(
    [...module, ...plan[1], attributes.epsilon].join(),
    units.flatMap((unit) => Object.values(unit).map(({ dataId }) => dataId)),
    length,
    (target) => {
      const weights = units.map((unit) => foldedWeights(backend, unit, attributes.epsilon));
      const shifts = weights.flatMap(({ shift }) => shift ?? []);
      addon.inferencePack(
        ...plan,
        weights.map(({ filter }) => filter),
        shifts,
        target,
      );
    },
  );
  const y = backend.allocate([...x.shape.slice(0, 3), attributes.plan.outputChannels]);
  addon.inference(...plan, backend.floats(x), packed, y.values);
  return [y.info];
}

const attributesOf = (attrs: KernelArguments['attrs']) => attrs as unknown as InceptionAttributes;

const MODULE: KernelReplacement['accepts'] = {
  inputs: { '*': { dtype: 'float32' }, x: { dtype: 'float32', rank: 4 } },
  attributes: { activation: ['relu', 'linear'] },
  where: ({ inputs, attrs }) => {
    const { plan } = attrs as Partial<InceptionAttributes>;
    return (
      plan !== undefined &&
      planProblem(plan, inputs.x.shape[3]) === undefined &&
      countNumbered(inputs, 'kernel') === plan.units.length
    );
  },
};

/** The optional kernels InceptionTrain and InceptionTrainGrad, a module of training as one call each way, and InceptionInfer. */
export const inceptions: readonly KernelReplacement[] = [
  {
    kernelName: OPTIONAL_KERNELS.inceptionTrain,
    accepts: MODULE,
    kernelFunc: ({ inputs, attrs, backend }) => train(backend, inputs, attributesOf(attrs)),
  },
  {
    kernelName: OPTIONAL_KERNELS.inceptionTrainGrad,
    accepts: MODULE,
    kernelFunc: ({ inputs, attrs, backend }) => trainGradient(backend, inputs, attributesOf(attrs)),
  },
  {
    kernelName: OPTIONAL_KERNELS.inceptionInfer,
    accepts: MODULE,
    kernelFunc: ({ inputs, attrs, backend }) => infer(backend, inputs, attributesOf(attrs)),
  },
];
