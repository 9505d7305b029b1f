import * as tf from '@tensorflow/tfjs-core';
import { CumulativeBlock, Extreme, ExtremeBlock, SumBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { Kernel, KernelArguments, KernelReplacement } from './register';

interface Reduction {
  outer: number;
  reduce: number;
  inner: number;
  shape: number[];
}

const INNER_BLOCK = 64;
const SMALL = 16384;

/** A reduction over neighbouring axes as [outer, reduce, inner]; undefined where the axes are apart. */
function plan({ inputs: { x }, attrs }: KernelArguments): Reduction | undefined {
  const { axis, reductionIndices, keepDims } = attrs as {
    axis?: number | number[];
    /** What Max calls its axes. */
    reductionIndices?: number | number[];
    keepDims?: boolean;
  };
  const axes = tf.util
    .parseAxisParam(axis ?? reductionIndices ?? x.shape.map((_, i) => i), x.shape)
    .sort((p, q) => p - q);
  if (axes.length === 0 || axes.some((one, i) => one !== axes[0] + i)) return undefined;
  const last = axes[axes.length - 1] + 1;
  const size = (dimensions: number[]) => dimensions.reduce((product, dimension) => product * dimension, 1);
  const shape = keepDims
    ? x.shape.map((dimension, i) => (axes.includes(i) ? 1 : dimension))
    : x.shape.filter((_, i) => !axes.includes(i));
  return {
    outer: size(x.shape.slice(0, axes[0])),
    reduce: size(x.shape.slice(axes[0], last)),
    inner: size(x.shape.slice(last)),
    shape,
  };
}

/**
 * out[o, i] = scale * sum over r of x[o, r, i].
 *
 * @param x - address of [outer, reduce, inner] numbers
 * @param out - address of [outer, inner] numbers
 */
export function sumAxis(
  backend: WasmBackend,
  x: number,
  out: number,
  { outer, reduce, inner }: Pick<Reduction, 'outer' | 'reduce' | 'inner'>,
  scale: number,
): void {
  const groups = Math.ceil(inner / INNER_BLOCK);
  const units = inner === 1 ? outer : outer * groups;
  const grain = outer * reduce * inner < SMALL ? units : undefined;
  const block = { x, out, reduce, inner, groups, scaleF: scale };
  backend.runtime.call(inner === 1 ? 'sumRows' : 'sumMiddle', SumBlock, block, units, grain);
}

/** Sum (scale 1) or mean of the axes. */
function sumKernel(kernelName: string, mean: boolean): KernelReplacement {
  const kernelFunc: Kernel = (args) => {
    const reduction = plan(args);
    if (!reduction) throw new Error('googlenet-wasm: expected neighbouring axes. Please report this.');
    const { backend } = args;
    const output = backend.output(reduction.shape);
    const scale = mean ? 1 / reduction.reduce : 1;
    sumAxis(backend, backend.pointer(args.inputs.x), backend.pointer(output), reduction, scale);
    return output;
  };
  return {
    kernelName,
    accepts: { inputs: { x: { dtype: 'float32' } }, where: (args) => plan(args) !== undefined },
    kernelFunc,
  };
}

/** The largest or smallest along the axes. */
function extremeKernel(kernelName: string, code: Extreme): KernelReplacement {
  const kernelFunc: Kernel = (args) => {
    const reduction = plan(args);
    if (!reduction) throw new Error('googlenet-wasm: expected neighbouring axes. Please report this.');
    const { backend } = args;
    const { outer, reduce, inner, shape } = reduction;
    const x = backend.pointer(args.inputs.x);
    const output = backend.output(shape);
    const groups = Math.ceil(inner / INNER_BLOCK);
    const units = outer * groups;
    const block = { x, out: backend.pointer(output), reduce, inner, groups, code };
    const grain = outer * reduce * inner < SMALL ? units : undefined;
    backend.runtime.call('extreme', ExtremeBlock, block, units, grain);
    return output;
  };
  return {
    kernelName,
    accepts: { inputs: { x: { dtype: 'float32' } }, where: (args) => plan(args) !== undefined },
    kernelFunc,
  };
}

const cumsum: KernelReplacement = {
  kernelName: tf.Cumsum,
  kernelFunc: ({ inputs: { x }, attrs, backend }) => {
    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
    const from = backend.pointer(x);
    const output = backend.output(x.shape);
    const units = tf.util.sizeFromShape(x.shape.slice(0, axis));
    const block = {
      x: from,
      out: backend.pointer(output),
      axis: x.shape[axis],
      inner: tf.util.sizeFromShape(x.shape.slice(axis + 1)),
      exclusive: attrs.exclusive ? 1 : 0,
      reverse: attrs.reverse ? 1 : 0,
    };
    const grain = tf.util.sizeFromShape(x.shape) < SMALL ? units : undefined;
    backend.runtime.call('cumulative', CumulativeBlock, block, units, grain);
    return output;
  },
  accepts: { inputs: { x: { dtype: 'float32', rank: [1, 6] } } },
};

export const reduceKernels: readonly KernelReplacement[] = [
  cumsum,
  extremeKernel(tf.Max, Extreme.Max),
  extremeKernel(tf.Min, Extreme.Min),
  sumKernel(tf.Sum, false),
  sumKernel(tf.Mean, true),
];
