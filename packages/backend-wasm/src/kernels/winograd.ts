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

/** Arguments 0 to 15. */
function tileArguments(backend: WasmBackend, shape: ConvShape, x: Pixels, block: number): number[] {
  const { high, wide, count } = tilesOf(shape);
  return [
    x.pointer,
    x.stride * 4,
    shape.inHeight,
    shape.inWidth,
    shape.inChannels,
    shape.outHeight,
    shape.outWidth,
    shape.outChannels,
    shape.padTop,
    shape.padLeft,
    shape.filterHeight,
    high,
    wide,
    count,
    block,
    backend.runtime.zeros(Math.max(shape.inChannels, shape.outChannels)),
  ];
}

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
    const sizes = [filterHeight, inChannels, outChannels, rotated ? 1 : 0];
    runtime.run(
      'winogradFilter',
      [filter, ...sizes, packed.pointer, scratch.pointer, scratch.bytes],
      panels * inChannels,
    );
  }
  const tiles = tileArguments(backend, shape, x, block);
  const rest = [scratch.pointer, scratch.bytes, packed.pointer, y.pointer, y.stride * 4, bias, flags];
  runtime.run('winogradConvolve', [...tiles, ...rest], Math.ceil(count / block), 1);
  if (!packed.kept) runtime.heap.release(packed.pointer);
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
  const partials = Math.max(2, runtime.threads);
  const bytesPerTile = points * 4 * (inChannels + 16 + panels * 8 + 16);
  const block = Math.max(
    12,
    Math.min(64, Math.floor((2 * BLOCK_BYTES) / bytesPerTile), Math.ceil(count / partials)),
  );
  const scratch = runtime.scratch(FEW_BYTES + block * bytesPerTile);
  const sums = runtime.heap.allocate(
    partials * points * inChannels * panels * 8 * 4,
    'partial filter gradients',
  );
  const tiles = tileArguments(backend, shape, x, block);
  const rest = [scratch.pointer, scratch.bytes, sums, dy.pointer, dy.stride * 4, 0, 0, partials];
  runtime.run('winogradFilterSums', [...tiles, ...rest], partials, 1);
  const args = [sums, partials, filterHeight, inChannels, outChannels, dw, scratch.pointer, scratch.bytes];
  runtime.run('winogradFilterGradient', args, inChannels);
  runtime.heap.release(sums);
}
