import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import { FLOATS, type Kernel, type KernelArguments, type KernelReplacement } from './register';

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
  const args = [from, fromStride * 4, to, toStride * 4, rowFloats * 4];
  backend.runtime.run('copyRows', args, rows, rows * rowFloats * 4 < SMALL_BYTES ? rows : undefined);
}

const productOf = (shape: number[]) => tf.util.sizeFromShape(shape);

const concat: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = Object.values(inputs);
  const axis = tf.util.parseAxisParam(attrs.axis as number, tensors[0].shape)[0];
  const shapes = tensors.map(({ shape }) => shape);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const output = backend.output(tf.backend_util.computeOutShape(shapes, axis));
  const rows = productOf(output.shape.slice(0, axis));
  const stride = productOf(output.shape.slice(axis));
  const pointers = tensors.map((tensor) => backend.pointer(tensor));
  let to = backend.pointer(output);
  tensors.forEach((tensor, i) => {
    const width = productOf(tensor.shape.slice(axis));
    copyRows(backend, pointers[i], width, to, stride, width, rows);
    to += width * 4;
  });
  return output;
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
  const output = backend.output(shape);
  const inner = productOf(x.shape.slice(axis + 1));
  const rows = productOf(x.shape.slice(0, axis));
  const from = backend.pointer(x) + begin * inner * 4;
  copyRows(backend, from, x.shape[axis] * inner, backend.pointer(output), size * inner, size * inner, rows);
  return output;
}

function sliceAxis({
  inputs: { x },
  attrs,
}: KernelArguments): { axis: number; begin: number; size: number } | undefined {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  tf.slice_util.assertParamsValid(x, begin, size);
  const cut = x.shape.flatMap((dimension, i) => (size[i] === dimension ? [] : [i]));
  if (cut.length > 1 || x.shape.length === 0) return undefined;
  const axis = cut[0] ?? 0;
  return { axis, begin: begin[axis], size: size[axis] };
}

const slice: Kernel = (args) => {
  const found = sliceAxis(args);
  if (!found) throw new Error('googlenet-wasm: expected a slice of one axis. Please report this.');
  return copySlice(args.backend, args.inputs.x, found.axis, found.begin, found.size);
};

const splitV: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
  let begin = 0;
  return tf.backend_util.prepareSplitSize(x, attrs.numOrSizeSplits as number[], axis).map((size) => {
    const part = copySlice(backend, x, axis, begin, size);
    begin += size;
    return part;
  });
};

const FLOAT = { dtype: 'float32' } as const;

export const layoutKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.Concat,
    accepts: { inputs: FLOATS, where: ({ inputs }) => Object.keys(inputs).length > 1 },
    kernelFunc: concat,
  },
  {
    kernelName: tf.Slice,
    accepts: { inputs: { x: FLOAT }, where: (args) => sliceAxis(args) !== undefined },
    kernelFunc: slice,
  },
  { kernelName: tf.SplitV, accepts: { inputs: { x: FLOAT } }, kernelFunc: splitV },
];
