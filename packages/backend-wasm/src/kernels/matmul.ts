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

/** Batched C = A B, with transposes; a batch of one is used for all. */
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
  const [aBatch, bBatch] = [sizeOf(a) / (m * k), sizeOf(b) / (k * n)];
  const flags = ((bias as tf.TensorInfo | undefined) ? Finish.Bias : 0) | activationFlag(activation);
  const pointers = {
    a: backend.pointer(a),
    b: backend.pointer(b),
    c: backend.pointer(output),
    bias: flags & Finish.Bias ? backend.pointer(bias) : 0,
  };
  for (let i = 0; i < Math.max(aBatch, bBatch); i++) {
    multiply(backend, {
      mode: transposeA ? LeftMode.Columns : LeftMode.Rows,
      a: pointers.a + (i % aBatch) * m * k * 4,
      lda: aColumns,
      m,
      n,
      k,
      b: pointers.b + (i % bBatch) * k * n * 4,
      ldb: bColumns,
      packing: bBatch === 1 ? backend.packedFilter(b) : undefined,
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

/** Batches of one side only, or alike; other broadcasting runs on the inherited kernel. */
function where({ inputs: { a, b, bias }, attrs }: KernelArguments): boolean {
  const { transposeB } = attrs as unknown as MatMulAttrs;
  const batches = [a, b].map(({ shape }) => shape.slice(0, -2));
  const alike = batches[0].join() === batches[1].join();
  const single = batches.some((batch) => batch.every((size) => size === 1));
  const n = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const given = bias as tf.TensorInfo | null | undefined;
  return (alike || single) && (!given || (sizeOf(given) === n && given.shape[given.shape.length - 1] === n));
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
