import * as tf from '@tensorflow/tfjs-core';
import { CopyRowsBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { sizeOf, type Kernel, type KernelReplacement } from './register';

/** Bytes below which one thread copies. */
const SMALL_BYTES = 1 << 18;

/** Copies a matrix of rows between two addresses; strides and row length in floats. */
export function copyRows(
  backend: WasmBackend,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  rowFloats: number,
  rows: number,
): void {
  const bytes = rowFloats * 4;
  const block = { from, fromStride: fromStride * 4, to, toStride: toStride * 4, bytes };
  const grain = rows * bytes < SMALL_BYTES ? rows : undefined;
  backend.runtime.call('copyRows', CopyRowsBlock, block, rows, grain);
}

const productOf = (shape: number[]) => tf.util.sizeFromShape(shape);

type Numbers = 'float32' | 'int32';

const concat: Kernel = ({ inputs, attrs, backend }) => {
  const given = Object.values(inputs);
  const axis = tf.util.parseAxisParam(attrs.axis as number, given[0].shape)[0];
  const shapes = given.map(({ shape }) => shape);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  return join(backend, given, axis, tf.backend_util.computeOutShape(shapes, axis));
};

/** Tensors side by side: each gives `width` elements to every row of the output. */
function join(backend: WasmBackend, given: tf.TensorInfo[], axis: number, shape: number[]): tf.TensorInfo {
  const tensors = given.filter((tensor) => sizeOf(tensor) > 0);
  const pointers = tensors.map((tensor) => backend.pointer(tensor));
  const output = backend.output(shape, given[0].dtype as Numbers);
  const rows = productOf(shape.slice(0, axis));
  const stride = productOf(shape.slice(axis));
  let to = backend.pointer(output);
  tensors.forEach((tensor, i) => {
    const width = sizeOf(tensor) / rows;
    copyRows(backend, pointers[i], width, to, stride, width, rows);
    to += width * 4;
  });
  return output;
}

/** Tensors of one shape along a new axis. */
const pack: Kernel = ({ inputs, attrs, backend }) => {
  const given = Object.values(inputs);
  const { shape } = given[0];
  const axis = attrs.axis as number;
  given.forEach(({ shape: other }) =>
    tf.util.assertShapesMatch(shape, other, 'All tensors passed to stack must have matching shapes'),
  );
  const packed = [...shape.slice(0, axis), given.length, ...shape.slice(axis)];
  return join(backend, given, axis, packed);
};

/** The tensors along an axis, without it. */
const unpack: Kernel = ({ inputs: { value }, attrs, backend }) => {
  const axis = tf.util.parseAxisParam(attrs.axis as number, value.shape)[0];
  const shape = value.shape.filter((_, i) => i !== axis);
  return Array.from({ length: value.shape[axis] }, (_, i) => ({
    ...copySlice(backend, value, axis, i, 1),
    shape,
  }));
};

/** One slice of one axis. */
function copySlice(
  backend: WasmBackend,
  x: tf.TensorInfo,
  axis: number,
  begin: number,
  size: number,
): tf.TensorInfo {
  const shape = x.shape.map((dimension, i) => (i === axis ? size : dimension));
  const from = backend.pointer(x);
  const output = backend.output(shape, x.dtype as Numbers);
  const inner = productOf(x.shape.slice(axis + 1));
  const rows = productOf(x.shape.slice(0, axis));
  const first = from + begin * inner * 4;
  copyRows(backend, first, x.shape[axis] * inner, backend.pointer(output), size * inner, size * inner, rows);
  return output;
}

const splitV: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
  let begin = 0;
  return tf.backend_util.prepareSplitSize(x, attrs.numOrSizeSplits as number[], axis).map((size) => {
    const part = copySlice(backend, x, axis, begin, size);
    begin += size;
    return part;
  });
};

const NUMBERS = { dtype: ['float32', 'int32'], rank: [1, 6] } as const;

const alike = (tensors: tf.TensorInfo[]) => tensors.every(({ dtype }) => dtype === tensors[0].dtype);

export const layoutKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.Concat,
    accepts: {
      inputs: { '*': { ...NUMBERS, empty: true } },
      where: ({ inputs }) => {
        const tensors = Object.values(inputs);
        return alike(tensors) && tensors.filter((tensor) => sizeOf(tensor) > 0).length > 1;
      },
    },
    kernelFunc: concat,
  },
  {
    kernelName: tf.Pack,
    accepts: {
      inputs: { '*': { dtype: ['float32', 'int32'], rank: [0, 5] } },
      where: ({ inputs, attrs }) => {
        const tensors = Object.values(inputs);
        const axis = attrs.axis as number;
        return alike(tensors) && axis >= 0 && axis <= tensors[0].shape.length;
      },
    },
    kernelFunc: pack,
  },
  { kernelName: tf.Unpack, accepts: { inputs: { value: NUMBERS } }, kernelFunc: unpack },
  {
    kernelName: tf.SplitV,
    accepts: {
      inputs: { x: NUMBERS },
      where: ({ inputs: { x }, attrs }) => {
        const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
        const sizes = tf.backend_util.prepareSplitSize(x, attrs.numOrSizeSplits as number[], axis);
        return sizes.every((size) => size > 0);
      },
    },
    kernelFunc: splitV,
  },
];
