import * as tf from '@tensorflow/tfjs-core';
import { binaryCodes, reductionCodes } from '../contract';
import { type Accepts, type Kernel, type KernelArguments, type KernelReplacement } from './register';

interface ReductionAttributes {
  axis?: number | number[];
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

/** A shape as `[outer, length, inner]` around the reduced axes, or nothing where they do not lie side by side. */
export function planReduction(shape: number[], axis: number | number[] | undefined) {
  const axes = new Set(tf.util.parseAxisParam(axis ?? shape.map((_, d) => d), shape));
  const plan = { outer: 1, length: 1, inner: 1 };
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    if (!axes.has(d)) plan[plan.length === 1 ? 'outer' : 'inner'] *= size;
    else if (plan.inner === 1) plan.length *= size;
    else return undefined;
  }
  return { ...plan, axes: [...axes] };
}

const planOf = ({ inputs: { x }, attrs }: KernelArguments) => {
  const { axis, reductionIndices } = attrs as ReductionAttributes;
  return planReduction(x.shape, axis ?? reductionIndices);
};

const reduce =
  (operation: number, average = false): Kernel =>
  (args) => {
    const { x } = args.inputs;
    const { backend } = args;
    const { outer, length, inner, axes } = planOf(args) ?? { outer: 1, length: 1, inner: 1, axes: [] };
    const [reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const { keepDims } = args.attrs as ReductionAttributes;
    const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    const { info, values } = backend.allocate(shape);
    backend.addon.reduce(operation, backend.floats(x), values, outer, length, inner);
    const layout = Int32Array.of(values.length, 1, 0);
    if (average)
      backend.addon.binary(binaryCodes.Multiply, layout, values, Float32Array.of(1 / length), values);
    return info;
  };

const softmax: Kernel = ({ inputs: { logits }, backend }) => {
  const columns = logits.shape[logits.shape.length - 1];
  const { info, values } = backend.allocate(logits.shape);
  backend.addon.softmax(backend.floats(logits), values, values.length / columns, columns);
  return info;
};

const NEIGHBOURS: Accepts = {
  inputs: { x: { dtype: 'float32' } },
  where: (args) => planOf(args) !== undefined,
};

/** Sum, Mean, Max and Min over axes that lie side by side, and Softmax over the last axis. */
export const reductions: readonly KernelReplacement[] = [
  ...Object.entries(reductionCodes).map(([kernelName, operation]) => ({
    kernelName,
    accepts: NEIGHBOURS,
    kernelFunc: reduce(operation),
  })),
  { kernelName: 'Mean', accepts: NEIGHBOURS, kernelFunc: reduce(reductionCodes.Sum, true) },
  {
    kernelName: 'Softmax',
    accepts: {
      inputs: { logits: { dtype: 'float32', rank: [1, 6] } },
      where: ({ inputs: { logits }, attrs }) => [-1, logits.shape.length - 1].includes(attrs.dim as number),
    },
    kernelFunc: softmax,
  },
];
