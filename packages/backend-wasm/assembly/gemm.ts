import { FilterGradientBlock, Finish, GemmBlock, LeftMode, PackBlock } from './blocks';
import { tile } from './micro';
import { copyColumn, interleave, packPanel, packPanelTransposed } from './pack';
import { MR, arg, max, min } from './simd';

/**
 * Packs the right matrix into panels of 8 columns: out[panel][k][8].
 * Units: panels.
 * The rows come in `groups` (filter taps), read last group first when transposed: a rotated filter.
 */
export function packRight(args: usize, start: i32, end: i32, thread: i32): void {
  const b = <usize>arg(args, PackBlock.b);
  const ldb = <usize>arg(args, PackBlock.ldb);
  const k = arg(args, PackBlock.k);
  const n = arg(args, PackBlock.n);
  const out = <usize>arg(args, PackBlock.out);
  const transposed = arg(args, PackBlock.transposed);
  const groups = arg(args, PackBlock.groups);
  const groupBytes = <usize>arg(args, PackBlock.groupBytes);
  for (let panel = start; panel < end; panel++) {
    const columns = min(8, n - panel * 8);
    for (let g = 0; g < groups; g++) {
      const to = out + <usize>(panel * groups + g) * <usize>k * 32;
      if (transposed) {
        packPanelTransposed(
          b + <usize>(groups - 1 - g) * groupBytes + <usize>(panel * 8) * ldb,
          ldb,
          k,
          columns,
          to,
        );
      } else {
        packPanel(b + <usize>g * groupBytes + <usize>(panel * 32), ldb, k, columns, to);
      }
    }
  }
}

/**
 * Packs rows [row, row + rows) and columns [k0, k1) of the left matrix as tiles of MR rows.
 * In the convolution mode a row is an output pixel and the columns are its receptive field, tap by tap.
 */
function packLeft(
  args: usize,
  mode: i32,
  row: i32,
  rows: i32,
  k0: i32,
  k1: i32,
  out: usize,
  pointers: usize,
): void {
  const a = <usize>arg(args, GemmBlock.a);
  const lda = <usize>arg(args, GemmBlock.lda);
  const lastRow = arg(args, GemmBlock.m) - 1;
  for (let i = 0; i < rows; i += MR) {
    if (mode == LeftMode.Columns) {
      let from = a + <usize>k0 * lda + ((<usize>(row + i)) << 2);
      for (let k = k0; k < k1; k++) {
        copyColumn(from, out);
        from += lda;
        out += MR * 4;
      }
    } else if (mode == LeftMode.Rows) {
      for (let r = 0; r < MR; r++) {
        store<u32>(
          pointers + ((<usize>r) << 2),
          <u32>(a + <usize>min(row + i + r, lastRow) * lda + ((<usize>k0) << 2)),
        );
      }
      out = interleave(pointers, k1 - k0, out);
    } else {
      out = packReceptiveFields(args, a, lda, row + i, lastRow, k0, k1, out, pointers);
    }
  }
}

/** The convolution form of {@link packLeft} for one tile. */
function packReceptiveFields(
  args: usize,
  a: usize,
  lda: usize,
  row: i32,
  lastRow: i32,
  k0: i32,
  k1: i32,
  out: usize,
  pointers: usize,
): usize {
  const inHeight = arg(args, GemmBlock.inHeight);
  const inWidth = arg(args, GemmBlock.inWidth);
  const channels = arg(args, GemmBlock.channels);
  const outHeight = arg(args, GemmBlock.outHeight);
  const outWidth = arg(args, GemmBlock.outWidth);
  const filterWidth = arg(args, GemmBlock.filterWidth);
  const strideHeight = arg(args, GemmBlock.strideHeight);
  const strideWidth = arg(args, GemmBlock.strideWidth);
  const dilationHeight = arg(args, GemmBlock.dilationHeight);
  const dilationWidth = arg(args, GemmBlock.dilationWidth);
  const padTop = arg(args, GemmBlock.padTop);
  const padLeft = arg(args, GemmBlock.padLeft);
  const zeros = <u32>arg(args, GemmBlock.zeros);
  // Image, top and left of every pixel of the tile, behind the pointers.
  const where = pointers + 32;
  // Whether the taps of a filter's line lie side by side inside the image, for every pixel.
  let joined = dilationWidth == 1 && lda == (<usize>channels) << 2;
  for (let r = 0; r < MR; r++) {
    const pixel = min(row + r, lastRow);
    const x = pixel % outWidth;
    const line = pixel / outWidth;
    const at = where + <usize>(r * 12);
    store<i32>(at, (line / outHeight) * inHeight * inWidth);
    store<i32>(at, (line % outHeight) * strideHeight - padTop, 4);
    const left = x * strideWidth - padLeft;
    store<i32>(at, left, 8);
    joined = joined && left >= 0 && left + filterWidth <= inWidth;
  }
  const lineChannels = filterWidth * channels;
  let k = k0;
  while (k < k1) {
    const tap = k / channels;
    const channel = k - tap * channels;
    const count = min(k1 - k, joined ? lineChannels - (k % lineChannels) : channels - channel);
    const down = (tap / filterWidth) * dilationHeight;
    const right = (tap % filterWidth) * dilationWidth;
    for (let r = 0; r < MR; r++) {
      const at = where + <usize>(r * 12);
      const y = load<i32>(at, 4) + down;
      const x = load<i32>(at, 8) + right;
      const inside = y >= 0 && x >= 0 && y < inHeight && x < inWidth;
      store<u32>(
        pointers + ((<usize>r) << 2),
        inside ? <u32>(a + <usize>(load<i32>(at) + y * inWidth + x) * lda + ((<usize>channel) << 2)) : zeros,
      );
    }
    out = interleave(pointers, count, out);
    k += count;
  }
  return out;
}

/**
 * C[m, n] = A[m, k] B[k, n], with an optional bias and ReLU.
 * Units: row blocks x column groups.
 */
export function gemm(args: usize, start: i32, end: i32, thread: i32): void {
  const mode = arg(args, GemmBlock.mode);
  const b = <usize>arg(args, GemmBlock.b);
  const bStride = <usize>arg(args, GemmBlock.bStride);
  const c = <usize>arg(args, GemmBlock.c);
  const ldc = <usize>arg(args, GemmBlock.ldc);
  const m = arg(args, GemmBlock.m);
  const n = arg(args, GemmBlock.n);
  const k = arg(args, GemmBlock.k);
  const rowsPerBlock = arg(args, GemmBlock.rowsPerBlock);
  const columnGroups = arg(args, GemmBlock.columnGroups);
  const kBlock = arg(args, GemmBlock.kBlock);
  const bias = <usize>arg(args, GemmBlock.bias);
  const finish = arg(args, GemmBlock.flags);
  const edge = <usize>arg(args, GemmBlock.scratch) + <usize>thread * <usize>arg(args, GemmBlock.scratchBytes);
  const pointers = edge + 256;
  const packed = edge + 512;
  const panelBytes = <usize>arg(args, GemmBlock.panelBytes);
  const panels = (n + 7) / 8;

  for (let unit = start; unit < end; unit++) {
    const row = (unit / columnGroups) * rowsPerBlock;
    const group = unit % columnGroups;
    const rows = min(rowsPerBlock, m - row);
    const firstPanel = (panels * group) / columnGroups;
    const lastPanel = (panels * (group + 1)) / columnGroups;
    for (let k0 = 0; k0 < k; k0 += kBlock) {
      const depth = min(kBlock, k - k0);
      let flags = k0 == 0 ? finish & (Finish.Accumulate | Finish.Bias) : Finish.Accumulate;
      if (k0 + depth == k) flags |= finish & (Finish.Relu | Finish.Relu6);
      packLeft(args, mode, row, rows, k0, k0 + depth, packed, pointers);
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        const columns = min(8, n - panel * 8);
        const right = b + <usize>panel * panelBytes + <usize>k0 * bStride;
        const offset = <usize>panel * 32;
        let left = packed;
        for (let i = 0; i < rows; i += MR) {
          tile(
            left,
            MR * 4,
            right,
            bStride,
            depth,
            c + <usize>(row + i) * ldc + offset,
            ldc,
            min(MR, rows - i),
            columns,
            flags,
            bias + offset,
            edge,
          );
          left += <usize>(depth * MR * 4);
        }
      }
    }
  }
}

/**
 * Filter gradient: dw[share, tap, ci, co] = sum over the share's pixels of x[pixel shifted by tap, ci] dy[pixel, co].
 * Units: shares x column groups x row tiles: MR channels of a tap, or, where there are fewer channels, MR rows of all taps. dw is dense.
 */
export function filterGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const dy = <usize>arg(args, FilterGradientBlock.dy);
  const lddy = <usize>arg(args, FilterGradientBlock.lddy);
  const dw = <usize>arg(args, FilterGradientBlock.dw);
  const pixels = arg(args, FilterGradientBlock.pixels);
  const filters = arg(args, FilterGradientBlock.filters);
  const shares = arg(args, FilterGradientBlock.shares);
  const columnGroups = arg(args, FilterGradientBlock.columnGroups);
  const pixelBlock = arg(args, FilterGradientBlock.pixelBlock);
  const edge =
    <usize>arg(args, FilterGradientBlock.scratch) +
    <usize>thread * <usize>arg(args, FilterGradientBlock.scratchBytes);
  const pointers = edge + 512;
  const left = pointers + ((<usize>pixelBlock) << 2);
  const right = left + <usize>(pixelBlock * MR * 4 + 64);
  const taps = arg(args, FilterGradientBlock.taps);
  const channels = arg(args, FilterGradientBlock.channels);
  const few = channels < MR;
  const tilesPerTap = (channels + MR - 1) / MR;
  const tiles = few ? (taps * channels + MR - 1) / MR : taps * tilesPerTap;
  const panels = (filters + 7) / 8;
  const ldw = (<usize>filters) << 2;

  let unit = start;
  while (unit < end) {
    // Units of one share and column group that follow each other have the packed dy in common.
    const part = unit / tiles;
    const share = part / columnGroups;
    const group = part % columnGroups;
    const lastUnit = min(end, (part + 1) * tiles);
    const firstTile = unit - part * tiles;
    const lastTile = lastUnit - part * tiles;
    const firstPanel = (panels * group) / columnGroups;
    const lastPanel = (panels * (group + 1)) / columnGroups;
    const firstPixel = (pixels * share) / shares;
    const lastPixel = (pixels * (share + 1)) / shares;
    const sums = dw + <usize>(share * taps * channels) * ldw;
    for (let p0 = firstPixel; p0 < lastPixel; p0 += pixelBlock) {
      const depth = min(pixelBlock, lastPixel - p0);
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        packPanel(
          dy + <usize>p0 * lddy + <usize>panel * 32,
          lddy,
          depth,
          min(8, filters - panel * 8),
          right + <usize>((panel - firstPanel) * depth) * 32,
        );
      }
      let pointersOf = -1;
      for (let t = firstTile; t < lastTile; t++) {
        const firstRow = few ? t * MR : (t / tilesPerTap) * channels + (t % tilesPerTap) * MR;
        const rows = min(MR, few ? taps * channels - firstRow : channels - (t % tilesPerTap) * MR);
        for (let r = 0; r < rows; r += few ? 1 : MR) {
          const tap = (firstRow + r) / channels;
          const channel = (firstRow + r) % channels;
          if (tap != pointersOf) {
            shiftedPixels(args, tap, p0, depth, pointers);
            pointersOf = tap;
          }
          if (few) copyRow(pointers, depth, channel, left + ((<usize>r) << 2));
          else copyRows(pointers, depth, channel, left);
        }
        const row = sums + <usize>firstRow * ldw;
        for (let panel = firstPanel; panel < lastPanel; panel++) {
          tile(
            left,
            MR * 4,
            right + <usize>((panel - firstPanel) * depth) * 32,
            32,
            depth,
            row + <usize>panel * 32,
            ldw,
            rows,
            min(8, filters - panel * 8),
            p0 > firstPixel ? Finish.Accumulate : 0,
            0,
            edge,
          );
        }
      }
    }
    unit = lastUnit;
  }
}

/** MR channels of `depth` pixels, one pixel after the other. */
function copyRows(pointers: usize, depth: i32, channel: i32, out: usize): void {
  for (let i = 0; i < depth; i++) {
    copyColumn(<usize>load<u32>(pointers) + ((<usize>channel) << 2), out);
    pointers += 4;
    out += MR * 4;
  }
}

/** One channel of them: a row of the tile. */
function copyRow(pointers: usize, depth: i32, channel: i32, out: usize): void {
  for (let i = 0; i < depth; i++) {
    store<f32>(out, load<f32>(<usize>load<u32>(pointers) + ((<usize>channel) << 2)));
    pointers += 4;
    out += MR * 4;
  }
}

/** Where the pixels that a tap sees lie, for output pixels [first, first + count). */
function shiftedPixels(args: usize, tap: i32, first: i32, count: i32, pointers: usize): void {
  const x = <usize>arg(args, FilterGradientBlock.x);
  const ldx = <usize>arg(args, FilterGradientBlock.ldx);
  const inHeight = arg(args, FilterGradientBlock.inHeight);
  const inWidth = arg(args, FilterGradientBlock.inWidth);
  const outHeight = arg(args, FilterGradientBlock.outHeight);
  const outWidth = arg(args, FilterGradientBlock.outWidth);
  const filterWidth = arg(args, FilterGradientBlock.filterWidth);
  const strideHeight = arg(args, FilterGradientBlock.strideHeight);
  const strideWidth = arg(args, FilterGradientBlock.strideWidth);
  const down =
    (tap / filterWidth) * arg(args, FilterGradientBlock.dilationHeight) -
    arg(args, FilterGradientBlock.padTop);
  const right =
    (tap % filterWidth) * arg(args, FilterGradientBlock.dilationWidth) -
    arg(args, FilterGradientBlock.padLeft);
  const zeros = <u32>arg(args, FilterGradientBlock.zeros);
  let column = first % outWidth;
  let line = (first / outWidth) % outHeight;
  let image = first / outWidth / outHeight;
  for (let i = 0; i < count; i++) {
    const y = line * strideHeight + down;
    const c = column * strideWidth + right;
    const inside = y >= 0 && y < inHeight && c >= 0 && c < inWidth;
    store<u32>(
      pointers + ((<usize>i) << 2),
      inside ? <u32>(x + <usize>((image * inHeight + y) * inWidth + c) * ldx) : zeros,
    );
    if (++column == outWidth) {
      column = 0;
      if (++line == outHeight) {
        line = 0;
        image++;
      }
    }
  }
}
