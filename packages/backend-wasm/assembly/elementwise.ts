import { arg, argf } from './simd';

/** Codes of the binary operations; the same numbers stand in src/kernels/elementwise.ts. */
const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const MAXIMUM: i32 = 4;
const MINIMUM: i32 = 5;
const SQUARED_DIFFERENCE: i32 = 6;

function binaryVector(code: i32, a: v128, b: v128): v128 {
  switch (code) {
    case ADD:
      return f32x4.add(a, b);
    case SUB:
      return f32x4.sub(a, b);
    case MUL:
      return f32x4.mul(a, b);
    case DIV:
      return f32x4.div(a, b);
    case MAXIMUM:
      return f32x4.max(a, b);
    case MINIMUM:
      return f32x4.min(a, b);
    default: {
      const d = f32x4.sub(a, b);
      return f32x4.mul(d, d);
    }
  }
}

/** One row: steps of 4 bytes, or 0 where an operand is one number. */
function row(code: i32, a: usize, aStep: usize, b: usize, bStep: usize, out: usize, count: i32): void {
  let i = 0;
  if (aStep && bStep) {
    if (code == ADD) {
      for (; i + 4 <= count; i += 4) {
        v128.store(out, f32x4.add(v128.load(a), v128.load(b)));
        a += 16;
        b += 16;
        out += 16;
      }
    } else if (code == MUL) {
      for (; i + 4 <= count; i += 4) {
        v128.store(out, f32x4.mul(v128.load(a), v128.load(b)));
        a += 16;
        b += 16;
        out += 16;
      }
    }
  }
  const aWide = aStep << 2;
  const bWide = bStep << 2;
  for (; i + 4 <= count; i += 4) {
    const left = aStep ? v128.load(a) : v128.load32_splat(a);
    const right = bStep ? v128.load(b) : v128.load32_splat(b);
    v128.store(out, binaryVector(code, left, right));
    a += aWide;
    b += bWide;
    out += 16;
  }
  for (; i < count; i++) {
    const value = binaryVector(code, v128.load32_zero(a), v128.load32_zero(b));
    store<f32>(out, f32x4.extract_lane(value, 0));
    a += aStep;
    b += bStep;
    out += 4;
  }
}

/**
 * out = a op b over four collapsed dimensions with strides (0 where broadcast).
 * Units: pieces of the first dimension x second dimension rows.
 * Arguments: 0 a, 1 b, 2 out, 3 code, 4..7 sizes, 8..11 byte strides of a, 12..15 of b. The innermost stride is 4 or 0.
 */
export function binary(args: usize, start: i32, end: i32, thread: i32): void {
  const code = arg(args, 3);
  const size1 = arg(args, 5);
  const size2 = arg(args, 6);
  const size3 = arg(args, 7);
  for (let unit = start; unit < end; unit++) {
    const i = unit / size1;
    const j = unit % size1;
    let a = <usize>arg(args, 0) + <usize>(i * arg(args, 8)) + <usize>(j * arg(args, 9));
    let b = <usize>arg(args, 1) + <usize>(i * arg(args, 12)) + <usize>(j * arg(args, 13));
    let out = <usize>arg(args, 2) + ((<usize>unit * <usize>(size2 * size3)) << 2);
    for (let k = 0; k < size2; k++) {
      row(code, a, <usize>arg(args, 11), b, <usize>arg(args, 15), out, size3);
      a += <usize>arg(args, 10);
      b += <usize>arg(args, 14);
      out += (<usize>size3) << 2;
    }
  }
}

/** Codes of the unary operations. */
const RELU: i32 = 0;
const RELU6: i32 = 1;
const STEP: i32 = 2;
const SQRT: i32 = 3;
const RSQRT: i32 = 4;
const SQUARE: i32 = 5;
const NEG: i32 = 6;
const ABS: i32 = 7;
const CLIP: i32 = 8;
const RECIPROCAL: i32 = 9;

function unaryVector(code: i32, x: v128, low: v128, high: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (code) {
    case RELU:
      return f32x4.max(x, zero);
    case RELU6:
      return f32x4.min(f32x4.max(x, zero), f32x4.splat(6));
    case STEP: {
      // NaN stays NaN, positive gives 1, the rest alpha (low).
      const positive = f32x4.gt(x, zero);
      return v128.bitselect(v128.bitselect(one, low, positive), x, f32x4.eq(x, x));
    }
    case SQRT:
      return f32x4.sqrt(x);
    case RSQRT:
      return f32x4.div(one, f32x4.sqrt(x));
    case SQUARE:
      return f32x4.mul(x, x);
    case NEG:
      return f32x4.neg(x);
    case ABS:
      return f32x4.abs(x);
    case CLIP: {
      const clipped = v128.bitselect(high, v128.bitselect(low, x, f32x4.lt(x, low)), f32x4.gt(x, high));
      return clipped;
    }
    default:
      return f32x4.div(one, x);
  }
}

/** out = f(x). Units: blocks of 1024 floats. Arguments: 0 x, 1 out, 2 count, 3 code, 4 low, 5 high. */
export function unary(args: usize, start: i32, end: i32, thread: i32): void {
  const code = arg(args, 3);
  const low = f32x4.splat(argf(args, 4));
  const high = f32x4.splat(argf(args, 5));
  const first = start << 10;
  let count = (end << 10) - first;
  if (first + count > arg(args, 2)) count = arg(args, 2) - first;
  let x = <usize>arg(args, 0) + ((<usize>first) << 2);
  let out = <usize>arg(args, 1) + ((<usize>first) << 2);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, unaryVector(code, v128.load(x), low, high));
    x += 16;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, f32x4.extract_lane(unaryVector(code, v128.load32_zero(x), low, high), 0));
    x += 4;
    out += 4;
  }
}

/** Copies rows between two matrices. Units: rows. Arguments: 0 from, 1 fromStride, 2 to, 3 toStride, 4 rowBytes. */
export function copyRows(args: usize, start: i32, end: i32, thread: i32): void {
  const fromStride = <usize>arg(args, 1);
  const toStride = <usize>arg(args, 3);
  const bytes = <usize>arg(args, 4);
  let from = <usize>arg(args, 0) + <usize>start * fromStride;
  let to = <usize>arg(args, 2) + <usize>start * toStride;
  if (fromStride == bytes && toStride == bytes) {
    memory.copy(to, from, bytes * <usize>(end - start));
    return;
  }
  for (let row = start; row < end; row++) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i < bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
    from += fromStride;
    to += toStride;
  }
}
