import { matricesOf } from '@googlenet-tooling/shared/broadcast';
import * as tf from '@tensorflow/tfjs-core';
import {
  acceptsFused,
  ACTIVATIONS,
  type ActivationAttributes,
  applyActivation,
  FUSED_INPUTS,
} from './activation';
import { binaryCodes, shapeOf } from '../contract';
import { type Kernel, type KernelArguments, type KernelReplacement } from './register';

interface MatrixAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** Batches and sizes of a product. */
function planOf({ inputs: { a, b }, attrs }: KernelArguments) {
  const { transposeA, transposeB } = attrs as unknown as MatrixAttributes;
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const batchA = tf.util.sizeFromShape(outerA);
  const batchB = tf.util.sizeFromShape(outerB);
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [m, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  /** Whether one call does: batches alike, or one matrix for all of the other side. */
  const joint = batchA === 1 || batchB === 1 || tf.util.arraysEqual(outerA, outerB);
  const native = inner === innerB;
  return { transposeA, transposeB, outerA, outerB, batchA, batchB, m, inner, n, joint, native };
}

/** A times B. The cpu backend repeats the smaller batch as a whole, which is wrong unless its axes of one come first. */
const product: Kernel = (args) => {
  const { inputs, attrs, backend } = args;
  const plan = planOf(args);
  const { m, inner, n } = plan;
  const outer = tf.backend_util.assertAndGetBroadcastShape(plan.outerA, plan.outerB);
  const { info, values } = backend.allocate([...outer, m, n]);
  const [a, b] = [backend.floats(inputs.a), backend.floats(inputs.b)];
  const multiply = (
    batchA: number,
    batchB: number,
    left: Float32Array,
    right: Float32Array,
    to: Float32Array,
  ) =>
    backend.addon.matMul(
      shapeOf('MatrixShape', { batchA, batchB, m, k: inner, n }),
      left,
      right,
      to,
      plan.transposeA ? 1 : 0,
      plan.transposeB ? 1 : 0,
    );
  if (plan.joint) multiply(plan.batchA, plan.batchB, a, b, values);
  else {
    const [left, right] = [matricesOf(outer, plan.outerA), matricesOf(outer, plan.outerB)];
    const part = (from: Float32Array, at: number, size: number) => from.subarray(at * size, (at + 1) * size);
    for (let i = 0; i < left.length; i++)
      multiply(1, 1, part(a, left[i], m * inner), part(b, right[i], inner * n), part(values, i, m * n));
  }
  const bias = inputs.bias as tf.TensorInfo | undefined;
  const layout = Int32Array.of(values.length / n, n, n, 1, 0, 1);
  if (bias) backend.addon.binary(binaryCodes.Add, layout, values, backend.floats(bias), values);
  const fusing = attrs as unknown as Partial<ActivationAttributes>;
  applyActivation(
    backend,
    values,
    { ...fusing, activation: fusing.activation ?? 'linear' },
    inputs.preluActivationWeights,
  );
  return info;
};

const MATRICES = { dtype: 'float32', rank: [2, 6] } as const;

/** BatchMatMul and its fused form. */
export const matrices: readonly KernelReplacement[] = [
  {
    kernelName: 'BatchMatMul',
    accepts: { inputs: { a: MATRICES, b: MATRICES }, where: (args) => planOf(args).native },
    kernelFunc: product,
  },
  {
    kernelName: '_FusedMatMul',
    accepts: {
      inputs: { a: MATRICES, b: MATRICES, ...FUSED_INPUTS },
      attributes: { activation: ACTIVATIONS },
      where: (args) => planOf(args).native && acceptsFused(args.inputs, planOf(args).n),
    },
    kernelFunc: product,
  },
];
