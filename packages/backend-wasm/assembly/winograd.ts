import { ACCUMULATE, BIAS, RELU, tile } from './micro';
import { MR, arg, madd, min } from './simd';

/**
 * Convolutions of 3x3 and 5x5 at stride 1 by Winograd's minimal filtering, on 6x6 tiles of the input.
 *
 * With the points 0, 1, -1, 2, -2 and infinity a tile gives 4x4 outputs of a 3x3 filter or 2x2 outputs of a 5x5 filter:
 * y = A' [(G w G') * (B' x B)] A. A product over channels at each of the 36 points replaces 144 (100) multiplications by 36.
 * The filter's gradient is G' [sum over tiles of (B' x B) * (A dy A')] G. Channels are multiples of 4.
 * See Lavin and Gray 2015 (arXiv:1509.09308).
 */
const POINTS: usize = 36;

/** Arguments that all kernels here share. */
const FILTER: i32 = 0;
const X: i32 = 0;
const LDX: i32 = 1;
const IN_HEIGHT: i32 = 2;
const IN_WIDTH: i32 = 3;
const IN_CHANNELS: i32 = 4;
const OUT_HEIGHT: i32 = 5;
const OUT_WIDTH: i32 = 6;
const OUT_CHANNELS: i32 = 7;
const PAD_TOP: i32 = 8;
const PAD_LEFT: i32 = 9;
const STEP: i32 = 10;
const TILES_HIGH: i32 = 11;
const TILES_WIDE: i32 = 12;
const TILES: i32 = 13;
const BLOCK: i32 = 14;
const ZEROS: i32 = 15;
const SCRATCH: i32 = 16;
const SCRATCH_BYTES: i32 = 17;
const U: i32 = 18;
const Y: i32 = 19;
const LDY: i32 = 20;
const BIAS_POINTER: i32 = 21;
const FLAGS: i32 = 22;
const PARTIALS: i32 = 23;

/** Six values at `from`, `stride` bytes apart, through B'. */
function inputLine(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  to: usize,
  stride: usize,
): void {
  const four = f32x4.splat(4);
  const minusFour = f32x4.splat(-4);
  const minusFive = f32x4.splat(-5);
  v128.store(to, madd(four, d0, madd(minusFive, d2, d4)));
  const a = madd(minusFour, d2, d4);
  const b = madd(minusFour, d1, d3);
  v128.store(to + stride, f32x4.add(a, b));
  v128.store(to + 2 * stride, f32x4.sub(a, b));
  const c = f32x4.sub(d4, d2);
  const half = f32x4.sub(d3, d1);
  const e = f32x4.add(half, half);
  v128.store(to + 3 * stride, f32x4.add(c, e));
  v128.store(to + 4 * stride, f32x4.sub(c, e));
  v128.store(to + 5 * stride, madd(four, d1, madd(minusFive, d3, d5)));
}

/** B' x B of one tile and four channels. `pointers`: 36 addresses; `offset`: the channels'; point p goes to `to` + p * stride. */
function inputTile(pointers: usize, offset: usize, lines: usize, to: usize, stride: usize): void {
  for (let j: usize = 0; j < 6; j++) {
    const at = pointers + (j << 2);
    inputLine(
      v128.load(<usize>load<u32>(at) + offset),
      v128.load(<usize>load<u32>(at, 24) + offset),
      v128.load(<usize>load<u32>(at, 48) + offset),
      v128.load(<usize>load<u32>(at, 72) + offset),
      v128.load(<usize>load<u32>(at, 96) + offset),
      v128.load(<usize>load<u32>(at, 120) + offset),
      lines + (j << 4),
      96,
    );
  }
  for (let i = 0; i < 6; i++) {
    inputLine(
      v128.load(lines),
      v128.load(lines, 16),
      v128.load(lines, 32),
      v128.load(lines, 48),
      v128.load(lines, 64),
      v128.load(lines, 80),
      to,
      stride,
    );
    lines += 96;
    to += 6 * stride;
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
  for (let i = 0; i < size; i++) {
    const y = top + i;
    for (let j = 0; j < size; j++) {
      const x = left + j;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      store<u32>(pointers, inside ? <u32>(base + <usize>((image * height + y) * width + x) * ld) : zeros);
      pointers += 4;
    }
  }
}

function inputPointers(args: usize, index: i32, pointers: usize): void {
  const wide = arg(args, TILES_WIDE);
  const perImage = wide * arg(args, TILES_HIGH);
  const within = index % perImage;
  const step = arg(args, STEP);
  tilePointers(
    <usize>arg(args, X),
    <usize>arg(args, LDX),
    arg(args, IN_HEIGHT),
    arg(args, IN_WIDTH),
    index / perImage,
    (within / wide) * step - arg(args, PAD_TOP),
    (within % wide) * step - arg(args, PAD_LEFT),
    6,
    <u32>arg(args, ZEROS),
    pointers,
  );
}

/** Six points of a line of r = 3 or 5 filter taps (G). */
function filterLine(
  r: i32,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
  w4: v128,
  to: usize,
  stride: usize,
): void {
  const sixth = f32x4.splat(-1.0 / 6.0);
  v128.store(to, f32x4.mul(w0, f32x4.splat(0.25)));
  let even = f32x4.add(w0, w2);
  let odd = w1;
  let even2 = madd(f32x4.splat(4), w2, w0);
  let odd2 = f32x4.add(w1, w1);
  if (r == 5) {
    even = f32x4.add(even, w4);
    odd = f32x4.add(odd, w3);
    even2 = madd(f32x4.splat(16), w4, even2);
    odd2 = madd(f32x4.splat(8), w3, odd2);
  }
  v128.store(to + stride, f32x4.mul(f32x4.add(even, odd), sixth));
  v128.store(to + 2 * stride, f32x4.mul(f32x4.sub(even, odd), sixth));
  const small = f32x4.splat(1.0 / 24.0);
  v128.store(to + 3 * stride, f32x4.mul(f32x4.add(even2, odd2), small));
  v128.store(to + 4 * stride, f32x4.mul(f32x4.sub(even2, odd2), small));
  v128.store(to + 5 * stride, r == 5 ? w4 : w2);
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
  const at = base + ((<usize>(((taps - 1 - tap) * columns + column) * rows + row)) << 2);
  let value = v128.load32_zero(at);
  value = v128.load32_lane(at + stride, value, 1);
  value = v128.load32_lane(at + 2 * stride, value, 2);
  return v128.load32_lane(at + 3 * stride, value, 3);
}

/**
 * U = G w G' as 36 packed right matrices [point][panel of 8][row][8].
 * Units: panel x row. Arguments: 0 filter, 1 taps per side, 2 rows (input channels), 3 columns (output channels), 4 transposed, 5 U,
 * 6 scratch, 7 scratchPerThread.
 */
export function winogradFilter(args: usize, start: i32, end: i32, thread: i32): void {
  const base = <usize>arg(args, FILTER);
  const r = arg(args, 1);
  const rows = arg(args, 2);
  const columns = arg(args, 3);
  const transposed = arg(args, 4) != 0;
  const panels = (columns + 7) >> 3;
  const lines = <usize>arg(args, 6) + <usize>thread * <usize>arg(args, 7);
  const zero = f32x4.splat(0);
  const pointBytes = (<usize>panels * <usize>rows) << 5;
  for (let unit = start; unit < end; unit++) {
    const panel = unit / rows;
    const row = unit % rows;
    for (let half = 0; half < 2; half++) {
      const column = panel * 8 + half * 4;
      let to = <usize>arg(args, 5) + ((<usize>unit) << 5) + <usize>(half << 4);
      const inside = column < columns;
      for (let j = 0; j < r; j++) {
        const w0 = inside ? filterTap(base, r * r, j, rows, columns, row, column, transposed) : zero;
        const w1 = inside ? filterTap(base, r * r, r + j, rows, columns, row, column, transposed) : zero;
        const w2 = inside ? filterTap(base, r * r, 2 * r + j, rows, columns, row, column, transposed) : zero;
        const w3 =
          inside && r == 5 ? filterTap(base, r * r, 3 * r + j, rows, columns, row, column, transposed) : zero;
        const w4 =
          inside && r == 5 ? filterTap(base, r * r, 4 * r + j, rows, columns, row, column, transposed) : zero;
        filterLine(r, w0, w1, w2, w3, w4, lines + ((<usize>j) << 4), 80);
      }
      let line = lines;
      for (let i = 0; i < 6; i++) {
        filterLine(
          r,
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          r == 5 ? v128.load(line, 48) : zero,
          r == 5 ? v128.load(line, 64) : zero,
          to,
          pointBytes,
        );
        line += 80;
        to += 6 * pointBytes;
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

/** y = x convolved, then bias and ReLU. Units: blocks of tiles. Scratch: pointers, lines, V, M. */
export function winogradConvolve(args: usize, start: i32, end: i32, thread: i32): void {
  const channels = arg(args, IN_CHANNELS);
  const filters = arg(args, OUT_CHANNELS);
  const tiles = arg(args, TILES);
  const block = arg(args, BLOCK);
  const panels = (filters + 7) >> 3;
  const groups = (block + MR - 1) / MR;
  const edge = <usize>arg(args, SCRATCH) + <usize>thread * <usize>arg(args, SCRATCH_BYTES);
  const lines = edge + 256;
  const pointers = lines + 576;
  const few = pointers + MR * 144;
  const v = few + POINTS * MR * 16;
  const groupBytes = <usize>(channels * MR * 4);
  const vPoint = <usize>groups * groupBytes;
  const m = v + POINTS * vPoint;
  const ldm = (<usize>panels) << 5;
  const mPoint = <usize>(groups * MR) * ldm;
  const uPanel = (<usize>channels) << 5;
  for (let unit = start; unit < end; unit++) {
    const first = unit * block;
    const count = min(block, tiles - first);
    const used = (count + MR - 1) / MR;
    for (let g = 0; g < used; g++) {
      for (let t = 0; t < MR; t++)
        inputPointers(args, min(first + g * MR + t, tiles - 1), pointers + <usize>(t * 144));
      let to = v + <usize>g * groupBytes;
      for (let c = 0; c < channels; c += 4) {
        for (let t = 0; t < MR; t++) {
          inputTile(pointers + <usize>(t * 144), (<usize>c) << 2, lines, few + <usize>(t << 4), MR * 16);
        }
        for (let p: usize = 0; p < POINTS; p++) interleaveTiles(few + p * (MR * 16), to + p * vPoint);
        to += MR * 16;
      }
    }
    for (let p: usize = 0; p < POINTS; p++) {
      for (let panel = 0; panel < panels; panel++) {
        const right = <usize>arg(args, U) + (p * <usize>panels + <usize>panel) * uPanel;
        let left = v + p * vPoint;
        let out = m + p * mPoint + ((<usize>panel) << 5);
        for (let g = 0; g < used; g++) {
          tile(left, MR * 4, right, 32, channels, out, ldm, MR, 8, 0, 0, edge);
          left += groupBytes;
          out += <usize>MR * ldm;
        }
      }
    }
    for (let t = 0; t < count; t++) outputTile(args, first + t, m + <usize>t * ldm, mPoint, lines);
  }
}

/** A' m A of one tile, written to the output's pixels that exist. */
function outputTile(args: usize, index: i32, m: usize, mPoint: usize, lines: usize): void {
  const wide = arg(args, TILES_WIDE);
  const perImage = wide * arg(args, TILES_HIGH);
  const within = index % perImage;
  const step = arg(args, STEP);
  const height = arg(args, OUT_HEIGHT);
  const width = arg(args, OUT_WIDTH);
  const top = (within / wide) * step;
  const left = (within % wide) * step;
  const rows = min(step, height - top);
  const columns = min(step, width - left);
  const ldy = <usize>arg(args, LDY);
  const flags = arg(args, FLAGS);
  const y = <usize>arg(args, Y) + <usize>(((index / perImage) * height + top) * width + left) * ldy;
  const bytes = (<usize>arg(args, OUT_CHANNELS)) << 2;
  for (let c: usize = 0; c < bytes; c += 16) {
    let from = m + c;
    for (let j: usize = 0; j < 6; j++) {
      outputLine(
        step,
        v128.load(from),
        v128.load(from + 6 * mPoint),
        v128.load(from + 12 * mPoint),
        v128.load(from + 18 * mPoint),
        v128.load(from + 24 * mPoint),
        v128.load(from + 30 * mPoint),
        lines + (j << 4),
        96,
      );
      from += mPoint;
    }
    const bias = flags & BIAS ? v128.load(<usize>arg(args, BIAS_POINTER) + c) : f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      const line = lines + <usize>(i * 96);
      outputLine(
        step,
        v128.load(line),
        v128.load(line, 16),
        v128.load(line, 32),
        v128.load(line, 48),
        v128.load(line, 64),
        v128.load(line, 80),
        line,
        16,
      );
      let out = y + <usize>(i * width) * ldy + c;
      for (let j = 0; j < columns; j++) {
        let value = f32x4.add(v128.load(line + <usize>(j << 4)), bias);
        if (flags & ACCUMULATE) value = f32x4.add(value, v128.load(out));
        if (flags & RELU) value = f32x4.max(value, f32x4.splat(0));
        v128.store(out, value);
        out += ldy;
      }
    }
  }
}

/** Six points of a line to its 4 or 2 outputs (A'). */
function outputLine(
  step: i32,
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  to: usize,
  stride: usize,
): void {
  const two = f32x4.splat(2);
  const s1 = f32x4.add(m1, m2);
  const d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4);
  const d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
  if (step == 2) {
    v128.store(to + stride, f32x4.add(madd(two, d2, d1), m5));
  } else {
    v128.store(to + stride, madd(two, d2, d1));
    v128.store(to + 2 * stride, madd(f32x4.splat(4), s2, s1));
    v128.store(to + 3 * stride, f32x4.add(madd(f32x4.splat(8), d2, d1), m5));
  }
}

/** A line of 4 or 2 output gradients to six points (A). */
function gradientLine(step: i32, y0: v128, y1: v128, y2: v128, y3: v128, to: usize, stride: usize): void {
  v128.store(to, y0);
  if (step == 2) {
    const twice = f32x4.add(y1, y1);
    v128.store(to + stride, f32x4.add(y0, y1));
    v128.store(to + 2 * stride, f32x4.sub(y0, y1));
    v128.store(to + 3 * stride, f32x4.add(y0, twice));
    v128.store(to + 4 * stride, f32x4.sub(y0, twice));
    v128.store(to + 5 * stride, y1);
    return;
  }
  const even = f32x4.add(y0, y2);
  const odd = f32x4.add(y1, y3);
  v128.store(to + stride, f32x4.add(even, odd));
  v128.store(to + 2 * stride, f32x4.sub(even, odd));
  const even2 = madd(f32x4.splat(4), y2, y0);
  const odd2 = madd(f32x4.splat(8), y3, f32x4.add(y1, y1));
  v128.store(to + 3 * stride, f32x4.add(even2, odd2));
  v128.store(to + 4 * stride, f32x4.sub(even2, odd2));
  v128.store(to + 5 * stride, y3);
}

/** A dy A' of one tile and four channels. */
function gradientTile(
  step: i32,
  pointers: usize,
  offset: usize,
  lines: usize,
  to: usize,
  stride: usize,
): void {
  const rowBytes = (<usize>step) << 2;
  const zero = f32x4.splat(0);
  const four = step == 4;
  for (let j: usize = 0; j < <usize>step; j++) {
    const at = pointers + (j << 2);
    gradientLine(
      step,
      v128.load(<usize>load<u32>(at) + offset),
      v128.load(<usize>load<u32>(at + rowBytes) + offset),
      four ? v128.load(<usize>load<u32>(at + 2 * rowBytes) + offset) : zero,
      four ? v128.load(<usize>load<u32>(at + 3 * rowBytes) + offset) : zero,
      lines + (j << 4),
      64,
    );
  }
  for (let i = 0; i < 6; i++) {
    gradientLine(
      step,
      v128.load(lines),
      v128.load(lines, 16),
      four ? v128.load(lines, 32) : zero,
      four ? v128.load(lines, 48) : zero,
      to,
      stride,
    );
    lines += 64;
    to += 6 * stride;
  }
}

/**
 * Sums of (B' x B) * (A dy A') over a share of the tiles: partial[unit][point][input channel][output channels, padded to 8].
 * Units: shares. Here Y and LDY are dy's, U is `partial`.
 */
export function winogradFilterSums(args: usize, start: i32, end: i32, thread: i32): void {
  const channels = arg(args, IN_CHANNELS);
  const filters = arg(args, OUT_CHANNELS);
  const tiles = arg(args, TILES);
  const block = arg(args, BLOCK);
  const partials = arg(args, PARTIALS);
  const step = arg(args, STEP);
  const wide = arg(args, TILES_WIDE);
  const perImage = wide * arg(args, TILES_HIGH);
  const panels = (filters + 7) >> 3;
  const edge = <usize>arg(args, SCRATCH) + <usize>thread * <usize>arg(args, SCRATCH_BYTES);
  const lines = edge + 256;
  const pointers = lines + 576;
  // One cache line more than needed, so that neighbouring rows do not fall into the same set.
  const ldv = (<usize>(channels + 16)) << 2;
  const ldd = ((<usize>panels) << 5) + 64;
  const v = pointers + 256;
  const vPoint = <usize>block * ldv;
  const d = v + POINTS * vPoint;
  const dPoint = <usize>block * ldd;
  const ldp = (<usize>panels) << 5;
  const pointBytes = <usize>channels * ldp;
  for (let unit = start; unit < end; unit++) {
    const first = (tiles * unit) / partials;
    const last = (tiles * (unit + 1)) / partials;
    const sums = <usize>arg(args, U) + <usize>unit * POINTS * pointBytes;
    if (first == last) memory.fill(sums, 0, POINTS * pointBytes);
    for (let t0 = first; t0 < last; t0 += block) {
      const count = min(block, last - t0);
      for (let t = 0; t < count; t++) {
        const index = t0 + t;
        inputPointers(args, index, pointers);
        for (let c = 0; c < channels; c += 4) {
          inputTile(pointers, (<usize>c) << 2, lines, v + <usize>t * ldv + ((<usize>c) << 2), vPoint);
        }
        const within = index % perImage;
        tilePointers(
          <usize>arg(args, Y),
          <usize>arg(args, LDY),
          arg(args, OUT_HEIGHT),
          arg(args, OUT_WIDTH),
          index / perImage,
          (within / wide) * step,
          (within % wide) * step,
          step,
          <u32>arg(args, ZEROS),
          pointers,
        );
        for (let c = 0; c < filters; c += 4) {
          gradientTile(
            step,
            pointers,
            (<usize>c) << 2,
            lines,
            d + <usize>t * ldd + ((<usize>c) << 2),
            dPoint,
          );
        }
      }
      const flags = t0 > first ? ACCUMULATE : 0;
      for (let p: usize = 0; p < POINTS; p++) {
        for (let panel = 0; panel < panels; panel++) {
          const right = d + p * dPoint + ((<usize>panel) << 5);
          const out = sums + p * pointBytes + ((<usize>panel) << 5);
          for (let c = 0; c < channels; c += MR) {
            tile(
              v + p * vPoint + ((<usize>c) << 2),
              ldv,
              right,
              ldd,
              count,
              out + <usize>c * ldp,
              ldp,
              min(MR, channels - c),
              8,
              flags,
              0,
              edge,
            );
          }
        }
      }
    }
  }
}

/** r taps of a filter gradient out of six points (G'). */
function tapsLine(
  r: i32,
  p0: v128,
  p1: v128,
  p2: v128,
  p3: v128,
  p4: v128,
  p5: v128,
  to: usize,
  stride: usize,
): void {
  const sixth = f32x4.splat(1.0 / 6.0);
  const s1 = f32x4.mul(f32x4.add(p1, p2), f32x4.splat(-1.0 / 6.0));
  const d1 = f32x4.mul(f32x4.sub(p2, p1), sixth);
  const s2 = f32x4.mul(f32x4.add(p3, p4), sixth);
  const d2 = f32x4.mul(f32x4.sub(p3, p4), sixth);
  v128.store(to, madd(f32x4.splat(0.25), p0, madd(f32x4.splat(0.25), s2, s1)));
  v128.store(to + stride, madd(f32x4.splat(0.5), d2, d1));
  const second = f32x4.add(s1, s2);
  if (r == 3) {
    v128.store(to + 2 * stride, f32x4.add(second, p5));
    return;
  }
  v128.store(to + 2 * stride, second);
  v128.store(to + 3 * stride, madd(f32x4.splat(2), d2, d1));
  v128.store(to + 4 * stride, f32x4.add(madd(f32x4.splat(4), s2, s1), p5));
}

/**
 * dW = G' (sum of the partials) G. Units: input channels.
 * Arguments: 0 partial, 1 partials, 2 taps per side, 3 channels, 4 filters, 5 dW, 6 scratch, 7 scratchPerThread.
 */
export function winogradFilterGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const partials = arg(args, 1);
  const r = arg(args, 2);
  const channels = arg(args, 3);
  const filters = arg(args, 4);
  const ldp = (<usize>((filters + 7) >> 3)) << 5;
  const pointBytes = <usize>channels * ldp;
  const partialBytes = POINTS * pointBytes;
  const sums = <usize>arg(args, 6) + <usize>thread * <usize>arg(args, 7);
  const lines = sums + 576;
  const tapBytes = (<usize>(channels * filters)) << 2;
  for (let channel = start; channel < end; channel++) {
    for (let c = 0; c < filters; c += 4) {
      const from = <usize>arg(args, 0) + <usize>channel * ldp + ((<usize>c) << 2);
      for (let p: usize = 0; p < POINTS; p++) {
        let at = from + p * pointBytes;
        let total = v128.load(at);
        for (let i = 1; i < partials; i++) {
          at += partialBytes;
          total = f32x4.add(total, v128.load(at));
        }
        v128.store(sums + (p << 4), total);
      }
      for (let j: usize = 0; j < 6; j++) {
        const at = sums + (j << 4);
        tapsLine(
          r,
          v128.load(at),
          v128.load(at, 96),
          v128.load(at, 192),
          v128.load(at, 288),
          v128.load(at, 384),
          v128.load(at, 480),
          lines + (j << 4),
          96,
        );
      }
      let to = <usize>arg(args, 5) + ((<usize>(channel * filters + c)) << 2);
      for (let i = 0; i < r; i++) {
        const line = lines + <usize>(i * 96);
        tapsLine(
          r,
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          v128.load(line, 48),
          v128.load(line, 64),
          v128.load(line, 80),
          to,
          tapBytes,
        );
        to += <usize>r * tapBytes;
      }
    }
  }
}
