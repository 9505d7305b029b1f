import * as tf from '@tensorflow/tfjs-core';
import { GatherBlock, MoveBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { sizeOf, type Kernel, type KernelReplacement } from './register';

/** Elements below which one thread copies. */
const SMALL = 65536;
const RANK = 6;

/** One axis of a strided copy: its length, and the elements from one position to the next on both sides. */
interface Axis {
  size: number;
  from: number;
  to: number;
}

/** Elements from one position to the next on every axis of a dense array. */
function denseStrides(shape: number[]): number[] {
  const strides = Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** Joins axes that both sides walk alike. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const last = result.at(-1);
    if (last && last.from === axis.from * axis.size && last.to === axis.to * axis.size) {
      last.size *= axis.size;
      last.from = axis.from;
      last.to = axis.to;
    } else {
      result.push({ ...axis });
    }
  }
  return result;
}

const fitsRank = (axes: readonly Axis[]) => merged(axes).length <= RANK;

/** Makes pieces for the threads: the first axis of those behind the third is cut where the others give too few. */
function spread(axes: Axis[]): Axis[] {
  const total = axes.reduce((product, { size }) => product * size, 1);
  if (axes.length > 3 || total < SMALL) {
    while (axes.length < RANK) axes.unshift({ size: 1, from: 0, to: 0 });
    return axes;
  }
  // Outermost first; a single long axis is cut into pieces.
  const [outer, ...rest] = axes;
  const pieces = [64, 32, 16, 8, 4, 2].find((count) => outer.size % count === 0 && outer.size > count) ?? 1;
  const size = outer.size / pieces;
  const split = [
    { size: pieces, from: outer.from * size, to: outer.to * size },
    { size, from: outer.from, to: outer.to },
  ];
  const inner = [...split.slice(1), ...rest];
  while (inner.length < 3) inner.unshift({ size: 1, from: 0, to: 0 });
  const first = [split[0]];
  while (first.length + inner.length < RANK) first.unshift({ size: 1, from: 0, to: 0 });
  return [...first, ...inner];
}

/** Copies 4-byte elements between addresses. */
function move(backend: WasmBackend, from: number, to: number, axes: readonly Axis[]): void {
  const full = spread(merged(axes));
  const [size0, size1, size2, size3, size4, size5] = full.map(({ size }) => size);
  const [from0, from1, from2, from3, from4, from5] = full.map((axis) => axis.from * 4);
  const [to0, to1, to2, to3, to4, to5] = full.map((axis) => axis.to * 4);
  const block = {
    from,
    to,
    size0,
    size1,
    size2,
    size3,
    size4,
    size5,
    from0,
    from1,
    from2,
    from3,
    from4,
    from5,
    to0,
    to1,
    to2,
    to3,
    to4,
    to5,
  };
  backend.runtime.call('move', MoveBlock, block, size0 * size1 * size2);
}

type Numbers = 'float32' | 'int32';

/** A dense result read from a strided view of x that begins at `offset` elements. */
function gatherView(
  backend: WasmBackend,
  x: tf.TensorInfo,
  offset: number,
  axes: readonly Omit<Axis, 'to'>[],
  shape: number[],
): tf.TensorInfo {
  const from = backend.pointer(x);
  const output = backend.output(shape, x.dtype as Numbers);
  const to = denseStrides(axes.map(({ size }) => size));
  move(
    backend,
    from + offset * 4,
    backend.pointer(output),
    axes.map((axis, i) => ({ ...axis, to: to[i] })),
  );
  return output;
}

const NUMBERS = { dtype: ['float32', 'int32'] } as const;
const TO_RANK = { dtype: ['float32', 'int32'], rank: [1, RANK] } as const;

const transpose: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const perm = attrs.perm as number[];
  const strides = denseStrides(x.shape);
  const axes = perm.map((axis) => ({ size: x.shape[axis], from: strides[axis] }));
  return gatherView(
    backend,
    x,
    0,
    axes,
    perm.map((axis) => x.shape[axis]),
  );
};

const reverse: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const dims = tf.util.parseAxisParam(attrs.dims as number[], x.shape);
  const strides = denseStrides(x.shape);
  let offset = 0;
  const axes = x.shape.map((size, i) => {
    if (!dims.includes(i)) return { size, from: strides[i] };
    offset += (size - 1) * strides[i];
    return { size, from: -strides[i] };
  });
  return gatherView(backend, x, offset, axes, x.shape);
};

/** Each axis is walked `reps` times. */
function tileAxes(shape: number[], reps: number[]): Omit<Axis, 'to'>[] {
  const strides = denseStrides(shape);
  return shape.flatMap((size, i) => [
    { size: reps[i], from: 0 },
    { size, from: strides[i] },
  ]);
}

const withTo = (axes: readonly Omit<Axis, 'to'>[]): Axis[] => {
  const to = denseStrides(axes.map(({ size }) => size));
  return axes.map((axis, i) => ({ ...axis, to: to[i] }));
};

const tile: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const reps = attrs.reps as number[];
  const shape = x.shape.map((size, i) => size * reps[i]);
  return gatherView(backend, x, 0, tileAxes(x.shape, reps), shape);
};

const slice: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  tf.slice_util.assertParamsValid(x, begin, size);
  const strides = denseStrides(x.shape);
  const offset = begin.reduce((sum, at, i) => sum + at * strides[i], 0);
  const axes = size.map((count, i) => ({ size: count, from: strides[i] }));
  return gatherView(backend, x, offset, axes, size);
};

/** Whether a slice has elements; wrong bounds are the inherited kernel's to refuse. */
function hasElements(x: tf.TensorInfo, attrs: Record<string, unknown>): boolean {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  return size.every((count, i) => count > 0 && begin[i] >= 0 && begin[i] + count <= x.shape[i]);
}

function stridedInfo(x: tf.TensorInfo, attrs: Record<string, unknown>) {
  const { begin, end, strides, ...masks } = attrs as unknown as {
    begin: number[];
    end: number[];
    strides: number[];
    beginMask: number;
    endMask: number;
    ellipsisMask: number;
    newAxisMask: number;
    shrinkAxisMask: number;
  };
  return tf.slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    masks.beginMask,
    masks.endMask,
    masks.ellipsisMask,
    masks.newAxisMask,
    masks.shrinkAxisMask,
  );
}

const stridedSlice: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const info = stridedInfo(x, attrs);
  if (info.isIdentity) return backend.reshaped(x, info.finalShape);
  const strides = denseStrides(x.shape);
  const offset = info.begin.reduce((sum, at, i) => sum + at * strides[i], 0);
  const sizes = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const axes = sizes.map((size, i) => ({ size, from: strides[i] * info.strides[i] }));
  return gatherView(backend, x, offset, axes, info.finalShape);
};

const pad: Kernel = ({ inputs: { x }, attrs, backend }) => {
  const { paddings, constantValue } = attrs as unknown as {
    paddings: [number, number][];
    constantValue: number;
  };
  const from = backend.pointer(x);
  const shape = x.shape.map((size, i) => paddings[i][0] + size + paddings[i][1]);
  const output = backend.output(shape, x.dtype as Numbers);
  backend.numbers(output).fill(constantValue);
  const source = denseStrides(x.shape);
  const target = denseStrides(shape);
  const offset = paddings.reduce((sum, [before], i) => sum + before * target[i], 0);
  const axes = x.shape.map((size, i) => ({ size, from: source[i], to: target[i] }));
  move(backend, from, backend.pointer(output) + offset * 4, axes);
  return output;
};

/** Copies for each of `outer` blocks of `rows` rows those that `indices` name, `count` of them, `bytes` each. */
export function gatherRows(
  backend: WasmBackend,
  block: Record<keyof typeof GatherBlock, number>,
  outer: number,
): void {
  const units = outer * block.count;
  backend.runtime.call(
    'gather',
    GatherBlock,
    block,
    units,
    units * block.bytes < SMALL * 4 ? units : undefined,
  );
}

const gather: Kernel = ({ inputs: { x, indices }, attrs, backend }) => {
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
  const rows = x.shape[axis];
  for (const index of backend.numbers(indices)) {
    if (index < 0 || index >= rows) {
      throw new Error(`GatherV2: the index value ${index} is not in [0, ${rows - 1}]`);
    }
  }
  const pointers = { x: backend.pointer(x), indices: backend.pointer(indices) };
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const output = backend.output(shape, x.dtype as Numbers);
  const count = sizeOf(indices);
  const bytes = tf.util.sizeFromShape(x.shape.slice(axis + 1)) * 4;
  const block = { ...pointers, out: backend.pointer(output), rows, count, bytes };
  gatherRows(backend, block, tf.util.sizeFromShape(x.shape.slice(0, axis)));
  return output;
};

/** Kernels that only move 4-byte elements; booleans and texts stay with the inherited kernels. */
export const moveKernels: readonly KernelReplacement[] = [
  { kernelName: tf.Transpose, accepts: { inputs: { x: TO_RANK } }, kernelFunc: transpose },
  { kernelName: tf.Reverse, accepts: { inputs: { x: TO_RANK } }, kernelFunc: reverse },
  {
    kernelName: tf.Tile,
    accepts: {
      inputs: { x: TO_RANK },
      where: ({ inputs: { x }, attrs }) => {
        const reps = attrs.reps as number[];
        return (
          reps.length === x.shape.length &&
          reps.every((count) => Number.isInteger(count) && count > 0) &&
          fitsRank(withTo(tileAxes(x.shape, reps)))
        );
      },
    },
    kernelFunc: tile,
  },
  {
    kernelName: tf.Slice,
    accepts: { inputs: { x: TO_RANK }, where: ({ inputs: { x }, attrs }) => hasElements(x, attrs) },
    kernelFunc: slice,
  },
  {
    kernelName: tf.StridedSlice,
    accepts: {
      inputs: { x: TO_RANK },
      where: ({ inputs: { x }, attrs }) => {
        const info = stridedInfo(x, attrs);
        return (
          info.begin.length === x.shape.length &&
          tf.slice_util.computeOutShape(info.begin, info.end, info.strides).every((size) => size > 0)
        );
      },
    },
    kernelFunc: stridedSlice,
  },
  {
    kernelName: tf.PadV2,
    accepts: {
      inputs: { x: TO_RANK },
      where: ({ attrs }) => (attrs.paddings as number[][]).every((sides) => sides.every((side) => side >= 0)),
    },
    kernelFunc: pad,
  },
  {
    kernelName: tf.GatherV2,
    accepts: {
      inputs: { x: { ...NUMBERS, rank: [1, RANK] }, indices: { dtype: 'int32' } },
      attributes: { batchDims: [undefined, 0] },
    },
    kernelFunc: gather,
  },
];
