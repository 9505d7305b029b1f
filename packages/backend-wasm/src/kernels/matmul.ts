import { matricesOf } from '@googlenet-tooling/shared/broadcast';
import * as tf from '@tensorflow/tfjs-core';
import { Finish, LeftMode } from '../../assembly/blocks';
import { activationFlag } from './conv';
import { acceptsActivation, activate, ACTIVATIONS } from './elementwise';
import { multiply } from './matrix-product';
import { sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
  activation?: string | null;
}

/** Batched C = A B, with transposes; an outer axis of one, or none, is used for all of the other side. */
const matMul: Kernel = ({ inputs, attrs, backend }) => {
  const { a, b, bias } = inputs;
  const { transposeA, transposeB, activation } = attrs as unknown as MatMulAttrs;
  const [aRows, aColumns] = a.shape.slice(-2);
  const [bRows, bColumns] = b.shape.slice(-2);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) {
    throw new RangeError(
      `matMul: expected inner sizes that agree, got ${k} and ${inner} of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]. Transpose one.`,
    );
  }
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const output = backend.output([...outer, m, n]);
  const flags = ((bias as tf.TensorInfo | undefined) ? Finish.Bias : 0) | activationFlag(activation);
  const pointers = {
    a: backend.pointer(a),
    b: backend.pointer(b),
    c: backend.pointer(output),
    bias: flags & Finish.Bias ? backend.pointer(bias) : 0,
  };
  const [left, right] = [a, b].map(({ shape }) => matricesOf(outer, shape.slice(0, -2)));
  for (let i = 0; i < left.length; i++) {
    multiply(backend, {
      mode: transposeA ? LeftMode.Columns : LeftMode.Rows,
      a: pointers.a + left[i] * m * k * 4,
      lda: aColumns,
      m,
      n,
      k,
      b: pointers.b + right[i] * k * n * 4,
      ldb: bColumns,
      packing: sizeOf(b) === k * n ? backend.packedFilter(b) : undefined,
      transposed: transposeB,
      c: pointers.c + i * m * n * 4,
      ldc: n,
      bias: pointers.bias,
      flags,
    });
  }
  activate(backend, output, attrs, inputs.preluActivationWeights);
  return output;
};

function outShape({ inputs: { a, b }, attrs }: KernelArguments): number[] {
  const { transposeA, transposeB } = attrs as unknown as MatMulAttrs;
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...outer, a.shape.at(transposeA ? -1 : -2) ?? 1, b.shape.at(transposeB ? -2 : -1) ?? 1];
}

const MATRICES = { dtype: 'float32', rank: [2, 6] } as const;

/** Outer axes that broadcast. The cpu backend repeats the smaller side as a whole, which is wrong unless its axes of one come first. */
function where({ inputs: { b, bias }, attrs }: KernelArguments): boolean {
  const { transposeB } = attrs as unknown as MatMulAttrs;
  const n = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const given = bias as tf.TensorInfo | null | undefined;
  return !given || (sizeOf(given) === n && given.shape[given.shape.length - 1] === n);
}

export const matMulKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.BatchMatMul,
    accepts: { inputs: { a: MATRICES, b: MATRICES }, where },
    kernelFunc: matMul,
  },
  {
    kernelName: tf._FusedMatMul,
    accepts: {
      inputs: {
        a: MATRICES,
        b: MATRICES,
        bias: { dtype: 'float32', optional: true },
        preluActivationWeights: { dtype: 'float32', optional: true },
      },
      attributes: { activation: ACTIVATIONS },
      where: (args) => where(args) && acceptsActivation(args, outShape(args)),
    },
    kernelFunc: matMul,
  },
];
