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
  /** Shape of its output. */
  outShape: number[];
}

/** Units that follow each other on one branch. */
export interface Chain {
  /** The joined unit whose activation they read; the module's input or the pooled input otherwise. */
  source: number | 'input' | 'pooled';
  units: Unit[];
  /** First channel of the branch in the module's output. */
  offset: number;
}

/** An Inception module read off its kernels' shapes. */
export interface Module {
  batch: number;
  height: number;
  width: number;
  inChannels: number;
  outChannels: number;
  rows: number;
  naive: boolean;
  epsilon: number;
  relu: boolean;
  units: Unit[];
  /** The 1x1 units that share the input and run as one convolution; the first is the 1x1 branch. */
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
 * The kernels of a call, with their gammas and betas: every unit's channels fit what it reads.
 *
 * @throws {RangeError} where a shape does not fit
 */
function checkUnits(inputs: KernelArguments['inputs'], naive: boolean, branch5x5: unknown): void {
  const kernelName = 'InceptionTrain';
  const { x } = inputs;
  let count = 0;
  while (`kernel${count}` in inputs) count++;
  const plain = naive ? 3 : 6;
  if (count !== plain && count !== plain + 1) {
    throw new RangeError(
      `${kernelName}: expected ${plain} or ${plain + 1} kernels of branch5x5 ${String(branch5x5)}, got ${count}. Pass kernel0, kernel1 and so on.`,
    );
  }
  const filtersOf = (i: number) => inputs[`kernel${i}`].shape[3];
  for (let i = 0; i < count; i++) {
    const { shape } = inputs[`kernel${i}`];
    if (shape.length !== 4) expectShape(kernelName, `kernel${i}`, inputs[`kernel${i}`], [0, 0, 0, 0]);
    const [height, width, , filters] = shape;
    const reads = naive ? i === 3 : i === 2 || i === 4 || (i === 5 && count === 7);
    const channels = reads ? filtersOf(i - 1) : x.shape[3];
    expectShape(kernelName, `kernel${i}`, inputs[`kernel${i}`], [height, width, channels, filters]);
    expectShape(kernelName, `gamma${i}`, inputs[`gamma${i}`], [filters]);
    expectShape(kernelName, `beta${i}`, inputs[`beta${i}`], [filters]);
  }
}

/** @throws {RangeError} where dy, y, a statistic or a saved tensor of a gradient call does not fit the module */
export function checkGradientInputs(module: Module, inputs: KernelArguments['inputs']): void {
  const kernelName = 'InceptionTrainGrad';
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
    ...module.joined.slice(1).map(({ filters }) => filters),
    inChannels,
    ...inChain,
  ];
  saved.forEach((channels, i) => {
    const name = `saved${i}`;
    expectShape(kernelName, name, inputs[name], [batch, height, width, channels]);
  });
}

/**
 * The module of an `InceptionTrain` call. Units come in the order 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, (5x5_2), pool_proj;
 * of a naive module 1x1, 3x3, 5x5, (5x5_2).
 */
export function readModule({ inputs, attrs, backend }: KernelArguments): Module {
  const [batch, height, width, inChannels] = inputs.x.shape;
  checkUnits(inputs, attrs.kind === 'naive', attrs.branch5x5);
  const units: Unit[] = [];
  for (let index = 0; `kernel${index}` in inputs; index++) {
    const kernel = inputs[`kernel${index}`];
    const [filterHeight, filterWidth, channels, filters] = kernel.shape;
    const shape: ConvShape = {
      batch,
      inHeight: height,
      inWidth: width,
      inChannels: channels,
      outHeight: height,
      outWidth: width,
      outChannels: filters,
      filterHeight,
      filterWidth,
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      padTop: (filterHeight - 1) >> 1,
      padLeft: (filterWidth - 1) >> 1,
    };
    units.push({
      index,
      shape,
      kernel: backend.pointer(kernel),
      filters,
      outShape: [batch, height, width, filters],
    });
  }
  const naive = attrs.kind === 'naive';
  const filtersOf = (chain: Unit[]) => chain[chain.length - 1].filters;
  const chain3x3 = naive ? [units[1]] : [units[2]];
  const chain5x5 = naive ? units.slice(2) : units.slice(4, -1);
  const pool = naive ? [] : units.slice(-1);
  const first = units[0].filters;
  const second = first + filtersOf(chain3x3);
  const third = second + filtersOf(chain5x5);
  const joined = naive ? [units[0]] : [units[0], units[1], units[3]];
  return {
    batch,
    height,
    width,
    inChannels,
    outChannels: third + (naive ? inChannels : filtersOf(pool)),
    rows: batch * height * width,
    naive,
    epsilon: attrs.epsilon as number,
    relu: attrs.activation === 'relu',
    units,
    joined,
    joinedFilters: joined.reduce((sum, unit) => sum + unit.filters, 0),
    chains: [
      { source: naive ? 'input' : 1, units: chain3x3, offset: first },
      { source: naive ? 'input' : 3, units: chain5x5, offset: second },
      { source: 'pooled', units: pool, offset: third },
    ],
  };
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
