import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import { float } from '../runtime/runtime';
import { FLOATS, sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

/** Codes of assembly/elementwise.ts. */
const BINARY_CODES: Record<string, number> = {
  [tf.Add]: 0,
  [tf.Sub]: 1,
  [tf.Multiply]: 2,
  [tf.RealDiv]: 3,
  [tf.Maximum]: 4,
  [tf.Minimum]: 5,
  [tf.SquaredDifference]: 6,
};

const UNARY_CODES: Record<string, number> = {
  [tf.Relu]: 0,
  [tf.Relu6]: 1,
  [tf.Step]: 2,
  [tf.Sqrt]: 3,
  [tf.Rsqrt]: 4,
  [tf.Square]: 5,
  [tf.Neg]: 6,
  [tf.Abs]: 7,
  [tf.ClipByValue]: 8,
  [tf.Reciprocal]: 9,
};

const FLOAT = { dtype: 'float32' } as const;
const UNARY_BLOCK = 1024;
/** Floats below which one thread does the job. */
const SMALL = 16384;

interface Collapsed {
  sizes: number[];
  a: number[];
  b: number[];
}

/**
 * Merges the dimensions that both operands walk alike and pads to four; strides in floats, 0 where broadcast.
 *
 * @returns undefined when more than four dimensions remain
 */
function collapse(out: number[], aShape: number[], bShape: number[]): Collapsed | undefined {
  const rank = out.length;
  const padded = (shape: number[]) => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const strided = (shape: number[]) => {
    const full = padded(shape);
    let stride = 1;
    const strides = Array<number>(rank);
    for (let i = rank - 1; i >= 0; i--) {
      strides[i] = full[i] === 1 ? 0 : stride;
      stride *= full[i];
    }
    return strides;
  };
  const a = strided(aShape);
  const b = strided(bShape);
  const merged: Collapsed = { sizes: [], a: [], b: [] };
  for (let i = rank - 1; i >= 0; i--) {
    if (out[i] === 1) continue;
    const size = merged.sizes[0];
    const fits = (own: number, inner: number | undefined) => inner !== undefined && own === inner * size;
    if (merged.sizes.length > 0 && fits(a[i], merged.a[0]) && fits(b[i], merged.b[0])) {
      merged.sizes[0] *= out[i];
    } else {
      merged.sizes.unshift(out[i]);
      merged.a.unshift(a[i]);
      merged.b.unshift(b[i]);
    }
  }
  if (merged.sizes.length > 4) return undefined;
  while (merged.sizes.length < 4) {
    merged.sizes.unshift(1);
    merged.a.unshift(0);
    merged.b.unshift(0);
  }
  return merged;
}

/** Makes pieces for the threads where the first two dimensions have none. */
function cut(plan: Collapsed): Collapsed {
  const { sizes, a, b } = plan;
  if (sizes[0] * sizes[1] > 1 || sizes[2] * sizes[3] < SMALL) return plan;
  for (const pieces of [64, 32, 16, 8, 4, 2]) {
    if (sizes[2] % pieces === 0) {
      const rows = sizes[2] / pieces;
      return {
        sizes: [1, pieces, rows, sizes[3]],
        a: [0, rows * a[2], a[2], a[3]],
        b: [0, rows * b[2], b[2], b[3]],
      };
    }
    if (sizes[2] === 1 && sizes[3] % (pieces * 4) === 0) {
      const piece = sizes[3] / pieces;
      return { sizes: [1, pieces, 1, piece], a: [0, piece * a[3], 0, a[3]], b: [0, piece * b[3], 0, b[3]] };
    }
  }
  return plan;
}

function run(
  backend: WasmBackend,
  code: number,
  x: tf.TensorInfo,
  y: tf.TensorInfo,
  shape: number[],
  plan: Collapsed,
): tf.TensorInfo {
  const output = backend.output(shape);
  const { sizes, a, b } = cut(plan);
  const pointers = [backend.pointer(x), backend.pointer(y), backend.pointer(output)];
  const bytes = (strides: number[]) => strides.map((stride) => stride * 4);
  const units = sizes[0] * sizes[1];
  const small = sizeOf(output) < SMALL;
  backend.runtime.run(
    'binary',
    [...pointers, code, ...sizes, ...bytes(a), ...bytes(b)],
    units,
    small ? units : undefined,
  );
  return output;
}

function binaryKernel(kernelName: string, code: number): KernelReplacement {
  const kernelFunc: Kernel = ({ inputs: { a, b }, backend }) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const plan = collapse(shape, a.shape, b.shape);
    if (!plan)
      throw new Error('googlenet-wasm: expected at most four dimensions after merging. Please report this.');
    return run(backend, code, a, b, shape, plan);
  };
  const where = ({ inputs: { a, b } }: KernelArguments) =>
    collapse(tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape), a.shape, b.shape) !== undefined;
  return { kernelName, accepts: { inputs: { a: FLOAT, b: FLOAT }, where }, kernelFunc };
}

function unaryKernel(kernelName: string, code: number): KernelReplacement {
  const kernelFunc: Kernel = ({ inputs: { x }, attrs, backend }) => {
    const output = backend.output(x.shape);
    const { alpha, clipValueMin, clipValueMax } = (attrs ?? {}) as {
      alpha?: number;
      clipValueMin?: number;
      clipValueMax?: number;
    };
    const count = sizeOf(x);
    const units = Math.ceil(count / UNARY_BLOCK);
    const low = float(clipValueMin ?? alpha ?? 0);
    const high = float(clipValueMax ?? 0);
    const args = [backend.pointer(x), backend.pointer(output), count, code, low, high];
    backend.runtime.run('unary', args, units, count < SMALL ? units : undefined);
    return output;
  };
  return { kernelName, accepts: { inputs: { x: FLOAT } }, kernelFunc };
}

/** out = sum of all inputs, one addition after the other. */
const addN: KernelReplacement = {
  kernelName: tf.AddN,
  kernelFunc: (args) => {
    const { backend } = args;
    const tensors = args.inputs as unknown as tf.TensorInfo[];
    const { shape } = tensors[0];
    const plan = collapse(shape, shape, shape);
    if (!plan) throw new Error('googlenet-wasm: expected tensors of one shape. Please report this.');
    let total = tensors[0];
    tensors.slice(1).forEach((tensor, i) => {
      const next = run(backend, BINARY_CODES[tf.Add], total, tensor, shape, plan);
      if (i > 0) backend.disposeIntermediateTensorInfo(total);
      total = next;
    });
    return total;
  },
  accepts: {
    inputs: FLOATS,
    where: ({ inputs }) => {
      const shapes = Object.values(inputs).map(({ shape }) => shape.join());
      return shapes.length > 1 && shapes.every((shape) => shape === shapes[0]);
    },
  },
};

export const elementwiseKernels: readonly KernelReplacement[] = [
  ...Object.entries(BINARY_CODES).map(([name, code]) => binaryKernel(name, code)),
  ...Object.entries(UNARY_CODES).map(([name, code]) => unaryKernel(name, code)),
  addN,
];
