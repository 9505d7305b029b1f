import {
  nearestPixels,
  nearestPositions,
  type ResizeAttributes,
  resizeRatio,
} from '@googlenet-tooling/shared/nearest';
import * as tf from '@tensorflow/tfjs-core';
import { ResizeBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { gatherRows } from './move';
import type { Kernel, KernelReplacement } from './register';

const SMALL = 16384;
const ENTRY_WORDS = 3;

/** For every target position the two source positions and the weight of the second. */
function linearTable(from: number, to: number, given: ResizeAttributes): number[] {
  const ratio = resizeRatio(from, to, given);
  return Array.from({ length: to }, (_, i) => {
    const at = given.halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
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
  const given = attrs as unknown as ResizeAttributes;
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

/** Copies positions, so that infinities and NaN stay what they are. */
const nearest: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const given = attrs as unknown as ResizeAttributes;
  const [batch, inHeight, inWidth, channels] = images.shape;
  const pixels = nearestPixels(inHeight, inWidth, given);
  const { heap } = backend.runtime;
  const x = backend.pointer(images);
  const output = backend.output([batch, ...given.size, channels]);
  const indices = heap.allocate(pixels.length * 4, 'a resizing table');
  heap.i32.set(pixels, indices >>> 2);
  const rows = { rows: inHeight * inWidth, count: pixels.length, bytes: channels * 4 };
  gatherRows(backend, { x, indices, out: backend.pointer(output), ...rows }, batch);
  heap.release(indices);
  return output;
};

/** The gradient of a resizing whose tables of positions are given. */
const gradient =
  (positions: (from: number, to: number, given: ResizeAttributes) => number[]): Kernel =>
  ({ inputs: { images, dy }, attrs, backend }) => {
    const [batch, inHeight, inWidth, channels] = images.shape;
    const [, outHeight, outWidth] = dy.shape;
    const given = attrs as unknown as ResizeAttributes;
    const y = backend.pointer(dy);
    const output = backend.output(images.shape);
    const table = writeTable(backend, [
      ...positions(inHeight, outHeight, given),
      ...positions(inWidth, outWidth, given),
    ]);
    const sizes = { inHeight, inWidth, channels, outHeight, outWidth };
    const block = { x: backend.pointer(output), y, ...sizes, table };
    const grain = batch * outHeight * outWidth * channels < SMALL ? batch : 1;
    backend.runtime.call('resizeGradient', ResizeBlock, block, batch, grain);
    backend.runtime.heap.release(table);
    return output;
  };

/** As two source positions in one, the second with weight 0. */
const nearestEntries = (from: number, to: number, given: ResizeAttributes) =>
  nearestPositions(from, to, given).flatMap((position) => [position, position, 0]);

const IMAGES = { dtype: 'float32', rank: 4 } as const;

/**
 * Resizing of pictures, bilinear and to the nearest, with gradients: each the transpose of its forward pass, as in TensorFlow. TensorFlow.js's cpu
 * engine swaps the sides of the one, mixes the images of a batch in the other, never returns from it for pictures one pixel high whose corners are
 * aligned, and leaves out half-pixel centres.
 */
export const resizeKernels: readonly KernelReplacement[] = [
  { kernelName: tf.ResizeBilinear, accepts: { inputs: { images: IMAGES } }, kernelFunc: bilinear },
  {
    kernelName: tf.ResizeBilinearGrad,
    accepts: { inputs: { images: IMAGES, dy: IMAGES } },
    kernelFunc: gradient(linearTable),
  },
  { kernelName: tf.ResizeNearestNeighbor, accepts: { inputs: { images: IMAGES } }, kernelFunc: nearest },
  {
    kernelName: tf.ResizeNearestNeighborGrad,
    accepts: { inputs: { images: IMAGES, dy: IMAGES } },
    kernelFunc: gradient(nearestEntries),
  },
];
