import * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { planBroadcast } from './broadcast';
import type { Accepts, Kernel, KernelReplacement } from './register';
import { sizeOf } from './register';

type Numbers = Float32Array | Int32Array | Uint8Array | Float64Array;

const valuesOf = (backend: OneDnnBackend, t: tf.TensorInfo) => backend.data.get(t.dataId).values as Numbers;

/** Equal shapes, or one side a single value: nothing is stretched. */
const simple = (a: tf.TensorInfo, b: tf.TensorInfo) =>
  tf.util.arraysEqual(a.shape, b.shape) || (sizeOf(b) === 1 && b.shape.length <= a.shape.length);

/** A loop of its own for each comparison: one for all would call a function a value. */
function compareLoop(body: string): (a: Numbers, b: Numbers, one: boolean, out: Uint8Array) => void {
  const loops: Record<string, (a: Numbers, b: Numbers, one: boolean, out: Uint8Array) => void> = {
    Greater: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] > v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] > b[i] ? 1 : 0;
    },
    GreaterEqual: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] >= v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] >= b[i] ? 1 : 0;
    },
    Less: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] < v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] < b[i] ? 1 : 0;
    },
    LessEqual: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] <= v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] <= b[i] ? 1 : 0;
    },
    Equal: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] === v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] === b[i] ? 1 : 0;
    },
    NotEqual: (a, b, one, out) => {
      if (one) for (let i = 0, v = b[0]; i < out.length; i++) out[i] = a[i] !== v ? 1 : 0;
      else for (let i = 0; i < out.length; i++) out[i] = a[i] !== b[i] ? 1 : 0;
    },
    LogicalAnd: (a, b, one, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[i] && b[one ? 0 : i] ? 1 : 0;
    },
    LogicalOr: (a, b, one, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[i] || b[one ? 0 : i] ? 1 : 0;
    },
  };
  return loops[body];
}

/**
 * The values that meet in each position of a broadcasting operation, as numbers that hold every type's.
 *
 * @param strides - of the tensor, 0 where it is stretched
 */
function stretched(values: Numbers, sizes: Int32Array, strides: Int32Array): Float64Array {
  const last = sizes.length - 1;
  const [length, step] = [sizes[last], strides[last]];
  const out = new Float64Array(sizes.reduce((product, size) => product * size, 1));
  for (let at = 0, line = 0; at < out.length; line++) {
    let [rest, from] = [line, 0];
    for (let d = last - 1; d >= 0; d--) {
      from += (rest % sizes[d]) * strides[d];
      rest = Math.floor(rest / sizes[d]);
    }
    for (let i = 0; i < length; i++, from += step) out[at++] = values[from];
  }
  return out;
}

function comparison(kernelName: string): KernelReplacement {
  const loop = compareLoop(kernelName);
  const kernelFunc: Kernel = ({ inputs: { a, b }, backend }) => {
    const [left, right] = [valuesOf(backend, a), valuesOf(backend, b)];
    const plan = simple(a, b) ? undefined : planBroadcast(a.shape, b.shape);
    const outShape = plan?.outShape ?? a.shape;
    const out = new Uint8Array(tf.util.sizeFromShape(outShape));
    if (plan) {
      const rank = plan.layout.length / 3;
      const [sizes, stridesA, stridesB] = [0, 1, 2].map((i) =>
        plan.layout.subarray(i * rank, (i + 1) * rank),
      );
      loop(stretched(left, sizes, stridesA), stretched(right, sizes, stridesB), false, out);
    } else {
      loop(left, right, sizeOf(b) === 1, out);
    }
    return backend.makeTensorInfo(outShape, 'bool', out);
  };
  return {
    kernelName,
    accepts: { ...PAIRS, inputs: kernelName.startsWith('Logical') ? BOOLEANS : NUMBERS },
    kernelFunc,
  };
}

const NUMBER = { dtype: ['float32', 'int32'] } as const;
const NUMBERS = { a: NUMBER, b: NUMBER };
const BOOLEAN = { dtype: 'bool' } as const;
const BOOLEANS = { a: BOOLEAN, b: BOOLEAN };
const PAIRS: Accepts = {
  inputs: NUMBERS,
  where: ({ inputs: { a, b } }) =>
    a.dtype === b.dtype && (simple(a, b) || planBroadcast(a.shape, b.shape) !== undefined),
};

const not: Kernel = ({ inputs: { x }, backend }) => {
  const from = valuesOf(backend, x);
  const out = new Uint8Array(from.length);
  for (let i = 0; i < out.length; i++) out[i] = from[i] ? 0 : 1;
  return backend.makeTensorInfo(x.shape, 'bool', out);
};

const select: Kernel = ({ inputs: { condition, t, e }, backend }) => {
  const [flags, yes, no] = [condition, t, e].map((tensor) => valuesOf(backend, tensor));
  const { info, values } = backend.allocate(t.shape);
  for (let i = 0; i < values.length; i++) values[i] = flags[i] ? yes[i] : no[i];
  return info;
};

/** Integers and booleans as float32, and floats as integers. */
const cast: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const from = valuesOf(backend, x);
  if (attrs.dtype === 'int32') {
    const out = new Int32Array(from.length);
    for (let i = 0; i < out.length; i++) out[i] = from[i];
    return backend.makeTensorInfo(x.shape, 'int32', out);
  }
  const { info, values } = backend.allocate(x.shape);
  values.set(from);
  return info;
};

/** Comparisons, logic, selection and casts. */
export const logic: readonly KernelReplacement[] = [
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'].map(
    comparison,
  ),
  { kernelName: 'LogicalNot', accepts: { inputs: { x: BOOLEAN } }, kernelFunc: not },
  {
    kernelName: 'Select',
    accepts: {
      inputs: { condition: BOOLEAN, t: { dtype: 'float32' }, e: { dtype: 'float32' } },
      where: ({ inputs: { condition, t, e } }) =>
        tf.util.arraysEqual(condition.shape, t.shape) && tf.util.arraysEqual(t.shape, e.shape),
    },
    kernelFunc: select,
  },
  {
    kernelName: 'Cast',
    accepts: {
      inputs: { x: { dtype: ['float32', 'int32', 'bool'] } },
      attributes: { dtype: ['float32', 'int32'] },
      where: ({ inputs: { x }, attrs }) => x.dtype !== attrs.dtype,
    },
    kernelFunc: cast,
  },
];
