import {
  type BranchPlan,
  countNumbered,
  type InceptionAttributes,
  OPTIONAL_KERNELS,
  type PlannedUnit,
  planProblem,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import { PoolKind } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { NormPointers } from './batch-norm';
import type { ConvShape, Pixels } from './conv-shape';
import { runPool } from './pool';
import { expectShape, FLOATS, type Accepts, type KernelArguments } from './register';

/** One convolution with its batch norm, as the engine sees it. */
export interface Unit {
  index: number;
  shape: ConvShape;
  kernel: number;
  filters: number;
  source: PlannedUnit['source'];
  /** The first channel of the module's output that it gives; undefined where another unit reads it. */
  outputChannel: number | undefined;
  /** Shape of its output. */
  outShape: number[];
}

/** Units that follow each other on one branch. */
export interface Chain {
  /** The joined unit whose activation they read; the module's input or the pooled input otherwise. */
  source: PlannedUnit['source'];
  units: Unit[];
  /** First channel of the branch in the module's output. */
  offset: number;
}

/** An Inception module as its plan has it, with the addresses of its kernels. */
export interface Module {
  batch: number;
  height: number;
  width: number;
  inChannels: number;
  outChannels: number;
  rows: number;
  epsilon: number;
  relu: boolean;
  units: Unit[];
  /** The 1x1 units that share the input and run as one convolution. */
  joined: Unit[];
  joinedFilters: number;
  chains: Chain[];
}

/** What `InceptionTrain` and its gradient take. */
export const MODULES: Accepts = {
  inputs: { ...FLOATS, x: { dtype: 'float32', rank: 4 } },
  attributes: { activation: ['linear', 'relu'] },
};

/**
 * The plan of a call, whose kernels, gammas and betas fit it.
 *
 * @throws {RangeError} where the plan is none for the input, or a shape does not fit
 */
function checkedPlan(inputs: KernelArguments['inputs'], plan: BranchPlan | undefined): BranchPlan {
  const kernelName = OPTIONAL_KERNELS.inceptionTrain;
  const problem = plan ? planProblem(plan, inputs.x.shape[3]) : 'expected a plan of the branches, got none';
  if (!plan || problem !== undefined) {
    throw new RangeError(`${kernelName}: ${problem}. Take the plan that the layer Inception makes.`);
  }
  const kernels = countNumbered(inputs, 'kernel');
  if (kernels !== plan.units.length) {
    throw new RangeError(
      `${kernelName}: expected ${plan.units.length} kernels, got ${kernels}. Pass kernel0, kernel1 and so on.`,
    );
  }
  plan.units.forEach(({ kernelSize, inputChannels, filters }, i) => {
    const shape = [kernelSize, kernelSize, inputChannels, filters];
    expectShape(kernelName, `kernel${i}`, inputs[`kernel${i}`], shape);
    expectShape(kernelName, `gamma${i}`, inputs[`gamma${i}`], [filters]);
    expectShape(kernelName, `beta${i}`, inputs[`beta${i}`], [filters]);
  });
  return plan;
}

/** @throws {RangeError} where dy, y, a statistic or a saved tensor of a gradient call does not fit the module */
export function checkGradientInputs(module: Module, inputs: KernelArguments['inputs']): void {
  const kernelName = OPTIONAL_KERNELS.inceptionTrainGrad;
  const { batch, height, width, inChannels, outChannels } = module;
  for (const name of ['y', 'dy']) {
    expectShape(kernelName, name, inputs[name], [batch, height, width, outChannels]);
  }
  for (const { index, filters } of module.units) {
    for (const name of ['mean', 'variance'])
      expectShape(kernelName, `${name}${index}`, inputs[`${name}${index}`], [filters]);
  }
  const inChain = module.chains.flatMap(({ units }) =>
    units.flatMap(({ filters }, i) => (i === units.length - 1 ? [filters] : [filters, filters])),
  );
  const saved = [
    module.joinedFilters,
    ...module.joined.filter((unit) => unit.outputChannel === undefined).map(({ filters }) => filters),
    inChannels,
    ...inChain,
  ];
  saved.forEach((channels, i) => {
    const name = `saved${i}`;
    expectShape(kernelName, name, inputs[name], [batch, height, width, channels]);
  });
}

/** The module of an `InceptionTrain` call or its gradient's. */
export function readModule({ inputs, attrs, backend }: KernelArguments): Module {
  const [batch, height, width, inChannels] = inputs.x.shape;
  const { plan: given, epsilon, activation } = attrs as unknown as InceptionAttributes;
  const plan = checkedPlan(inputs, given);
  const units = plan.units.map((planned, index): Unit => {
    const { kernelSize, inputChannels, filters, source, outputChannel } = planned;
    const pad = (kernelSize - 1) >> 1;
    const shape: ConvShape = {
      batch,
      inHeight: height,
      inWidth: width,
      inChannels: inputChannels,
      outHeight: height,
      outWidth: width,
      outChannels: filters,
      filterHeight: kernelSize,
      filterWidth: kernelSize,
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      padTop: pad,
      padLeft: pad,
    };
    const kernel = backend.pointer(inputs[`kernel${index}`]);
    return {
      index,
      shape,
      kernel,
      filters,
      source,
      outputChannel,
      outShape: [batch, height, width, filters],
    };
  });
  const joined = units.filter(({ source, shape }) => source === 'input' && shape.filterHeight === 1);
  return {
    batch,
    height,
    width,
    inChannels,
    outChannels: plan.outputChannels,
    rows: batch * height * width,
    epsilon,
    relu: activation === 'relu',
    units,
    joined,
    joinedFilters: joined.reduce((sum, unit) => sum + unit.filters, 0),
    chains: chainsOf(units, joined, plan.pooledChannel),
  };
}

/** The units that are not joined, those together of which one reads the other. */
function chainsOf(
  units: readonly Unit[],
  joined: readonly Unit[],
  pooledChannel: number | undefined,
): Chain[] {
  const chains: Chain[] = [];
  for (const unit of units) {
    if (joined.includes(unit)) continue;
    const before = chains.find((chain) => chain.units.at(-1)?.index === unit.source);
    const chain = before ?? { source: unit.source, units: [], offset: 0 };
    if (!before) chains.push(chain);
    chain.units.push(unit);
    chain.offset = unit.outputChannel ?? 0;
  }
  if (pooledChannel !== undefined) chains.push({ source: 'pooled', units: [], offset: pooledChannel });
  return chains;
}

/** The shape of the joined 1x1 convolution. */
export function joinedShape(module: Module): ConvShape {
  return { ...module.joined[0].shape, outChannels: module.joinedFilters };
}

/** All channels of a dense tensor, or those from `offset` on. */
export function slice(pointer: number, stride: number, offset = 0): Pixels {
  return { pointer: pointer + offset * 4, stride };
}

/** The batch-norm arrays of a unit. */
export function normOf(
  backend: WasmBackend,
  inputs: Record<string, tf.TensorInfo>,
  unit: Unit,
  mean: tf.TensorInfo,
  variance: tf.TensorInfo,
): NormPointers {
  return {
    gamma: backend.pointer(inputs[`gamma${unit.index}`]),
    beta: backend.pointer(inputs[`beta${unit.index}`]),
    mean: backend.pointer(mean),
    variance: backend.pointer(variance),
  };
}

/** 3x3 max pooling at stride 1 with `same` padding, forward (x to y) or backward (dy to dx). */
export function poolModule(
  backend: WasmBackend,
  module: Module,
  x: number,
  other: number,
  dx?: number,
): void {
  const shape: [number, number, number, number] = [
    module.batch,
    module.height,
    module.width,
    module.inChannels,
  ];
  const info = tf.backend_util.computePool2DInfo(shape, 3, 1, 1, 'same');
  const name = dx === undefined ? 'pool' : 'maxPoolGradient';
  runPool(backend, name, info, PoolKind.Max, { x, y: other, dx: dx ?? 0 });
}
