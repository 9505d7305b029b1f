import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import type { Accepts, Kernel, KernelReplacement } from './register';
import { sizeOf } from './register';

type Numbers = Float32Array | Int32Array | Uint8Array;

const valuesOf = (backend: OneDnnBackend, t: TensorInfo) => backend.data.get(t.dataId).values as Numbers;

/** Equal shapes, or one side a single value: loops of plain JavaScript, ten times as fast as ones that broadcast. */
const simple = (a: TensorInfo, b: TensorInfo) =>
  util.arraysEqual(a.shape, b.shape) || (sizeOf(b) === 1 && b.shape.length <= a.shape.length);

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

function comparison(kernelName: string): KernelReplacement {
  const loop = compareLoop(kernelName);
  const kernelFunc: Kernel = ({ inputs: { a, b }, backend }) => {
    const out = new Uint8Array(sizeOf(a));
    loop(valuesOf(backend, a), valuesOf(backend, b), sizeOf(b) === 1, out);
    return backend.makeTensorInfo(a.shape, 'bool', out);
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
  where: ({ inputs: { a, b } }) => a.dtype === b.dtype && simple(a, b),
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
        util.arraysEqual(condition.shape, t.shape) && util.arraysEqual(t.shape, e.shape),
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
