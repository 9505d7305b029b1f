import { FilterGradientBlock, Finish, FoldBlock, LeftMode } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { PackedFilter } from '../packed-filter';
import { geometryOf, isPointwise, type ConvShape, type Pixels } from './conv-shape';
import { DEPTH_BLOCK, multiply, SMALL_MACS } from './matrix-product';
import { sumAxis } from './reduce';
import { affordableShares, isWinograd, winogradConvolve, winogradFilterGradient } from './winograd';

/**
 * y = convolution of x with the filter (HWIO), then bias and ReLU as the flags say.
 *
 * @param flags - of `Finish`
 * @param packing - where the filter stays packed for the next call
 */
export function convolve(
  backend: WasmBackend,
  shape: ConvShape,
  x: Pixels,
  filter: number,
  y: Pixels,
  bias = 0,
  flags = 0,
  packing?: PackedFilter,
): void {
  if (backend.runtime.winograd && isWinograd(shape)) {
    winogradConvolve(backend, shape, x, filter, false, y, bias, flags, packing);
    return;
  }
  const pointwise = isPointwise(shape);
  multiply(backend, {
    mode: pointwise ? LeftMode.Rows : LeftMode.ReceptiveFields,
    a: x.pointer,
    lda: x.stride,
    m: shape.batch * shape.outHeight * shape.outWidth,
    n: shape.outChannels,
    k: shape.filterHeight * shape.filterWidth * shape.inChannels,
    b: filter,
    ldb: shape.outChannels,
    packing,
    c: y.pointer,
    ldc: y.stride,
    bias,
    flags,
    geometry: pointwise
      ? undefined
      : geometryOf(shape, backend.runtime.zeros(shape.filterWidth * shape.inChannels)),
  });
}

/** dx = gradient of a convolution's input: a convolution of dy with the rotated, transposed filter. */
export function convolveInputGradient(
  backend: WasmBackend,
  shape: ConvShape,
  dy: Pixels,
  filter: number,
  dx: Pixels,
  flags = 0,
): void {
  const taps = shape.filterHeight * shape.filterWidth;
  const pointwise = isPointwise(shape);
  const rotated: ConvShape = {
    ...shape,
    inHeight: shape.outHeight,
    inWidth: shape.outWidth,
    inChannels: shape.outChannels,
    outHeight: shape.inHeight,
    outWidth: shape.inWidth,
    outChannels: shape.inChannels,
    strideHeight: 1,
    strideWidth: 1,
    padTop: (shape.filterHeight - 1) * shape.dilationHeight - shape.padTop,
    padLeft: (shape.filterWidth - 1) * shape.dilationWidth - shape.padLeft,
  };
  const unspread = shape.strideHeight === 1 && shape.strideWidth === 1;
  if (unspread && backend.runtime.winograd && isWinograd(rotated)) {
    winogradConvolve(backend, rotated, dy, filter, true, dx, 0, flags);
    return;
  }
  if (!unspread && !pointwise) {
    stridedInputGradient(backend, shape, dy, filter, dx, flags);
    return;
  }
  multiply(backend, {
    mode: pointwise ? LeftMode.Rows : LeftMode.ReceptiveFields,
    a: dy.pointer,
    lda: dy.stride,
    m: shape.batch * shape.inHeight * shape.inWidth,
    n: shape.inChannels,
    k: taps * shape.outChannels,
    b: filter,
    ldb: shape.outChannels,
    transposed: true,
    groups: taps,
    groupFloats: shape.inChannels * shape.outChannels,
    c: dx.pointer,
    ldc: dx.stride,
    flags,
    geometry: pointwise
      ? undefined
      : geometryOf(rotated, backend.runtime.zeros(shape.filterWidth * shape.outChannels)),
  });
}

/** Bytes of a product that is folded at once. */
const FOLD_BYTES = 1 << 25;

/**
 * A strided convolution's input gradient: what every pixel of dy adds to dx tap by tap, as one product, then folded together. Nothing
 * is multiplied by the zeros between the pixels.
 */
function stridedInputGradient(
  backend: WasmBackend,
  shape: ConvShape,
  dy: Pixels,
  filter: number,
  dx: Pixels,
  flags: number,
): void {
  const { runtime } = backend;
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const n = shape.filterHeight * shape.filterWidth * inChannels;
  const pixels = outHeight * outWidth;
  const images = Math.max(1, Math.min(batch, Math.floor(FOLD_BYTES / (pixels * n * 4))));
  const columns = runtime.heap.allocate(images * pixels * n * 4, 'an unfolded gradient');
  for (let image = 0; image < batch; image += images) {
    const count = Math.min(images, batch - image);
    multiply(backend, {
      mode: LeftMode.Rows,
      a: dy.pointer + image * pixels * dy.stride * 4,
      lda: dy.stride,
      m: count * pixels,
      n,
      k: outChannels,
      b: filter,
      ldb: outChannels,
      transposed: true,
      c: columns,
      ldc: n,
    });
    const { filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = shape;
    const { dilationHeight, dilationWidth } = shape;
    runtime.call(
      'fold',
      FoldBlock,
      {
        columns,
        dx: dx.pointer + image * inHeight * inWidth * dx.stride * 4,
        inHeight,
        inWidth,
        channels: inChannels,
        outHeight,
        outWidth,
        filterHeight,
        filterWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        dxStride: dx.stride * 4,
        accumulate: flags & Finish.Accumulate,
        dilationHeight,
        dilationWidth,
      },
      count * inHeight,
    );
  }
  runtime.heap.release(columns);
}

/** Most shares of the pixels, fewest pixels of one. */
const MOST_SHARES = 16;
const SHARE_PIXELS = 512;

/**
 * In how many shares the pixels of a filter's gradient are summed, where the sums are small enough to be added afterwards: threads take
 * them one by one, and each packs only its own. 1 where that leaves too few for all threads. The same for one thread as for two.
 *
 * @param bytes - of a filter
 */
function sharesOf(pixels: number, bytes: number, threads: number): number {
  const shares = Math.min(MOST_SHARES, affordableShares(pixels, SHARE_PIXELS, bytes));
  return shares < 2 * Math.max(2, threads) ? 1 : shares;
}

/** dW [height, width, in, out] = gradient of a convolution's filter. */
export function convolveFilterGradient(
  backend: WasmBackend,
  shape: ConvShape,
  x: Pixels,
  dy: Pixels,
  dw: number,
): void {
  if (backend.runtime.winograd && isWinograd(shape)) {
    winogradFilterGradient(backend, shape, x, dy, dw);
    return;
  }
  const { runtime } = backend;
  const registerRows = runtime.registerRows;
  const taps = shape.filterHeight * shape.filterWidth;
  const pixels = shape.batch * shape.outHeight * shape.outWidth;
  const tiles =
    shape.inChannels < registerRows
      ? Math.ceil((taps * shape.inChannels) / registerRows)
      : taps * Math.ceil(shape.inChannels / registerRows);
  const panels = Math.ceil(shape.outChannels / 8);
  const numbers = taps * shape.inChannels * shape.outChannels;
  const shares = sharesOf(pixels, numbers * 4, runtime.threads);
  const columnGroups = shares === 1 && tiles < runtime.threads * 4 ? Math.min(panels, runtime.threads) : 1;
  const units = shares * tiles * columnGroups;
  const pixelBlock = Math.min(DEPTH_BLOCK, pixels);
  const scratch = runtime.scratch(1024 + pixelBlock * (4 + registerRows * 4 + panels * 32) + 128);
  const sums = shares === 1 ? dw : runtime.heap.allocate(shares * numbers * 4, 'partial filter gradients');
  const geometry = geometryOf(shape, runtime.zeros(shape.inChannels));
  const block = {
    x: x.pointer,
    ldx: x.stride * 4,
    dy: dy.pointer,
    lddy: dy.stride * 4,
    dw: sums,
    pixels,
    filters: shape.outChannels,
    shares,
    columnGroups,
    pixelBlock,
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
    taps,
    inHeight: geometry.inHeight,
    inWidth: geometry.inWidth,
    channels: geometry.channels,
    outHeight: geometry.outHeight,
    outWidth: geometry.outWidth,
    filterWidth: geometry.filterWidth,
    strideHeight: geometry.strideHeight,
    strideWidth: geometry.strideWidth,
    dilationHeight: geometry.dilationHeight,
    dilationWidth: geometry.dilationWidth,
    padTop: geometry.padTop,
    padLeft: geometry.padLeft,
    zeros: geometry.zeros,
  };
  const small = pixels * numbers < SMALL_MACS;
  const grain = small ? units : shares > 1 ? tiles : Math.ceil(units / runtime.threads);
  runtime.call('filterGradient', FilterGradientBlock, block, units, grain);
  if (shares === 1) return;
  sumAxis(backend, sums, dw, { outer: 1, reduce: shares, inner: numbers }, 1);
  runtime.heap.release(sums);
}
