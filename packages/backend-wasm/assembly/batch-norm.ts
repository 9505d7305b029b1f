import {
  BatchNormFactorsBlock,
  BatchNormGradientMomentsBlock,
  BatchNormGradientRowsBlock,
  BatchNormGradientSumsBlock,
  BatchNormMomentsBlock,
  BatchNormSumsBlock,
  ScaleRowsBlock,
} from './blocks';
import { arg, argf, atLeast, madd, max, min } from './simd';

/**
 * Batch normalisation over rows of channels, with an optional ReLU. Row strides in bytes; the channel arrays are dense.
 * Statistics are summed in fixed chunks of rows, so that they do not depend on the number of threads.
 */
const CHUNK_FIELDS: i32 = 2;

/** Bytes of an operand's rows that are taken at a time, channels after channels: they stay in the nearest cache. */
const BLOCK_BYTES: usize = 8192;

/** How many rows of so many bytes are taken at a time. */
function blockOf(rowBytes: usize): i32 {
  return max(4, <i32>(BLOCK_BYTES / rowBytes));
}

/** Adds x - shift and its square of four channels, row by row. */
function addSquares(x: usize, ldx: usize, rows: i32, shift: usize, sums: usize, squares: usize): void {
  const s = v128.load(shift);
  let sum = v128.load(sums);
  let square = v128.load(squares);
  let other = f32x4.splat(0);
  let row = 0;
  for (; row + 2 <= rows; row += 2) {
    const a = f32x4.sub(v128.load(x), s);
    const b = f32x4.sub(v128.load(x + ldx), s);
    sum = f32x4.add(sum, f32x4.add(a, b));
    square = madd(a, a, square);
    other = madd(b, b, other);
    x += 2 * ldx;
  }
  if (row < rows) {
    const a = f32x4.sub(v128.load(x), s);
    sum = f32x4.add(sum, a);
    square = madd(a, a, square);
  }
  v128.store(sums, sum);
  v128.store(squares, f32x4.add(square, other));
}

/** Sums of x - shift and (x - shift)^2 for chunks of rows. Units: chunks. */
export function batchNormSums(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormSumsBlock.ldx);
  const rows = arg(args, BatchNormSumsBlock.rows);
  const bytes = (<usize>arg(args, BatchNormSumsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const rowsPerChunk = arg(args, BatchNormSumsBlock.rowsPerChunk);
  const shift = <usize>arg(args, BatchNormSumsBlock.shift);
  const block = blockOf(ldx);
  for (let chunk = start; chunk < end; chunk++) {
    const sums = <usize>arg(args, BatchNormSumsBlock.partial) + <usize>(chunk * CHUNK_FIELDS) * bytes;
    const squares = sums + bytes;
    memory.fill(sums, 0, 2 * bytes);
    const last = min(rows, (chunk + 1) * rowsPerChunk);
    let row = chunk * rowsPerChunk;
    let x = <usize>arg(args, BatchNormSumsBlock.x) + <usize>row * ldx;
    for (; row < last; row += block) {
      const count = min(block, last - row);
      for (let c: usize = 0; c < vectorBytes; c += 16)
        addSquares(x + c, ldx, count, shift + c, sums + c, squares + c);
      for (let c = vectorBytes; c < bytes; c += 4) {
        for (let r: usize = 0; r < <usize>count; r++) {
          const value = load<f32>(x + r * ldx + c) - load<f32>(shift + c);
          store<f32>(sums + c, load<f32>(sums + c) + value);
          store<f32>(squares + c, load<f32>(squares + c) + value * value);
        }
      }
      x += <usize>count * ldx;
    }
  }
}

/** Mean and biased variance out of the chunk sums. Units: channels. */
export function batchNormMoments(args: usize, start: i32, end: i32, thread: i32): void {
  const chunks = arg(args, BatchNormMomentsBlock.chunks);
  const bytes = (<usize>arg(args, BatchNormMomentsBlock.channels)) << 2;
  const rows = <f64>arg(args, BatchNormMomentsBlock.rows);
  for (let channel = start; channel < end; channel++) {
    const c = (<usize>channel) << 2;
    let at = <usize>arg(args, BatchNormMomentsBlock.partial) + c;
    let sum: f64 = 0;
    let square: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(at);
      square += <f64>load<f32>(at + bytes);
      at += 2 * bytes;
    }
    const offsetMean = sum / rows;
    const mean = offsetMean + <f64>load<f32>(<usize>arg(args, BatchNormMomentsBlock.shift) + c);
    const variance = Math.max(0, square / rows - offsetMean * offsetMean);
    store<f32>(<usize>arg(args, BatchNormMomentsBlock.mean) + c, <f32>mean);
    store<f32>(<usize>arg(args, BatchNormMomentsBlock.variance) + c, <f32>variance);
  }
}

/** The scale and offset that normalise: what both passes make of the same numbers, so that both see the same ReLU. Units: channels. */
export function batchNormFactors(args: usize, start: i32, end: i32, thread: i32): void {
  const epsilon = <f64>argf(args, BatchNormFactorsBlock.epsilonF);
  for (let channel = start; channel < end; channel++) {
    const c = (<usize>channel) << 2;
    const variance = <f64>load<f32>(<usize>arg(args, BatchNormFactorsBlock.variance) + c);
    const mean = <f64>load<f32>(<usize>arg(args, BatchNormFactorsBlock.mean) + c);
    const gamma = <f64>load<f32>(<usize>arg(args, BatchNormFactorsBlock.gamma) + c);
    const beta = <f64>load<f32>(<usize>arg(args, BatchNormFactorsBlock.beta) + c);
    const scale = gamma / Math.sqrt(variance + epsilon);
    store<f32>(<usize>arg(args, BatchNormFactorsBlock.scale) + c, <f32>scale);
    store<f32>(<usize>arg(args, BatchNormFactorsBlock.offset) + c, <f32>(beta - mean * scale));
  }
}

/** x * scale + offset of four channels, at least `least`, row by row. */
function scaleColumns(
  x: usize,
  ldx: usize,
  y: usize,
  ldy: usize,
  rows: i32,
  scale: usize,
  offset: usize,
  least: f32,
): void {
  const s = v128.load(scale);
  const o = v128.load(offset);
  const low = f32x4.splat(least);
  for (let row = 0; row < rows; row++) {
    v128.store(y, atLeast(madd(v128.load(x), s, o), low));
    x += ldx;
    y += ldy;
  }
}

/** y = x * scale + offset, then the ReLU if asked for. Units: rows. */
export function scaleRows(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, ScaleRowsBlock.ldx);
  const ldy = <usize>arg(args, ScaleRowsBlock.ldy);
  const bytes = (<usize>arg(args, ScaleRowsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const scale = <usize>arg(args, ScaleRowsBlock.scale);
  const offset = <usize>arg(args, ScaleRowsBlock.offset);
  const least: f32 = arg(args, ScaleRowsBlock.relu) ? 0 : -Infinity;
  const block = blockOf(max(ldx, ldy));
  let x = <usize>arg(args, ScaleRowsBlock.x) + <usize>start * ldx;
  let y = <usize>arg(args, ScaleRowsBlock.y) + <usize>start * ldy;
  for (let row = start; row < end; row += block) {
    const count = min(block, end - row);
    for (let c: usize = 0; c < vectorBytes; c += 16)
      scaleColumns(x + c, ldx, y + c, ldy, count, scale + c, offset + c, least);
    for (let c = vectorBytes; c < bytes; c += 4) {
      for (let r: usize = 0; r < <usize>count; r++) {
        const value = load<f32>(x + r * ldx + c) * load<f32>(scale + c) + load<f32>(offset + c);
        store<f32>(y + r * ldy + c, f32.max(least, value));
      }
    }
    x += <usize>count * ldx;
    y += <usize>count * ldy;
  }
}

/** dy where the ReLU of x * scale + offset let the value through; everywhere if `always` is all ones. */
function passed(x: v128, dy: usize, scale: v128, offset: v128, always: v128): v128 {
  const open = v128.or(f32x4.gt(madd(x, scale, offset), f32x4.splat(0)), always);
  return v128.and(v128.load(dy), open);
}

/** Adds g and g * (x - mean) of four channels, row by row; `always` is all ones without a ReLU. */
function addGradients(
  x: usize,
  ldx: usize,
  dy: usize,
  lddy: usize,
  rows: i32,
  at: usize,
  mean: usize,
  scale: usize,
  offset: usize,
  always: v128,
  sums: usize,
  products: usize,
): void {
  const m = v128.load(mean + at);
  const s = v128.load(scale + at);
  const o = v128.load(offset + at);
  let sum = v128.load(sums + at);
  let product = v128.load(products + at);
  let other = f32x4.splat(0);
  x += at;
  dy += at;
  let row = 0;
  for (; row + 2 <= rows; row += 2) {
    const x0 = v128.load(x);
    const x1 = v128.load(x + ldx);
    const g = passed(x0, dy, s, o, always);
    const h = passed(x1, dy + lddy, s, o, always);
    sum = f32x4.add(sum, f32x4.add(g, h));
    product = madd(g, f32x4.sub(x0, m), product);
    other = madd(h, f32x4.sub(x1, m), other);
    x += 2 * ldx;
    dy += 2 * lddy;
  }
  if (row < rows) {
    const x0 = v128.load(x);
    const g = passed(x0, dy, s, o, always);
    sum = f32x4.add(sum, g);
    product = madd(g, f32x4.sub(x0, m), product);
  }
  v128.store(sums + at, sum);
  v128.store(products + at, f32x4.add(product, other));
}

/** Sums of g and g * (x - mean), g being dy where the ReLU let the value through. Units: chunks. */
export function batchNormGradientSums(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormGradientSumsBlock.ldx);
  const lddy = <usize>arg(args, BatchNormGradientSumsBlock.lddy);
  const rows = arg(args, BatchNormGradientSumsBlock.rows);
  const bytes = (<usize>arg(args, BatchNormGradientSumsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const rowsPerChunk = arg(args, BatchNormGradientSumsBlock.rowsPerChunk);
  const mean = <usize>arg(args, BatchNormGradientSumsBlock.mean);
  const scale = <usize>arg(args, BatchNormGradientSumsBlock.scale);
  const offset = <usize>arg(args, BatchNormGradientSumsBlock.offset);
  const relu = arg(args, BatchNormGradientSumsBlock.relu);
  const always = i32x4.splat(relu ? 0 : -1);
  const block = blockOf(max(ldx, lddy));
  for (let chunk = start; chunk < end; chunk++) {
    const sums = <usize>arg(args, BatchNormGradientSumsBlock.partial) + <usize>(chunk * CHUNK_FIELDS) * bytes;
    const products = sums + bytes;
    memory.fill(sums, 0, 2 * bytes);
    const last = min(rows, (chunk + 1) * rowsPerChunk);
    let row = chunk * rowsPerChunk;
    let x = <usize>arg(args, BatchNormGradientSumsBlock.x) + <usize>row * ldx;
    let dy = <usize>arg(args, BatchNormGradientSumsBlock.dy) + <usize>row * lddy;
    for (; row < last; row += block) {
      const count = min(block, last - row);
      for (let c: usize = 0; c < vectorBytes; c += 16)
        addGradients(x, ldx, dy, lddy, count, c, mean, scale, offset, always, sums, products);
      for (let c = vectorBytes; c < bytes; c += 4) {
        for (let r: usize = 0; r < <usize>count; r++) {
          const value = load<f32>(x + r * ldx + c);
          if (relu && !(value * load<f32>(scale + c) + load<f32>(offset + c) > 0)) continue;
          const g = load<f32>(dy + r * lddy + c);
          store<f32>(sums + c, load<f32>(sums + c) + g);
          store<f32>(products + c, load<f32>(products + c) + g * (value - load<f32>(mean + c)));
        }
      }
      x += <usize>count * ldx;
      dy += <usize>count * lddy;
    }
  }
}

/** dgamma, dbeta, and the coefficients of dx = g * a + x * b + c. Units: channels. */
export function batchNormGradientMoments(args: usize, start: i32, end: i32, thread: i32): void {
  const chunks = arg(args, BatchNormGradientMomentsBlock.chunks);
  const bytes = (<usize>arg(args, BatchNormGradientMomentsBlock.channels)) << 2;
  const rows = <f64>arg(args, BatchNormGradientMomentsBlock.rows);
  const epsilon = <f64>argf(args, BatchNormGradientMomentsBlock.epsilonF);
  for (let channel = start; channel < end; channel++) {
    const at4 = (<usize>channel) << 2;
    let at = <usize>arg(args, BatchNormGradientMomentsBlock.partial) + at4;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(at);
      product += <f64>load<f32>(at + bytes);
      at += 2 * bytes;
    }
    const mean = <f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.mean) + at4);
    const inverse =
      1 / Math.sqrt(<f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.variance) + at4) + epsilon);
    const scale = <f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.gamma) + at4) * inverse;
    const b = (-scale * inverse * inverse * product) / rows;
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.dgamma) + at4, <f32>(product * inverse));
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.dbeta) + at4, <f32>sum);
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.a) + at4, <f32>scale);
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.b) + at4, <f32>b);
    store<f32>(
      <usize>arg(args, BatchNormGradientMomentsBlock.c) + at4,
      <f32>((-scale * sum) / rows - b * mean),
    );
  }
}

/** g * a + x * b + c of four channels, row by row. */
function applyGradients(
  args: usize,
  x: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  at: usize,
  always: v128,
): void {
  const ldx = <usize>arg(args, BatchNormGradientRowsBlock.ldx);
  const lddy = <usize>arg(args, BatchNormGradientRowsBlock.lddy);
  const lddx = <usize>arg(args, BatchNormGradientRowsBlock.lddx);
  const s = v128.load(<usize>arg(args, BatchNormGradientRowsBlock.scale) + at);
  const o = v128.load(<usize>arg(args, BatchNormGradientRowsBlock.offset) + at);
  const a = v128.load(<usize>arg(args, BatchNormGradientRowsBlock.a) + at);
  const b = v128.load(<usize>arg(args, BatchNormGradientRowsBlock.b) + at);
  const k = v128.load(<usize>arg(args, BatchNormGradientRowsBlock.c) + at);
  x += at;
  dy += at;
  dx += at;
  for (let row = 0; row < rows; row++) {
    const value = v128.load(x);
    const g = passed(value, dy, s, o, always);
    v128.store(dx, madd(g, a, madd(value, b, k)));
    x += ldx;
    dy += lddy;
    dx += lddx;
  }
}

/** dx = g * a + x * b + c. Units: rows. */
export function batchNormGradientRows(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormGradientRowsBlock.ldx);
  const lddy = <usize>arg(args, BatchNormGradientRowsBlock.lddy);
  const lddx = <usize>arg(args, BatchNormGradientRowsBlock.lddx);
  const bytes = (<usize>arg(args, BatchNormGradientRowsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const scale = <usize>arg(args, BatchNormGradientRowsBlock.scale);
  const offset = <usize>arg(args, BatchNormGradientRowsBlock.offset);
  const relu = arg(args, BatchNormGradientRowsBlock.relu);
  const a = <usize>arg(args, BatchNormGradientRowsBlock.a);
  const b = <usize>arg(args, BatchNormGradientRowsBlock.b);
  const k = <usize>arg(args, BatchNormGradientRowsBlock.c);
  const always = i32x4.splat(relu ? 0 : -1);
  const block = blockOf(max(ldx, lddy));
  let x = <usize>arg(args, BatchNormGradientRowsBlock.x) + <usize>start * ldx;
  let dy = <usize>arg(args, BatchNormGradientRowsBlock.dy) + <usize>start * lddy;
  let dx = <usize>arg(args, BatchNormGradientRowsBlock.dx) + <usize>start * lddx;
  for (let row = start; row < end; row += block) {
    const count = min(block, end - row);
    for (let c: usize = 0; c < vectorBytes; c += 16) applyGradients(args, x, dy, dx, count, c, always);
    for (let c = vectorBytes; c < bytes; c += 4) {
      for (let r: usize = 0; r < <usize>count; r++) {
        const value = load<f32>(x + r * ldx + c);
        const open = !relu || value * load<f32>(scale + c) + load<f32>(offset + c) > 0;
        const g: f32 = open ? load<f32>(dy + r * lddy + c) : 0;
        store<f32>(dx + r * lddx + c, g * load<f32>(a + c) + value * load<f32>(b + c) + load<f32>(k + c));
      }
    }
    x += <usize>count * ldx;
    dy += <usize>count * lddy;
    dx += <usize>count * lddx;
  }
}
