import { Finish, WinogradBlock as Block, WinogradFilterBlock, WinogradFilterGradientBlock } from './blocks';
import { tile, wholeTile } from './micro';
import { MR, arg, atLeast, atMost, min } from './simd';
import {
  filterLine,
  gradientLine,
  inputLine6,
  inputLine8,
  outputLine6,
  outputLine8,
  tapsLine,
} from './winograd-lines';

/**
 * Convolutions of 3x3 and 5x5 at stride 1 by Winograd's minimal filtering.
 *
 * A tile of n x n inputs (n = 6 for 3x3, 8 for 5x5) gives 4x4 outputs: y = A' [(G w G') * (B' x B)] A. At each of the n^2 points
 * there is one product over the channels: 36 multiplications replace 144, 64 replace 400. The filter's gradient is
 * G' [sum over tiles of (B' x B) * (A dy A')] G. Channels are multiples of 4. See Lavin and Gray 2015 (arXiv:1509.09308).
 */

/** Outputs of a tile per side. */
const STEP: i32 = 4;

/** Places in the scratch: the edge tile, then these. */
const LINES: usize = 256;
const POINTERS: usize = LINES + 1024;
const FEW: usize = POINTERS + 6 * 256;
const LARGE: usize = FEW + 64 * 96;

function at(pointers: usize, index: i32, offset: usize): v128 {
  return v128.load(<usize>load<u32>(pointers + ((<usize>index) << 2)) + offset);
}

/** B' x B of one tile and four channels. `pointers`: n * n addresses; `offset`: the channels'; point p goes to `to` + p * stride. */
function inputTile(n: i32, pointers: usize, offset: usize, lines: usize, to: usize, stride: usize): void {
  const lineBytes = (<usize>n) << 4;
  if (n == 6) {
    for (let j = 0; j < 6; j++) {
      inputLine6(
        at(pointers, j, offset),
        at(pointers, 6 + j, offset),
        at(pointers, 12 + j, offset),
        at(pointers, 18 + j, offset),
        at(pointers, 24 + j, offset),
        at(pointers, 30 + j, offset),
        lines + ((<usize>j) << 4),
        lineBytes,
      );
    }
    for (let i = 0; i < 6; i++) {
      inputLine6(
        v128.load(lines),
        v128.load(lines, 16),
        v128.load(lines, 32),
        v128.load(lines, 48),
        v128.load(lines, 64),
        v128.load(lines, 80),
        to,
        stride,
      );
      lines += lineBytes;
      to += 6 * stride;
    }
    return;
  }
  for (let j = 0; j < 8; j++) {
    inputLine8(
      at(pointers, j, offset),
      at(pointers, 8 + j, offset),
      at(pointers, 16 + j, offset),
      at(pointers, 24 + j, offset),
      at(pointers, 32 + j, offset),
      at(pointers, 40 + j, offset),
      at(pointers, 48 + j, offset),
      at(pointers, 56 + j, offset),
      lines + ((<usize>j) << 4),
      lineBytes,
    );
  }
  for (let i = 0; i < 8; i++) {
    inputLine8(
      v128.load(lines),
      v128.load(lines, 16),
      v128.load(lines, 32),
      v128.load(lines, 48),
      v128.load(lines, 64),
      v128.load(lines, 80),
      v128.load(lines, 96),
      v128.load(lines, 112),
      to,
      stride,
    );
    lines += lineBytes;
    to += 8 * stride;
  }
}

/** Addresses of the size x size pixels of a tile, the zeros where they are outside. */
function tilePointers(
  base: usize,
  ld: usize,
  height: i32,
  width: i32,
  image: i32,
  top: i32,
  left: i32,
  size: i32,
  zeros: u32,
  pointers: usize,
): void {
  let row = base + <usize>((image * height + top) * width + left) * ld;
  const rowBytes = <usize>width * ld;
  for (let i = 0; i < size; i++) {
    const inRows = <u32>(top + i) < <u32>height;
    let pixel = row;
    for (let j = 0; j < size; j++) {
      const inside = <u32>(left + j) < <u32>width && inRows;
      store<u32>(pointers, select<u32>(<u32>pixel, zeros, inside));
      pointers += 4;
      pixel += ld;
    }
    row += rowBytes;
  }
}

function inputPointers(args: usize, n: i32, index: i32, pointers: usize): void {
  const wide = arg(args, Block.tilesWide);
  const perImage = wide * arg(args, Block.tilesHigh);
  const within = index % perImage;
  tilePointers(
    <usize>arg(args, Block.x),
    <usize>arg(args, Block.ldx),
    arg(args, Block.inHeight),
    arg(args, Block.inWidth),
    index / perImage,
    (within / wide) * STEP - arg(args, Block.padTop),
    (within % wide) * STEP - arg(args, Block.padLeft),
    n,
    <u32>arg(args, Block.zeros),
    pointers,
  );
}

/** Four neighbouring columns of one filter tap: of the filter itself, or of the rotated, transposed one. */
function filterTap(
  base: usize,
  taps: i32,
  tap: i32,
  rows: i32,
  columns: i32,
  row: i32,
  column: i32,
  transposed: bool,
): v128 {
  if (!transposed) return v128.load(base + ((<usize>((tap * rows + row) * columns + column)) << 2));
  const stride = (<usize>rows) << 2;
  const from = base + ((<usize>(((taps - 1 - tap) * columns + column) * rows + row)) << 2);
  let value = v128.load32_zero(from);
  value = v128.load32_lane(from + stride, value, 1);
  value = v128.load32_lane(from + 2 * stride, value, 2);
  return v128.load32_lane(from + 3 * stride, value, 3);
}

/**
 * U = G w G' as n * n packed right matrices [point][panel of 8][row][8].
 * Units: panel x row.
 */
export function winogradFilter(args: usize, start: i32, end: i32, thread: i32): void {
  const base = <usize>arg(args, WinogradFilterBlock.filter);
  const r = arg(args, WinogradFilterBlock.size);
  const n = r + 3;
  const five = r == 5;
  const rows = arg(args, WinogradFilterBlock.rows);
  const columns = arg(args, WinogradFilterBlock.columns);
  const transposed = arg(args, WinogradFilterBlock.transposed) != 0;
  const panels = (columns + 7) >> 3;
  const lines =
    <usize>arg(args, WinogradFilterBlock.scratch) +
    <usize>thread * <usize>arg(args, WinogradFilterBlock.scratchBytes);
  const zero = f32x4.splat(0);
  const pointBytes = (<usize>panels * <usize>rows) << 5;
  for (let unit = start; unit < end; unit++) {
    const panel = unit / rows;
    const row = unit % rows;
    for (let half = 0; half < 2; half++) {
      const column = panel * 8 + half * 4;
      let to = <usize>arg(args, WinogradFilterBlock.u) + ((<usize>unit) << 5) + ((<usize>half) << 4);
      const inside = column < columns;
      for (let j = 0; j < r; j++) {
        const w0 = inside ? filterTap(base, r * r, j, rows, columns, row, column, transposed) : zero;
        const w1 = inside ? filterTap(base, r * r, r + j, rows, columns, row, column, transposed) : zero;
        const w2 = inside ? filterTap(base, r * r, 2 * r + j, rows, columns, row, column, transposed) : zero;
        const w3 =
          inside && five ? filterTap(base, r * r, 3 * r + j, rows, columns, row, column, transposed) : zero;
        const w4 =
          inside && five ? filterTap(base, r * r, 4 * r + j, rows, columns, row, column, transposed) : zero;
        filterLine(n, w0, w1, w2, w3, w4, lines + ((<usize>j) << 4), 80);
      }
      let line = lines;
      for (let i = 0; i < n; i++) {
        const w3 = five ? v128.load(line, 48) : zero;
        const w4 = five ? v128.load(line, 64) : zero;
        filterLine(n, v128.load(line), v128.load(line, 16), v128.load(line, 32), w3, w4, to, pointBytes);
        line += 80;
        to += <usize>n * pointBytes;
      }
    }
  }
}

/** Interleaves four channels of MR tiles: out[channel][tile]. */
function interleaveTiles(from: usize, out: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from, 16);
  const r2 = v128.load(from, 32);
  const r3 = v128.load(from, 48);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(out + MR * 4, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
  v128.store(out + MR * 8, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
  v128.store(out + MR * 12, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
  if (ASC_FEATURE_RELAXED_SIMD) {
    const r4 = v128.load(from, 64);
    const r5 = v128.load(from, 80);
    const u0 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
    const u1 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
    v128.store64_lane(out, u0, 0, 16);
    v128.store64_lane(out + MR * 4, u0, 1, 16);
    v128.store64_lane(out + MR * 8, u1, 0, 16);
    v128.store64_lane(out + MR * 12, u1, 1, 16);
  }
}

/** y = x convolved, then bias and ReLU. Units: blocks of tiles. */
export function winogradConvolve(args: usize, start: i32, end: i32, thread: i32): void {
  const n = arg(args, Block.size) + 3;
  const points = <usize>(n * n);
  const channels = arg(args, Block.inChannels);
  const tiles = arg(args, Block.tiles);
  const block = arg(args, Block.block);
  const panels = (arg(args, Block.outChannels) + 7) >> 3;
  const groups = (block + MR - 1) / MR;
  const edge = <usize>arg(args, Block.scratch) + <usize>thread * <usize>arg(args, Block.scratchBytes);
  const pointers = edge + POINTERS;
  const few = edge + FEW;
  const v = edge + LARGE;
  const groupBytes = <usize>(channels * MR * 4);
  const vPoint = <usize>groups * groupBytes;
  const m = v + points * vPoint;
  const ldm = (<usize>panels) << 5;
  const mPoint = <usize>(groups * MR) * ldm;
  const uPanel = (<usize>channels) << 5;
  for (let unit = start; unit < end; unit++) {
    const first = unit * block;
    const count = min(block, tiles - first);
    const used = (count + MR - 1) / MR;
    for (let g = 0; g < used; g++) {
      for (let t = 0; t < MR; t++)
        inputPointers(args, n, min(first + g * MR + t, tiles - 1), pointers + ((<usize>t) << 8));
      let to = v + <usize>g * groupBytes;
      for (let c = 0; c < channels; c += 4) {
        for (let t = 0; t < MR; t++) {
          inputTile(
            n,
            pointers + ((<usize>t) << 8),
            (<usize>c) << 2,
            edge + LINES,
            few + ((<usize>t) << 4),
            MR * 16,
          );
        }
        for (let p: usize = 0; p < points; p++) interleaveTiles(few + p * (MR * 16), to + p * vPoint);
        to += MR * 16;
      }
    }
    for (let p: usize = 0; p < points; p++) {
      for (let panel = 0; panel < panels; panel++) {
        const right = <usize>arg(args, Block.u) + (p * <usize>panels + <usize>panel) * uPanel;
        let left = v + p * vPoint;
        let out = m + p * mPoint + ((<usize>panel) << 5);
        for (let g = 0; g < used; g++) {
          wholeTile(left, MR * 4, right, 32, channels, out, ldm);
          left += groupBytes;
          out += <usize>MR * ldm;
        }
      }
    }
    for (let t = 0; t < count; t++) outputTile(args, n, first + t, m + <usize>t * ldm, mPoint, edge + LINES);
  }
}

/** A' m of one tile and four channels, the lines of its outputs 128 bytes apart. */
function outputColumns(n: i32, m: usize, mPoint: usize, lines: usize): void {
  const row = <usize>n * mPoint;
  for (let j = 0; j < n; j++) {
    const m0 = v128.load(m);
    const m1 = v128.load(m + row);
    const m2 = v128.load(m + 2 * row);
    const m3 = v128.load(m + 3 * row);
    const m4 = v128.load(m + 4 * row);
    const m5 = v128.load(m + 5 * row);
    if (n == 6) outputLine6(m0, m1, m2, m3, m4, m5, lines, 128);
    else outputLine8(m0, m1, m2, m3, m4, m5, v128.load(m + 6 * row), v128.load(m + 7 * row), lines, 128);
    m += mPoint;
    lines += 16;
  }
}

/** A' of one of those lines: four outputs in its place. */
function outputRow(n: i32, line: usize): void {
  const m0 = v128.load(line);
  const m1 = v128.load(line, 16);
  const m2 = v128.load(line, 32);
  const m3 = v128.load(line, 48);
  const m4 = v128.load(line, 64);
  const m5 = v128.load(line, 80);
  if (n == 6) outputLine6(m0, m1, m2, m3, m4, m5, line, 16);
  else outputLine8(m0, m1, m2, m3, m4, m5, v128.load(line, 96), v128.load(line, 112), line, 16);
}

/** A' m A of one tile, written to the output's pixels that exist. */
function outputTile(args: usize, n: i32, index: i32, m: usize, mPoint: usize, lines: usize): void {
  const wide = arg(args, Block.tilesWide);
  const perImage = wide * arg(args, Block.tilesHigh);
  const within = index % perImage;
  const height = arg(args, Block.outHeight);
  const width = arg(args, Block.outWidth);
  const top = (within / wide) * STEP;
  const left = (within % wide) * STEP;
  const rows = min(STEP, height - top);
  const columns = min(STEP, width - left);
  const ldy = <usize>arg(args, Block.ldy);
  const flags = arg(args, Block.flags);
  const y = <usize>arg(args, Block.y) + <usize>(((index / perImage) * height + top) * width + left) * ldy;
  const rowBytes = <usize>width * ldy;
  const bytes = (<usize>arg(args, Block.outChannels)) << 2;
  const zero = f32x4.splat(0);
  for (let c: usize = 0; c < bytes; c += 16) {
    outputColumns(n, m + c, mPoint, lines);
    const bias = flags & Finish.Bias ? v128.load(<usize>arg(args, Block.bias) + c) : zero;
    let out = y + c;
    for (let i = 0; i < rows; i++) {
      const line = lines + ((<usize>i) << 7);
      outputRow(n, line);
      let pixel = out;
      for (let j = 0; j < columns; j++) {
        let value = f32x4.add(v128.load(line + ((<usize>j) << 4)), bias);
        if (flags & Finish.Accumulate) value = f32x4.add(value, v128.load(pixel));
        if (flags & Finish.Relu) value = atLeast(value, zero);
        if (flags & Finish.Relu6) value = atMost(atLeast(value, zero), f32x4.splat(6));
        v128.store(pixel, value);
        pixel += ldy;
      }
      out += rowBytes;
    }
  }
}

/** A dy A' of one tile and four channels. */
function gradientTile(n: i32, pointers: usize, offset: usize, lines: usize, to: usize, stride: usize): void {
  for (let j = 0; j < STEP; j++) {
    gradientLine(
      n,
      at(pointers, j, offset),
      at(pointers, 4 + j, offset),
      at(pointers, 8 + j, offset),
      at(pointers, 12 + j, offset),
      lines + ((<usize>j) << 4),
      64,
    );
  }
  for (let i = 0; i < n; i++) {
    gradientLine(
      n,
      v128.load(lines),
      v128.load(lines, 16),
      v128.load(lines, 32),
      v128.load(lines, 48),
      to,
      stride,
    );
    lines += 64;
    to += <usize>n * stride;
  }
}

/**
 * Sums of (B' x B) * (A dy A') over a share of the tiles: partial[unit][point][input channel][output channels, padded to 8].
 * Units: shares.
 */
export function winogradFilterSums(args: usize, start: i32, end: i32, thread: i32): void {
  const n = arg(args, Block.size) + 3;
  const points = <usize>(n * n);
  const channels = arg(args, Block.inChannels);
  const filters = arg(args, Block.outChannels);
  const tiles = arg(args, Block.tiles);
  const block = arg(args, Block.block);
  const partials = arg(args, Block.partials);
  const wide = arg(args, Block.tilesWide);
  const perImage = wide * arg(args, Block.tilesHigh);
  const panels = (filters + 7) >> 3;
  const edge = <usize>arg(args, Block.scratch) + <usize>thread * <usize>arg(args, Block.scratchBytes);
  const lines = edge + LINES;
  const pointers = edge + POINTERS;
  // One cache line more than needed, so that neighbouring rows do not fall into the same set.
  const ldv = (<usize>(channels + 16)) << 2;
  const ldd = ((<usize>panels) << 5) + 64;
  const v = edge + LARGE;
  const vPoint = <usize>block * ldv;
  const d = v + points * vPoint;
  const dPoint = <usize>block * ldd;
  const ldp = (<usize>panels) << 5;
  const pointBytes = <usize>channels * ldp;
  for (let unit = start; unit < end; unit++) {
    const first = (tiles * unit) / partials;
    const last = (tiles * (unit + 1)) / partials;
    const sums = <usize>arg(args, Block.u) + <usize>unit * points * pointBytes;
    if (first == last) memory.fill(sums, 0, points * pointBytes);
    for (let t0 = first; t0 < last; t0 += block) {
      const count = min(block, last - t0);
      for (let t = 0; t < count; t++) {
        const index = t0 + t;
        inputPointers(args, n, index, pointers);
        for (let c = 0; c < channels; c += 4) {
          inputTile(n, pointers, (<usize>c) << 2, lines, v + <usize>t * ldv + ((<usize>c) << 2), vPoint);
        }
        const within = index % perImage;
        tilePointers(
          <usize>arg(args, Block.y),
          <usize>arg(args, Block.ldy),
          arg(args, Block.outHeight),
          arg(args, Block.outWidth),
          index / perImage,
          (within / wide) * STEP,
          (within % wide) * STEP,
          STEP,
          <u32>arg(args, Block.zeros),
          pointers,
        );
        for (let c = 0; c < filters; c += 4) {
          gradientTile(n, pointers, (<usize>c) << 2, lines, d + <usize>t * ldd + ((<usize>c) << 2), dPoint);
        }
      }
      const flags = t0 > first ? Finish.Accumulate : 0;
      for (let p: usize = 0; p < points; p++) {
        for (let panel = 0; panel < panels; panel++) {
          const right = d + p * dPoint + ((<usize>panel) << 5);
          const out = sums + p * pointBytes + ((<usize>panel) << 5);
          for (let c = 0; c < channels; c += MR) {
            const left = v + p * vPoint + ((<usize>c) << 2);
            const to = out + <usize>c * ldp;
            tile(left, ldv, right, ldd, count, to, ldp, min(MR, channels - c), 8, flags, 0, edge);
          }
        }
      }
    }
  }
}

/** dW = G' (sum of the partials) G. Units: input channels. */
export function winogradFilterGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const partials = arg(args, WinogradFilterGradientBlock.partials);
  const r = arg(args, WinogradFilterGradientBlock.size);
  const n = r + 3;
  const points = <usize>(n * n);
  const channels = arg(args, WinogradFilterGradientBlock.channels);
  const filters = arg(args, WinogradFilterGradientBlock.filters);
  const ldp = (<usize>((filters + 7) >> 3)) << 5;
  const pointBytes = <usize>channels * ldp;
  const partialBytes = points * pointBytes;
  const sums =
    <usize>arg(args, WinogradFilterGradientBlock.scratch) +
    <usize>thread * <usize>arg(args, WinogradFilterGradientBlock.scratchBytes);
  const lines = sums + 1024;
  const lineBytes = (<usize>n) << 4;
  const tapBytes = (<usize>(channels * filters)) << 2;
  for (let channel = start; channel < end; channel++) {
    for (let c = 0; c < filters; c += 4) {
      const from =
        <usize>arg(args, WinogradFilterGradientBlock.partial) + <usize>channel * ldp + ((<usize>c) << 2);
      for (let p: usize = 0; p < points; p++) {
        let part = from + p * pointBytes;
        let total = v128.load(part);
        for (let i = 1; i < partials; i++) {
          part += partialBytes;
          total = f32x4.add(total, v128.load(part));
        }
        v128.store(sums + (p << 4), total);
      }
      for (let j: usize = 0; j < <usize>n; j++)
        tapsLine(n, sums + (j << 4), lineBytes, lines + (j << 4), lineBytes);
      let to = <usize>arg(args, WinogradFilterGradientBlock.dw) + ((<usize>(channel * filters + c)) << 2);
      for (let i = 0; i < r; i++) {
        tapsLine(n, lines + <usize>i * lineBytes, 16, to, tapBytes);
        to += <usize>r * tapBytes;
      }
    }
  }
}
