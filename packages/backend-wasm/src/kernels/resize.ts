import * as tf from '@tensorflow/tfjs-core';
import { ResizeBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { Kernel, KernelReplacement } from './register';

interface ResizeAttrs {
  alignCorners: boolean;
  halfPixelCenters?: boolean;
  size: [number, number];
}

const SMALL = 16384;
const ENTRY_WORDS = 3;

/** Source positions between `from` and `to` in the arithmetic of TensorFlow.js: double precision. */
function ratio(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** For every target position the two source positions and the weight of the second. */
function linearTable(from: number, to: number, { alignCorners, halfPixelCenters }: ResizeAttrs): number[] {
  const scale = ratio(from, to, alignCorners);
  return Array.from({ length: to }, (_, i) => {
    const at = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const first = Math.max(0, Math.floor(at));
    return [first, Math.min(from - 1, Math.ceil(at)), at - first];
  }).flat();
}

/** Writes the tables of lines and columns into the engine's memory; the caller releases it. */
function writeTable(backend: WasmBackend, entries: number[]): number {
  const { heap } = backend.runtime;
  const table = heap.allocate(entries.length * 4, 'a resizing table');
  entries.forEach((entry, i) => {
    const at = (table >>> 2) + i;
    if (i % ENTRY_WORDS === 2) heap.f32[at] = entry;
    else heap.i32[at] = entry;
  });
  return table;
}

const bilinear: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const given = attrs as unknown as ResizeAttrs;
  const [batch, inHeight, inWidth, channels] = images.shape;
  const [outHeight, outWidth] = given.size;
  const x = backend.pointer(images);
  const output = backend.output([batch, outHeight, outWidth, channels]);
  const table = writeTable(backend, [
    ...linearTable(inHeight, outHeight, given),
    ...linearTable(inWidth, outWidth, given),
  ]);
  const sizes = { inHeight, inWidth, channels, outHeight, outWidth };
  const units = batch * outHeight;
  const grain = units * outWidth * channels < SMALL ? units : undefined;
  const block = { x, y: backend.pointer(output), ...sizes, table };
  backend.runtime.call('resizeBilinear', ResizeBlock, block, units, grain);
  backend.runtime.heap.release(table);
  return output;
};

/** The gradient has no half-pixel centres in TensorFlow.js. */
const bilinearGradient: Kernel = ({ inputs: { images, dy }, attrs, backend }) => {
  const [batch, inHeight, inWidth, channels] = images.shape;
  const [, outHeight, outWidth] = dy.shape;
  const given: ResizeAttrs = {
    alignCorners: attrs.alignCorners as boolean,
    size: [outHeight, outWidth],
  };
  const y = backend.pointer(dy);
  const output = backend.output(images.shape);
  const table = writeTable(backend, [
    ...linearTable(inHeight, outHeight, given),
    ...linearTable(inWidth, outWidth, given),
  ]);
  const sizes = { inHeight, inWidth, channels, outHeight, outWidth };
  const block = { x: backend.pointer(output), y, ...sizes, table };
  const grain = batch * outHeight * outWidth * channels < SMALL ? batch : 1;
  backend.runtime.call('resizeBilinearGradient', ResizeBlock, block, batch, grain);
  backend.runtime.heap.release(table);
  return output;
};

/** Nearest neighbours are the bilinear kernel with one source position and weight 0. */
const nearest: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const { alignCorners, halfPixelCenters, size } = attrs as unknown as ResizeAttrs;
  const [batch, inHeight, inWidth, channels] = images.shape;
  const [outHeight, outWidth] = size;
  const positions = (from: number, to: number) => {
    const scale = ratio(from, to, alignCorners);
    return Array.from({ length: to }, (_, i) => {
      const at = halfPixelCenters ? scale * (i + 0.5) : scale * i;
      const whole = Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at));
      const position = halfPixelCenters ? Math.max(0, whole) : whole;
      return [position, position, 0];
    }).flat();
  };
  const x = backend.pointer(images);
  const output = backend.output([batch, outHeight, outWidth, channels]);
  const table = writeTable(backend, [...positions(inHeight, outHeight), ...positions(inWidth, outWidth)]);
  const sizes = { inHeight, inWidth, channels, outHeight, outWidth };
  const units = batch * outHeight;
  const grain = units * outWidth * channels < SMALL ? units : undefined;
  const block = { x, y: backend.pointer(output), ...sizes, table };
  backend.runtime.call('resizeBilinear', ResizeBlock, block, units, grain);
  backend.runtime.heap.release(table);
  return output;
};

const IMAGES = { dtype: 'float32', rank: 4 } as const;

export const resizeKernels: readonly KernelReplacement[] = [
  { kernelName: tf.ResizeBilinear, accepts: { inputs: { images: IMAGES } }, kernelFunc: bilinear },
  {
    kernelName: tf.ResizeBilinearGrad,
    accepts: { inputs: { images: IMAGES, dy: IMAGES } },
    kernelFunc: bilinearGradient,
  },
  { kernelName: tf.ResizeNearestNeighbor, accepts: { inputs: { images: IMAGES } }, kernelFunc: nearest },
];
