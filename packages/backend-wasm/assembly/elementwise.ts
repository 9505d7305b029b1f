import { Binary, BinaryBlock, Comparison, CopyRowsBlock, SelectBlock, Unary, UnaryBlock } from './blocks';
import { elu, exp, log, sigmoid, tanh } from './math';
import { arg, argf, atLeast, atMost } from './simd';

/** What is done to two vectors. A type parameter, so that every operation has a loop of its own. */
abstract class Operation {
  abstract of(a: v128, b: v128): v128;
}

class Add extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class Sub extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

class Multiply extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

class Divide extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

class Maximum extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class Minimum extends Operation {
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

class Prelu extends Operation {
  of(a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)));
  }
}

class SquaredDifference extends Operation {
  of(a: v128, b: v128): v128 {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
}

/** Lines of an operation: steps of 4 bytes, or 0 where an operand is one number. */
function lines<T extends Operation>(
  a: usize,
  aLine: usize,
  aStep: usize,
  b: usize,
  bLine: usize,
  bStep: usize,
  out: usize,
  count: i32,
  size: i32,
): void {
  const operation = changetype<T>(0);
  const bytes = (<usize>size) << 2;
  const wide = bytes & ~15;
  for (let k = 0; k < count; k++) {
    let i: usize = 0;
    if (!bStep) {
      const right = v128.load32_splat(b);
      if (aStep) for (; i < wide; i += 16) v128.store(out + i, operation.of(v128.load(a + i), right));
    } else if (!aStep) {
      const left = v128.load32_splat(a);
      for (; i < wide; i += 16) v128.store(out + i, operation.of(left, v128.load(b + i)));
    } else {
      for (; i < wide; i += 16) v128.store(out + i, operation.of(v128.load(a + i), v128.load(b + i)));
    }
    for (; i < bytes; i += 4) {
      const left = v128.load32_zero(aStep ? a + i : a);
      const right = v128.load32_zero(bStep ? b + i : b);
      v128.store32_lane(out + i, operation.of(left, right), 0);
    }
    a += aLine;
    b += bLine;
    out += bytes;
  }
}

function operate(
  code: i32,
  a: usize,
  aLine: usize,
  aStep: usize,
  b: usize,
  bLine: usize,
  bStep: usize,
  out: usize,
  count: i32,
  size: i32,
): void {
  switch (code) {
    case Binary.Add:
      return lines<Add>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.Sub:
      return lines<Sub>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.Multiply:
      return lines<Multiply>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.RealDiv:
      return lines<Divide>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.Maximum:
      return lines<Maximum>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.Minimum:
      return lines<Minimum>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    case Binary.Prelu:
      return lines<Prelu>(a, aLine, aStep, b, bLine, bStep, out, count, size);
    default:
      return lines<SquaredDifference>(a, aLine, aStep, b, bLine, bStep, out, count, size);
  }
}

/** out = a op b over four collapsed dimensions. Units: pieces of the first dimension x second dimension rows. */
export function binary(args: usize, start: i32, end: i32, thread: i32): void {
  walk(args, start, end, false);
}

/** The same for comparisons: out is bytes. */
export function compare(args: usize, start: i32, end: i32, thread: i32): void {
  walk(args, start, end, true);
}

function walk(args: usize, start: i32, end: i32, comparing: bool): void {
  const code = arg(args, BinaryBlock.code);
  const size1 = arg(args, BinaryBlock.size1);
  const size2 = arg(args, BinaryBlock.size2);
  const size3 = arg(args, BinaryBlock.size3);
  const aStep = <usize>arg(args, BinaryBlock.a3);
  const bStep = <usize>arg(args, BinaryBlock.b3);
  const outLine = comparing ? <usize>size3 : (<usize>size3) << 2;
  for (let unit = start; unit < end; unit++) {
    const i = unit / size1;
    const j = unit % size1;
    let a =
      <usize>arg(args, BinaryBlock.a) +
      <usize>(i * arg(args, BinaryBlock.a0)) +
      <usize>(j * arg(args, BinaryBlock.a1));
    let b =
      <usize>arg(args, BinaryBlock.b) +
      <usize>(i * arg(args, BinaryBlock.b0)) +
      <usize>(j * arg(args, BinaryBlock.b1));
    let out = <usize>arg(args, BinaryBlock.out) + <usize>unit * <usize>size2 * outLine;
    const aLine = <usize>arg(args, BinaryBlock.a2);
    const bLine = <usize>arg(args, BinaryBlock.b2);
    if (!comparing) {
      operate(code, a, aLine, aStep, b, bLine, bStep, out, size2, size3);
      continue;
    }
    for (let k = 0; k < size2; k++) {
      compareRow(code, a, aStep, b, bStep, out, size3);
      a += aLine;
      b += bLine;
      out += outLine;
    }
  }
}

function compareVector(code: i32, a: v128, b: v128): v128 {
  switch (code) {
    case Comparison.Equal:
      return f32x4.eq(a, b);
    case Comparison.NotEqual:
      return f32x4.ne(a, b);
    case Comparison.Greater:
      return f32x4.gt(a, b);
    case Comparison.GreaterEqual:
      return f32x4.ge(a, b);
    case Comparison.Less:
      return f32x4.lt(a, b);
    default:
      return f32x4.le(a, b);
  }
}

function compareRow(code: i32, a: usize, aStep: usize, b: usize, bStep: usize, out: usize, count: i32): void {
  const one = i32x4.splat(1);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const left = aStep ? v128.load(a) : v128.load32_splat(a);
    const right = bStep ? v128.load(b) : v128.load32_splat(b);
    const bits = v128.and(compareVector(code, left, right), one);
    const words = i16x8.narrow_i32x4_s(bits, bits);
    v128.store32_lane(out, i8x16.narrow_i16x8_u(words, words), 0);
    a += aStep << 2;
    b += bStep << 2;
    out += 4;
  }
  for (; i < count; i++) {
    const bits = compareVector(code, v128.load32_splat(a), v128.load32_splat(b));
    store<u8>(out, <u8>(i32x4.extract_lane(bits, 0) & 1));
    a += aStep;
    b += bStep;
    out++;
  }
}

/** out = condition ? t : e for 4-byte elements. Units: blocks of 1024. */
export function select(args: usize, start: i32, end: i32, thread: i32): void {
  const condition = <usize>arg(args, SelectBlock.condition);
  const t = <usize>arg(args, SelectBlock.t);
  const e = <usize>arg(args, SelectBlock.e);
  const out = <usize>arg(args, SelectBlock.out);
  let i = (<usize>start) << 10;
  let last = (<usize>end) << 10;
  if (last > <usize>arg(args, SelectBlock.count)) last = <usize>arg(args, SelectBlock.count);
  for (; i + 4 <= last; i += 4) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(condition + i));
    const mask = i32x4.ne(i32x4.extend_low_i16x8_u(words), i32x4.splat(0));
    v128.store(out + (i << 2), v128.bitselect(v128.load(t + (i << 2)), v128.load(e + (i << 2)), mask));
  }
  for (; i < last; i++) store<u32>(out + (i << 2), load<u32>((load<u8>(condition + i) ? t : e) + (i << 2)));
}

/** ReLU, ReLU6 and clipping: between two bounds. NaN stays NaN. */
function clamp(x: usize, out: usize, count: i32, low: v128, high: v128): void {
  const bytes = (<usize>count) << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(out + i, atMost(atLeast(v128.load(x + i), low), high));
  for (; i < bytes; i += 4) {
    v128.store32_lane(out + i, atMost(atLeast(v128.load32_zero(x + i), low), high), 0);
  }
}

function unaryVector(code: i32, x: v128, low: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (code) {
    case Unary.Step: {
      // NaN stays NaN, positive gives 1, the rest alpha (low).
      const positive = f32x4.gt(x, zero);
      return v128.bitselect(v128.bitselect(one, low, positive), x, f32x4.eq(x, x));
    }
    case Unary.Sqrt:
      return f32x4.sqrt(x);
    case Unary.Rsqrt:
      return f32x4.div(one, f32x4.sqrt(x));
    case Unary.Square:
      return f32x4.mul(x, x);
    case Unary.Neg:
      return f32x4.neg(x);
    case Unary.Abs:
      return f32x4.abs(x);
    case Unary.LeakyRelu:
      return v128.bitselect(f32x4.mul(x, low), x, f32x4.lt(x, zero));
    case Unary.Elu:
      return elu(x);
    case Unary.Exp:
      return exp(x);
    case Unary.Log:
      return log(x);
    case Unary.Sigmoid:
      return sigmoid(x);
    case Unary.Tanh:
      return tanh(x);
    case Unary.Floor:
      return f32x4.floor(x);
    case Unary.Ceil:
      return f32x4.ceil(x);
    case Unary.Round:
      return f32x4.nearest(x);
    default:
      return f32x4.div(one, x);
  }
}

/** out = f(x); out may be x. Units: blocks of 1024 floats. */
export function unary(args: usize, start: i32, end: i32, thread: i32): void {
  const code = arg(args, UnaryBlock.code);
  const low = f32x4.splat(argf(args, UnaryBlock.lowF));
  const first = start << 10;
  let count = (end << 10) - first;
  if (first + count > arg(args, UnaryBlock.count)) count = arg(args, UnaryBlock.count) - first;
  let x = <usize>arg(args, UnaryBlock.x) + ((<usize>first) << 2);
  let out = <usize>arg(args, UnaryBlock.out) + ((<usize>first) << 2);
  if (code == Unary.Clamp) return clamp(x, out, count, low, f32x4.splat(argf(args, UnaryBlock.highF)));
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, unaryVector(code, v128.load(x), low));
    x += 16;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, f32x4.extract_lane(unaryVector(code, v128.load32_zero(x), low), 0));
    x += 4;
    out += 4;
  }
}

/** Copies rows between two matrices. Units: rows. Arguments: 0 from, 1 fromStride, 2 to, 3 toStride, 4 rowBytes. */
export function copyRows(args: usize, start: i32, end: i32, thread: i32): void {
  const fromStride = <usize>arg(args, CopyRowsBlock.fromStride);
  const toStride = <usize>arg(args, CopyRowsBlock.toStride);
  const bytes = <usize>arg(args, CopyRowsBlock.bytes);
  let from = <usize>arg(args, CopyRowsBlock.from) + <usize>start * fromStride;
  let to = <usize>arg(args, CopyRowsBlock.to) + <usize>start * toStride;
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
