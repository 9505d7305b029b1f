import * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { ruleOf, shapeOf } from '../contract';
import { type Kernel, type KernelArguments, type KernelReplacement, sizeOf } from './register';

/** One dimension of a copy: how many, and the step in values on both sides. */
interface Dimension {
  size: number;
  from: number;
  to: number;
}

/** Most dimensions of the add-on's copies. */
const MOST_DIMENSIONS = 8;

/** Row-major strides of a shape, in values. */
function stridesOf(shape: number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/** Dimensions of length 1 left out, neighbours that one step joins merged. */
function merge(dimensions: Dimension[]): Dimension[] {
  const merged: Dimension[] = [];
  for (const dimension of dimensions) {
    if (dimension.size === 1) continue;
    const last = merged.at(-1);
    if (last && last.from === dimension.from * dimension.size && last.to === dimension.to * dimension.size)
      merged[merged.length - 1] = { ...dimension, size: last.size * dimension.size };
    else merged.push(dimension);
  }
  return merged.length > 0 ? merged : [{ size: 1, from: 1, to: 1 }];
}

function copy(
  backend: OneDnnBackend,
  from: Float32Array,
  to: Float32Array,
  dimensions: Dimension[],
  offsetFrom = 0,
  offsetTo = 0,
): void {
  const merged = merge(dimensions);
  const layout = Float64Array.of(
    ...[offsetFrom, offsetTo],
    ...merged.map(({ size }) => size),
    ...merged.map((d) => d.from),
    ...merged.map((d) => d.to),
  );
  backend.addon.copyStrided(from, to, layout);
}

/** The part of `x` that begins at `begin` and takes every `strides[d]`th value, as a tensor of that shape. */
function take(
  backend: OneDnnBackend,
  x: tf.TensorInfo,
  begin: number[],
  strides: number[],
  size: number[],
  shape = size,
): tf.TensorInfo {
  const { info, values } = backend.allocate(shape);
  const from = stridesOf(x.shape);
  const to = stridesOf(size);
  const offset = begin.reduce((sum, at, d) => sum + at * from[d], 0);
  copy(
    backend,
    backend.floats(x),
    values,
    size.map((length, d) => ({ size: length, from: from[d] * strides[d], to: to[d] })),
    offset,
  );
  return info;
}

const nonEmpty = (tensors: tf.TensorInfo[]) => tensors.filter((t) => sizeOf(t) > 0);

const concat: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = nonEmpty(Object.values(inputs));
  const axis = tf.util.parseAxisParam(attrs.axis as number, tensors[0].shape)[0];
  const shapes = tensors.map((t) => t.shape);
  const { info, values } = backend.allocate(tf.backend_util.computeOutShape(shapes, axis));
  const rows = tf.util.sizeFromShape(info.shape.slice(0, axis));
  let offset = 0;
  for (const tensor of tensors) {
    const length = sizeOf(tensor) / rows;
    backend.addon.copyRows(
      backend.floats(tensor),
      values,
      ruleOf('RowsLayout', {
        rows,
        length,
        fromOffset: 0,
        fromStride: length,
        toOffset: offset,
        toStride: values.length / rows,
      }),
    );
    offset += length;
  }
  return info;
};

function acceptsConcat({ inputs, attrs }: KernelArguments): boolean {
  const all = Object.values(inputs);
  const tensors = nonEmpty(all);
  if (tensors.length < 2 || all.some((t) => t.shape.length !== tensors[0].shape.length)) return false;
  const axis = tf.util.parseAxisParam(attrs.axis as number, tensors[0].shape)[0];
  const alike = (t: tf.TensorInfo) => t.shape.every((size, d) => d === axis || size === tensors[0].shape[d]);
  return all.every(alike);
}

function sliceOf({ inputs: { x }, attrs }: KernelArguments): [begin: number[], size: number[]] {
  const { begin, size } = attrs as { begin: number | number[]; size: number | number[] };
  const parsed = tf.slice_util.parseSliceParams(x, begin, size);
  tf.slice_util.assertParamsValid(x, ...(parsed as [number[], number[]]));
  return parsed as [number[], number[]];
}

const slice: Kernel = (args) => {
  const [begin, size] = sliceOf(args);
  return take(
    args.backend,
    args.inputs.x,
    begin,
    begin.map(() => 1),
    size,
  );
};

interface StridedSliceAttributes {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

function stridedSliceOf({ inputs: { x }, attrs }: KernelArguments) {
  const a = attrs as unknown as StridedSliceAttributes;
  return tf.slice_util.sliceInfo(
    x.shape,
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
}

const stridedSlice: Kernel = (args) => {
  const { begin, end, strides, finalShape } = stridedSliceOf(args);
  const size = tf.slice_util.computeOutShape(begin, end, strides);
  return take(args.backend, args.inputs.x, begin, strides, size, finalShape);
};

interface SplitAttributes {
  numOrSizeSplits: number[] | number;
  axis: number;
}

const sizesOf = ({ inputs: { x }, attrs }: KernelArguments) => {
  const { numOrSizeSplits, axis } = attrs as unknown as SplitAttributes;
  const parsed = tf.util.parseAxisParam(axis, x.shape)[0];
  return { axis: parsed, sizes: tf.backend_util.prepareSplitSize(x, numOrSizeSplits, parsed) };
};

const split: Kernel = (args) => {
  const { x } = args.inputs;
  const { axis, sizes } = sizesOf(args);
  const ones = x.shape.map(() => 1);
  let at = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, d) => (d === axis ? at : 0));
    at += size;
    return take(args.backend, x, begin, ones, x.shape.with(axis, size));
  });
};

const unpack: Kernel = ({ inputs: { value }, attrs, backend }) => {
  const { shape } = value;
  const axis = tf.util.parseAxisParam(attrs.axis as number, shape)[0];
  const ones = shape.map(() => 1);
  return Array.from({ length: shape[axis] }, (_, i) =>
    take(
      backend,
      value,
      shape.map((_, d) => (d === axis ? i : 0)),
      ones,
      shape.with(axis, 1),
      shape.toSpliced(axis, 1),
    ),
  );
};

const transpose: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const perm = attrs.perm as number[];
  const { info, values } = backend.allocate(perm.map((d) => x.shape[d]));
  const from = stridesOf(x.shape);
  const to = stridesOf(info.shape);
  const dimensions = perm.map((source, d) => ({ size: x.shape[source], from: from[source], to: to[d] }));
  copy(backend, backend.floats(x), values, dimensions);
  return info;
};

const reverse: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const { dims } = attrs as { dims: number | number[] };
  const axes = tf.util.parseAxisParam(dims, x.shape);
  const begin = x.shape.map((size, d) => (axes.includes(d) ? size - 1 : 0));
  const strides = x.shape.map((_, d) => (axes.includes(d) ? -1 : 1));
  return take(backend, x, begin, strides, x.shape);
};

const pad: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const { paddings, constantValue } = attrs as unknown as PadAttributes;
  const { info, values } = backend.allocate(x.shape.map((size, d) => size + paddings[d][0] + paddings[d][1]));
  backend.addon.fill(values, constantValue);
  const from = stridesOf(x.shape);
  const to = stridesOf(info.shape);
  const offset = paddings.reduce((sum, [before], d) => sum + before * to[d], 0);
  const dimensions = x.shape.map((size, d) => ({ size, from: from[d], to: to[d] }));
  copy(backend, backend.floats(x), values, dimensions, 0, offset);
  return info;
};

interface PadAttributes {
  paddings: [number, number][];
  constantValue: number;
}

const tile: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const reps = attrs.reps as number[];
  const { info, values } = backend.allocate(x.shape.map((size, d) => size * reps[d]));
  const from = stridesOf(x.shape);
  const to = stridesOf(info.shape);
  const dimensions = x.shape.flatMap((size, d) => [
    { size: reps[d], from: 0, to: size * to[d] },
    { size, from: from[d], to: to[d] },
  ]);
  copy(backend, backend.floats(x), values, dimensions);
  return info;
};

interface GatherAttributes {
  axis: number;
  batchDims: number;
}

const gather: Kernel = ({ inputs: { x, indices }, attrs, backend }) => {
  const axis = tf.util.parseAxisParam((attrs as unknown as GatherAttributes).axis, x.shape)[0];
  const shape = x.shape.toSpliced(axis, 1, ...indices.shape);
  const { info, values } = backend.allocate(shape);
  const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const rows = shapeOf('GatherShape', { outer, axis: x.shape[axis], inner });
  backend.addon.gatherRows(backend.floats(x), indicesOf(backend, indices), values, rows);
  return info;
};

const indicesOf = (backend: OneDnnBackend, indices: tf.TensorInfo) =>
  backend.data.get(indices.dataId).values as Int32Array;

function acceptsGather({ inputs: { x, indices }, attrs, backend }: KernelArguments): boolean {
  const { axis, batchDims } = attrs as unknown as GatherAttributes;
  const size = x.shape[tf.util.parseAxisParam(axis, x.shape)[0]];
  return batchDims === 0 && indicesOf(backend, indices).every((index) => index >= 0 && index < size);
}

const MOVABLE = { dtype: 'float32', rank: [0, MOST_DIMENSIONS] } as const;
const X = { x: MOVABLE };

/** Kernels that move values and change none. */
export const layouts: readonly KernelReplacement[] = [
  {
    kernelName: 'Concat',
    accepts: { inputs: { '*': { dtype: 'float32', empty: true } }, where: acceptsConcat },
    kernelFunc: concat,
  },
  {
    kernelName: 'Slice',
    accepts: { inputs: X, where: (args) => sliceOf(args)[1].every((size) => size > 0) },
    kernelFunc: slice,
  },
  {
    kernelName: 'StridedSlice',
    accepts: {
      inputs: X,
      where: (args) => {
        const { begin, end, strides } = stridedSliceOf(args);
        return tf.slice_util.computeOutShape(begin, end, strides).every((size) => size > 0);
      },
    },
    kernelFunc: stridedSlice,
  },
  {
    kernelName: 'SplitV',
    accepts: { inputs: X, where: (args) => sizesOf(args).sizes.every((size) => size > 0) },
    kernelFunc: split,
  },
  {
    kernelName: 'Unpack',
    accepts: { inputs: { value: { dtype: 'float32', rank: [1, MOST_DIMENSIONS] } } },
    kernelFunc: unpack,
  },
  { kernelName: 'Transpose', accepts: { inputs: X }, kernelFunc: transpose },
  { kernelName: 'Reverse', accepts: { inputs: X }, kernelFunc: reverse },
  {
    kernelName: 'PadV2',
    accepts: {
      inputs: X,
      where: ({ attrs }) =>
        (attrs as unknown as PadAttributes).paddings.every(([before, after]) => before >= 0 && after >= 0),
    },
    kernelFunc: pad,
  },
  {
    kernelName: 'Tile',
    accepts: {
      inputs: { x: { dtype: 'float32', rank: [0, MOST_DIMENSIONS / 2] } },
      where: ({ inputs: { x }, attrs }) => {
        const reps = attrs.reps as number[];
        return reps.length === x.shape.length && reps.every((times) => times > 0);
      },
    },
    kernelFunc: tile,
  },
  {
    kernelName: 'GatherV2',
    accepts: {
      inputs: { x: { dtype: 'float32', rank: [1, MOST_DIMENSIONS] }, indices: { dtype: 'int32' } },
      where: acceptsGather,
    },
    kernelFunc: gather,
  },
];
