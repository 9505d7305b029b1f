import { WinogradBlock, WinogradFilterBlock, WinogradFilterGradientBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { unkept, type PackedFilter } from '../packed-filter';
import type { ConvShape, Pixels } from './conv-shape';

/** Outputs of a tile per side. */
const STEP = 4;
/** Scratch of a block of tiles: what fits into a core's second-level cache. */
const BLOCK_BYTES = 900_000;
/** With fewer tiles than this, transforming the filter costs more than it saves. */
const LEAST_TILES = 8;
const LEAST_CHANNELS = 8;
/** Fewest tiles of a share of a filter's gradient. */
const SHARE_TILES = 48;
/** Most bytes of the shares' sums together. */
const SHARES_BYTES = 1 << 20;
/** Scratch for what a tile needs, besides the blocks. */
const FEW_BYTES = 12_288;

/**
 * Whether a convolution goes by Winograd's algorithm: 3x3 or 5x5, dense, at stride 1, with enough of everything.
 * Its rounding error is about five times that of the direct sum: 5e-6 of the largest output.
 */
export function isWinograd(shape: ConvShape): boolean {
  const size = shape.filterHeight;
  return (
    (size === 3 || size === 5) &&
    shape.filterWidth === size &&
    shape.strideHeight === 1 &&
    shape.strideWidth === 1 &&
    shape.dilationHeight === 1 &&
    shape.dilationWidth === 1 &&
    shape.inChannels % 4 === 0 &&
    shape.outChannels % 4 === 0 &&
    shape.inChannels >= LEAST_CHANNELS &&
    shape.outChannels >= LEAST_CHANNELS &&
    tilesOf(shape).count >= LEAST_TILES
  );
}

function tilesOf(shape: ConvShape): { points: number; high: number; wide: number; count: number } {
  const high = Math.ceil(shape.outHeight / STEP);
  const wide = Math.ceil(shape.outWidth / STEP);
  return { points: (shape.filterHeight + STEP - 1) ** 2, high, wide, count: shape.batch * high * wide };
}

/** A job on tiles, but for what it is given to read and to write. */
function tileJob(backend: WasmBackend, shape: ConvShape, x: Pixels, block: number, scratch: Scratch) {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padTop, padLeft } = shape;
  const { high, wide, count } = tilesOf(shape);
  return {
    x: x.pointer,
    ldx: x.stride * 4,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    padTop,
    padLeft,
    size: shape.filterHeight,
    tilesHigh: high,
    tilesWide: wide,
    tiles: count,
    block,
    zeros: backend.runtime.zeros(Math.max(inChannels, outChannels)),
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
    u: 0,
    y: 0,
    ldy: 0,
    bias: 0,
    flags: 0,
    partials: 0,
  };
}

type Scratch = ReturnType<WasmBackend['runtime']['scratch']>;

const panelsOf = (channels: number) => Math.ceil(channels / 8);

/** Tiles of a block, a multiple of 12. */
function blockOf(tiles: number, bytesPerTile: number, threads: number): number {
  const fitting = Math.floor(BLOCK_BYTES / bytesPerTile / 12) * 12;
  const fair = Math.ceil(tiles / threads / 12) * 12;
  return Math.max(12, Math.min(48, fitting, fair));
}

/**
 * y = convolution, for shapes that {@link isWinograd} accepts.
 *
 * @param packing - where the transformed filter stays for the next call
 * @param rotated - the filter is that of the transposed convolution: [taps, out, in] read backwards
 */
export function winogradConvolve(
  backend: WasmBackend,
  shape: ConvShape,
  x: Pixels,
  filter: number,
  rotated: boolean,
  y: Pixels,
  bias: number,
  flags: number,
  packing?: PackedFilter,
): void {
  const { runtime } = backend;
  const { inChannels, outChannels, filterHeight } = shape;
  const panels = panelsOf(outChannels);
  const { points, count } = tilesOf(shape);
  const block = blockOf(count, points * 4 * (inChannels + panels * 8), runtime.threads);
  const scratch = runtime.scratch(FEW_BYTES + block * points * 4 * (inChannels + panels * 8));
  const [bytes, what] = [points * panels * 8 * inChannels * 4, 'a transformed filter'];
  const key = ['winograd', filterHeight, inChannels, outChannels, rotated].join();
  const packed = packing?.take(key, bytes, what) ?? unkept(runtime.heap, bytes, what);
  if (!packed.ready) {
    const transform = {
      filter,
      size: filterHeight,
      rows: inChannels,
      columns: outChannels,
      transposed: rotated ? 1 : 0,
      u: packed.pointer,
      scratch: scratch.pointer,
      scratchBytes: scratch.bytes,
    };
    runtime.call('winogradFilter', WinogradFilterBlock, transform, panels * inChannels);
  }
  const job = tileJob(backend, shape, x, block, scratch);
  job.u = packed.pointer;
  job.y = y.pointer;
  job.ldy = y.stride * 4;
  job.bias = bias;
  job.flags = flags;
  runtime.call('winogradConvolve', WinogradBlock, job, Math.ceil(count / block), 1);
  if (!packed.kept) runtime.heap.release(packed.pointer);
}

/**
 * In how many shares a filter's gradient may be summed, so that adding them up afterwards costs little.
 *
 * @param units - tiles or pixels
 * @param least - units of a share
 * @param bytes - of a share's sums
 */
export function affordableShares(units: number, least: number, bytes: number): number {
  return Math.min(Math.floor(units / least), Math.floor(SHARES_BYTES / bytes));
}

/**
 * In how many shares the tiles are summed: as many as threads, and up to four times as many where that costs little, so that a slow
 * thread takes fewer. The same for one thread as for two.
 *
 * @param bytes - of a share's sums
 */
function sharesOf(tiles: number, bytes: number, threads: number): number {
  const least = Math.max(2, threads);
  const most = affordableShares(tiles, SHARE_TILES, bytes);
  return least * Math.max(1, Math.min(4, Math.floor(most / least)));
}

/** dW of a convolution that {@link isWinograd} accepts. The same bits for one thread and for two. */
export function winogradFilterGradient(
  backend: WasmBackend,
  shape: ConvShape,
  x: Pixels,
  dy: Pixels,
  dw: number,
): void {
  const { runtime } = backend;
  const { inChannels, outChannels, filterHeight } = shape;
  const panels = panelsOf(outChannels);
  const { points, count } = tilesOf(shape);
  const shareBytes = points * inChannels * panels * 8 * 4;
  const partials = sharesOf(count, shareBytes, runtime.threads);
  const bytesPerTile = points * 4 * (inChannels + 16 + panels * 8 + 16);
  const block = Math.max(
    12,
    Math.min(64, Math.floor((2 * BLOCK_BYTES) / bytesPerTile), Math.ceil(count / partials)),
  );
  const scratch = runtime.scratch(FEW_BYTES + block * bytesPerTile);
  const sums = runtime.heap.allocate(partials * shareBytes, 'partial filter gradients');
  const job = tileJob(backend, shape, x, block, scratch);
  job.u = sums;
  job.y = dy.pointer;
  job.ldy = dy.stride * 4;
  job.partials = partials;
  runtime.call('winogradFilterSums', WinogradBlock, job, partials, 1);
  const gradient = {
    partial: sums,
    partials,
    size: filterHeight,
    channels: inChannels,
    filters: outChannels,
    dw,
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
  };
  runtime.call('winogradFilterGradient', WinogradFilterGradientBlock, gradient, inChannels);
  runtime.heap.release(sums);
}
