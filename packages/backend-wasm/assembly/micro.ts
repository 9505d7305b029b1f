import { Finish } from './blocks';
import { MR, atLeast, atMost, madd } from './simd';

/** Zeros, in the part of the memory that is never given out. */
const ZEROS: usize = 3072;

// The accumulators are stored as they are, with nothing else alive: a branch here would make V8 spill them inside the loop.
function storeRow(c: usize, left: v128, right: v128): void {
  v128.store(c, left);
  v128.store(c, right, 16);
}

/**
 * C[6, 8] = I[6, 8] + A[6, k] B[k, 8], A as k columns of 6 floats, B as k rows of 8, `aStride` and `bStride` bytes apart;
 * I are the rows that the sums start from, `ldi` bytes apart.
 */
function micro6(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  k: i32,
  c: usize,
  ldc: usize,
  init: usize,
  ldi: usize,
): void {
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  let c10 = v128.load(init + ldi);
  let c11 = v128.load(init + ldi, 16);
  let c20 = v128.load(init + 2 * ldi);
  let c21 = v128.load(init + 2 * ldi, 16);
  let c30 = v128.load(init + 3 * ldi);
  let c31 = v128.load(init + 3 * ldi, 16);
  let c40 = v128.load(init + 4 * ldi);
  let c41 = v128.load(init + 4 * ldi, 16);
  let c50 = v128.load(init + 5 * ldi);
  let c51 = v128.load(init + 5 * ldi, 16);
  for (let i = 0; i < k; i++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a += aStride;
    b += bStride;
  }
  storeRow(c, c00, c01);
  storeRow(c + ldc, c10, c11);
  storeRow(c + 2 * ldc, c20, c21);
  storeRow(c + 3 * ldc, c30, c31);
  storeRow(c + 4 * ldc, c40, c41);
  storeRow(c + 5 * ldc, c50, c51);
}

/** The same with four rows. */
function micro4(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  k: i32,
  c: usize,
  ldc: usize,
  init: usize,
  ldi: usize,
): void {
  let c00 = v128.load(init);
  let c01 = v128.load(init, 16);
  let c10 = v128.load(init + ldi);
  let c11 = v128.load(init + ldi, 16);
  let c20 = v128.load(init + 2 * ldi);
  let c21 = v128.load(init + 2 * ldi, 16);
  let c30 = v128.load(init + 3 * ldi);
  let c31 = v128.load(init + 3 * ldi, 16);
  for (let i = 0; i < k; i++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += aStride;
    b += bStride;
  }
  storeRow(c, c00, c01);
  storeRow(c + ldc, c10, c11);
  storeRow(c + 2 * ldc, c20, c21);
  storeRow(c + 3 * ldc, c30, c31);
}

/** C[MR, 8] = A[MR, k] B[k, 8]: a whole register tile, with nothing added. */
export function wholeTile(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  k: i32,
  c: usize,
  ldc: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) micro6(a, aStride, b, bStride, k, c, ldc, ZEROS, 0);
  else micro4(a, aStride, b, bStride, k, c, ldc, ZEROS, 0);
}

/**
 * One register tile of a product, cut to `rows` x `columns` at the edges.
 *
 * @param flags - of `Finish`
 * @param edge - scratch of MR * 32 + 32 bytes, used where the tile is cut
 */
export function tile(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  k: i32,
  c: usize,
  ldc: usize,
  rows: i32,
  columns: i32,
  flags: i32,
  bias: usize,
  edge: usize,
): void {
  const sum = flags & (Finish.Accumulate | Finish.Bias);
  const direct = rows >= MR && columns >= 8 && sum != (Finish.Accumulate | Finish.Bias);
  const to = direct ? c : edge;
  let init = ZEROS;
  let ldi: usize = 0;
  if (direct && sum == Finish.Accumulate) {
    init = c;
    ldi = ldc;
  } else if (direct && sum == Finish.Bias) {
    init = bias;
  }
  if (ASC_FEATURE_RELAXED_SIMD) micro6(a, aStride, b, bStride, k, to, direct ? ldc : 32, init, ldi);
  else micro4(a, aStride, b, bStride, k, to, direct ? ldc : 32, init, ldi);
  if (!direct && columns >= 8) finishWhole(edge, c, ldc, rows, flags, bias);
  else if (!direct) finishCut(edge, c, ldc, rows, columns, flags, bias);
  else if (flags & (Finish.Relu | Finish.Relu6)) clampTile(c, ldc, flags & Finish.Relu6 ? 6 : Infinity);
}

/** The ReLU, or that up to `most`, of a whole tile in its place. */
function clampTile(c: usize, ldc: usize, most: f32): void {
  const low = f32x4.splat(0);
  const high = f32x4.splat(most);
  for (let i = 0; i < MR; i++) {
    v128.store(c, atMost(atLeast(v128.load(c), low), high));
    v128.store(c, atMost(atLeast(v128.load(c, 16), low), high), 16);
    c += ldc;
  }
}

/** Adds a tile of eight columns to the output: what was there, the bias, the ReLU. */
function finishWhole(edge: usize, c: usize, ldc: usize, rows: i32, flags: i32, bias: usize): void {
  let biasLeft = f32x4.splat(0);
  let biasRight = f32x4.splat(0);
  if (flags & Finish.Bias) {
    biasLeft = v128.load(bias);
    biasRight = v128.load(bias, 16);
  }
  for (let i = 0; i < rows; i++) {
    let left = f32x4.add(v128.load(edge), biasLeft);
    let right = f32x4.add(v128.load(edge, 16), biasRight);
    if (flags & Finish.Accumulate) {
      left = f32x4.add(left, v128.load(c));
      right = f32x4.add(right, v128.load(c, 16));
    }
    if (flags & (Finish.Relu | Finish.Relu6)) {
      left = atLeast(left, f32x4.splat(0));
      right = atLeast(right, f32x4.splat(0));
    }
    if (flags & Finish.Relu6) {
      left = atMost(left, f32x4.splat(6));
      right = atMost(right, f32x4.splat(6));
    }
    v128.store(c, left);
    v128.store(c, right, 16);
    edge += 32;
    c += ldc;
  }
}

function finishCut(
  edge: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  columns: i32,
  flags: i32,
  bias: usize,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) {
      let value = load<f32>(edge + j);
      if (flags & Finish.Bias) value += load<f32>(bias + j);
      if (flags & Finish.Accumulate) value += load<f32>(c + j);
      if (flags & Finish.Relu) value = f32.max(value, 0);
      if (flags & Finish.Relu6) value = f32.min(f32.max(value, 0), 6);
      store<f32>(c + j, value);
    }
    edge += 32;
    c += ldc;
  }
}
