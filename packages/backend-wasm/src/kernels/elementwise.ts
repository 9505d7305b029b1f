import * as tf from '@tensorflow/tfjs-core';
import { Binary, BinaryBlock, Comparison, SelectBlock, Unary, UnaryBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { FLOATS, sizeOf, type Kernel, type KernelArguments, type KernelReplacement } from './register';

/** Operations of two operands by their TensorFlow.js names. */
const BINARY_CODES: Record<string, Binary> = {
  [tf.Add]: Binary.Add,
  [tf.Sub]: Binary.Sub,
  [tf.Multiply]: Binary.Multiply,
  [tf.RealDiv]: Binary.RealDiv,
  [tf.Maximum]: Binary.Maximum,
  [tf.Minimum]: Binary.Minimum,
  [tf.SquaredDifference]: Binary.SquaredDifference,
};

const COMPARISON_CODES: Record<string, Comparison> = {
  [tf.Equal]: Comparison.Equal,
  [tf.NotEqual]: Comparison.NotEqual,
  [tf.Greater]: Comparison.Greater,
  [tf.GreaterEqual]: Comparison.GreaterEqual,
  [tf.Less]: Comparison.Less,
  [tf.LessEqual]: Comparison.LessEqual,
};

const UNARY_CODES: Record<string, Unary> = {
  [tf.Relu]: Unary.Clamp,
  [tf.Relu6]: Unary.Clamp,
  [tf.Step]: Unary.Step,
  [tf.Sqrt]: Unary.Sqrt,
  [tf.Rsqrt]: Unary.Rsqrt,
  [tf.Square]: Unary.Square,
  [tf.Neg]: Unary.Neg,
  [tf.Abs]: Unary.Abs,
  [tf.ClipByValue]: Unary.Clamp,
  [tf.Reciprocal]: Unary.Reciprocal,
  [tf.LeakyRelu]: Unary.LeakyRelu,
  [tf.Elu]: Unary.Elu,
  [tf.Exp]: Unary.Exp,
  [tf.Log]: Unary.Log,
  [tf.Sigmoid]: Unary.Sigmoid,
  [tf.Tanh]: Unary.Tanh,
  [tf.Floor]: Unary.Floor,
  [tf.Ceil]: Unary.Ceil,
  [tf.Round]: Unary.Round,
};

const FLOAT = { dtype: 'float32' } as const;
const UNARY_BLOCK = 1024;
/** The upper bound of ReLU6; the other clamps have none, or their own. */
const HIGHEST: Record<string, number> = { [tf.Relu6]: 6 };
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

const sameShape = (a: number[], b: number[]) => a.length === b.length && a.every((size, i) => size === b[i]);

/** The plan that was made last: whether a kernel accepts its operands is asked just before it runs. */
let latest: { a: tf.TensorInfo; b: tf.TensorInfo; found: ReturnType<typeof makePlan> } | undefined;

/** The plan of an operation of two operands; undefined where the engine's kernels do not cover it. */
function planOf(a: tf.TensorInfo, b: tf.TensorInfo): ReturnType<typeof makePlan> {
  if (latest?.a !== a || latest.b !== b) latest = { a, b, found: makePlan(a, b) };
  return latest.found;
}

function makePlan(a: tf.TensorInfo, b: tf.TensorInfo): { shape: number[]; plan: Collapsed } | undefined {
  if (sameShape(a.shape, b.shape)) {
    const steps = [0, 0, 0, 1];
    return { shape: a.shape, plan: { sizes: [1, 1, 1, sizeOf(a)], a: steps, b: steps } };
  }
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const plan = collapse(shape, a.shape, b.shape);
  return plan && { shape, plan };
}

/** out = a op b for addresses; out may be a, where a has the output's shape. */
function runBinary(
  backend: WasmBackend,
  name: 'binary' | 'compare',
  code: number,
  pointers: { a: number; b: number; out: number },
  plan: Collapsed,
): void {
  const { sizes, a, b } = cut(plan);
  const units = sizes[0] * sizes[1];
  const small = units * sizes[2] * sizes[3] < SMALL;
  const [a0, a1, a2, a3] = a.map((stride) => stride * 4);
  const [b0, b1, b2, b3] = b.map((stride) => stride * 4);
  const [size0, size1, size2, size3] = sizes;
  const block = {
    a: pointers.a,
    b: pointers.b,
    out: pointers.out,
    code,
    size0,
    size1,
    size2,
    size3,
    a0,
    a1,
    a2,
    a3,
    b0,
    b1,
    b2,
    b3,
  };
  backend.runtime.call(name, BinaryBlock, block, units, small ? units : undefined);
}

/** out = f(x) for addresses; out may be x. */
function runUnary(
  backend: WasmBackend,
  code: Unary,
  x: number,
  out: number,
  count: number,
  lowF = 0,
  highF = 0,
): void {
  const units = Math.ceil(count / UNARY_BLOCK);
  const block = { x, out, count, code, lowF, highF };
  backend.runtime.call('unary', UnaryBlock, block, units, count < SMALL ? units : undefined);
}

function binaryKernel(
  kernelName: string,
  name: 'binary' | 'compare',
  code: number,
  second = 'b',
): KernelReplacement {
  const first = second === 'b' ? 'a' : 'x';
  const kernelFunc: Kernel = ({ inputs: { [first]: a, [second]: b }, backend }) => {
    const found = planOf(a, b);
    if (!found)
      throw new Error('googlenet-wasm: expected at most four dimensions after merging. Please report this.');
    const pointers = { a: backend.pointer(a), b: backend.pointer(b) };
    const output = backend.output(found.shape, name === 'compare' ? 'bool' : 'float32');
    runBinary(backend, name, code, { ...pointers, out: backend.pointer(output) }, found.plan);
    return output;
  };
  const where = ({ inputs: { [first]: a, [second]: b } }: KernelArguments) => planOf(a, b) !== undefined;
  return { kernelName, accepts: { inputs: { [first]: FLOAT, [second]: FLOAT }, where }, kernelFunc };
}

function unaryKernel(kernelName: string, code: Unary): KernelReplacement {
  const kernelFunc: Kernel = ({ inputs: { x }, attrs, backend }) => {
    const from = backend.pointer(x);
    const output = backend.output(x.shape);
    const { alpha, clipValueMin, clipValueMax } = attrs as {
      alpha?: number;
      clipValueMin?: number;
      clipValueMax?: number;
    };
    const low = clipValueMin ?? alpha ?? 0;
    const high = clipValueMax ?? HIGHEST[kernelName] ?? Infinity;
    runUnary(backend, code, from, backend.pointer(output), sizeOf(x), low, high);
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
    const pointers = tensors.map((tensor) => backend.pointer(tensor));
    const output = backend.output(shape);
    const out = backend.pointer(output);
    pointers.slice(1).forEach((b, i) => {
      runBinary(backend, 'binary', Binary.Add, { a: i === 0 ? pointers[0] : out, b, out }, plan);
    });
    return output;
  },
  accepts: {
    inputs: FLOATS,
    where: ({ inputs }) => {
      const shapes = Object.values(inputs).map(({ shape }) => shape.join());
      return shapes.length > 1 && shapes.every((shape) => shape === shapes[0]);
    },
  },
};

const NUMBERS = { dtype: ['float32', 'int32'] } as const;

/** Elements of t where the condition holds, else of e; all of one shape. */
const select: KernelReplacement = {
  kernelName: tf.Select,
  kernelFunc: ({ inputs: { condition, t, e }, backend }) => {
    const pointers = { condition: backend.pointer(condition), t: backend.pointer(t), e: backend.pointer(e) };
    const output = backend.output(t.shape, t.dtype as 'float32' | 'int32');
    const count = sizeOf(t);
    const units = Math.ceil(count / UNARY_BLOCK);
    const block = { ...pointers, out: backend.pointer(output), count };
    backend.runtime.call('select', SelectBlock, block, units, count < SMALL ? units : undefined);
    return output;
  },
  accepts: {
    inputs: { condition: { dtype: 'bool' }, t: NUMBERS, e: NUMBERS },
    where: ({ inputs: { condition, t, e } }) =>
      t.dtype === e.dtype &&
      condition.shape.join() === t.shape.join() &&
      condition.shape.join() === e.shape.join(),
  },
};

const STORED = { dtype: ['float32', 'int32', 'bool'] } as const;

/** Another type by value: towards zero to int32, anything but zero, NaN included, to true. */
const cast: KernelReplacement = {
  kernelName: tf.Cast,
  kernelFunc: ({ inputs: { x }, attrs, backend }) => {
    const dtype = attrs.dtype as 'float32' | 'int32' | 'bool';
    if (dtype === x.dtype) return backend.reshaped(x, x.shape);
    const output = backend.output(x.shape, dtype);
    const to = backend.numbers(output);
    const from = backend.numbers(x);
    if (dtype === 'bool') for (let i = 0; i < from.length; i++) to[i] = from[i] !== 0 ? 1 : 0;
    else to.set(from);
    return output;
  },
  accepts: { inputs: { x: STORED }, attributes: { dtype: STORED.dtype } },
};

/** What a fused kernel may do last. */
export interface ActivationAttrs {
  activation?: string | null;
  leakyreluAlpha?: number;
}

const LATER: Record<string, Unary> = { elu: Unary.Elu, sigmoid: Unary.Sigmoid, leakyrelu: Unary.LeakyRelu };

/** Activations of the fused kernels; `prelu` needs its weights. */
export const ACTIVATIONS = [undefined, null, 'linear', 'relu', 'relu6', 'prelu', ...Object.keys(LATER)];

/** Whether a fused kernel's activation has what it needs, and can be applied to an output of this shape. */
export function acceptsActivation({ inputs, attrs }: KernelArguments, shape: number[]): boolean {
  const weights = inputs.preluActivationWeights as tf.TensorInfo | null | undefined;
  if ((attrs as ActivationAttrs).activation !== 'prelu') return !weights;
  if (!weights || weights.shape.length > shape.length) return false;
  const fits = weights.shape.every((size, i) => {
    const other = shape[shape.length - weights.shape.length + i];
    return size === 1 || size === other;
  });
  return fits && collapse(shape, shape, weights.shape) !== undefined;
}

/** Applies to a fused kernel's output, in place, what its product has not: all but ReLU and ReLU6. */
export function activate(
  backend: WasmBackend,
  output: tf.TensorInfo,
  { activation, leakyreluAlpha }: ActivationAttrs,
  weights: tf.TensorInfo | undefined,
): void {
  const out = backend.pointer(output);
  if (activation === 'prelu' && weights) {
    const plan = collapse(output.shape, output.shape, weights.shape);
    const b = backend.pointer(weights);
    if (plan) runBinary(backend, 'binary', Binary.Prelu, { a: out, b, out }, plan);
  } else if (activation && activation in LATER) {
    runUnary(backend, LATER[activation], out, out, sizeOf(output), leakyreluAlpha ?? 0.2);
  }
}

export const elementwiseKernels: readonly KernelReplacement[] = [
  ...Object.entries(BINARY_CODES).map(([name, code]) => binaryKernel(name, 'binary', code)),
  ...Object.entries(COMPARISON_CODES).map(([name, code]) => binaryKernel(name, 'compare', code)),
  ...Object.entries(UNARY_CODES).map(([name, code]) => unaryKernel(name, code)),
  binaryKernel(tf.Prelu, 'binary', Binary.Prelu, 'alpha'),
  addN,
  cast,
  select,
];
