import { NormalizationBlock as Block, SoftmaxBlock } from './blocks';
import { exp, log } from './math';
import { arg, argf } from './simd';

/** x^-beta of positive numbers. */
function power(x: v128, beta: f32): v128 {
  return exp(f32x4.mul(log(x), f32x4.splat(-beta)));
}

/**
 * Local response normalisation. Units: pixels. Scratch holds one pixel's squares (of the gradient: two such lines)
 * with `radius` zeros on both sides.
 */
export function localResponse(args: usize, start: i32, end: i32, thread: i32): void {
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  const reach = (<usize>arg(args, Block.radius)) << 2;
  const bias = f32x4.splat(argf(args, Block.biasF));
  const alpha = f32x4.splat(argf(args, Block.alphaF));
  const beta = argf(args, Block.betaF);
  const scratch = <usize>arg(args, Block.scratch) + <usize>thread * <usize>arg(args, Block.scratchBytes);
  const squares = scratch + reach;
  memory.fill(scratch, 0, reach + reach + pixel + 32);
  for (let unit = start; unit < end; unit++) {
    const x = <usize>arg(args, Block.x) + <usize>unit * pixel;
    const out = <usize>arg(args, Block.out) + <usize>unit * pixel;
    squareInto(squares, x, pixel);
    let c: usize = 0;
    for (; c < pixel; c += 16) {
      const norm = f32x4.add(bias, f32x4.mul(alpha, windowSum(scratch + c, reach)));
      storeWithin(out + c, f32x4.mul(v128.load(x + c), power(norm, beta)), pixel - c);
    }
  }
}

/** dx of {@link localResponse}. Units: pixels. */
export function localResponseGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  const reach = (<usize>arg(args, Block.radius)) << 2;
  const bias = f32x4.splat(argf(args, Block.biasF));
  const alpha = argf(args, Block.alphaF);
  const beta = argf(args, Block.betaF);
  const bytes = reach + reach + pixel + 32;
  const scratch = <usize>arg(args, Block.scratch) + <usize>thread * <usize>arg(args, Block.scratchBytes);
  const shares = scratch + bytes;
  memory.fill(scratch, 0, bytes << 1);
  const factor = f32x4.splat(-2 * alpha * beta);
  for (let unit = start; unit < end; unit++) {
    const x = <usize>arg(args, Block.x) + <usize>unit * pixel;
    const y = <usize>arg(args, Block.y) + <usize>unit * pixel;
    const dy = <usize>arg(args, Block.dy) + <usize>unit * pixel;
    const out = <usize>arg(args, Block.out) + <usize>unit * pixel;
    squareInto(scratch + reach, x, pixel);
    for (let c: usize = 0; c < pixel; c += 16) {
      const norm = f32x4.add(bias, f32x4.mul(f32x4.splat(alpha), windowSum(scratch + c, reach)));
      const gradient = v128.load(dy + c);
      const share = f32x4.div(f32x4.mul(gradient, v128.load(y + c)), norm);
      storeWithin(shares + reach + c, share, pixel - c);
      storeWithin(out + c, f32x4.mul(gradient, power(norm, beta)), pixel - c);
    }
    for (let c: usize = 0; c < pixel; c += 16) {
      const rest = f32x4.mul(f32x4.mul(factor, v128.load(x + c)), windowSum(shares + c, reach));
      storeWithin(out + c, f32x4.add(v128.load(out + c), rest), pixel - c);
    }
  }
}

function squareInto(to: usize, x: usize, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    const value = v128.load(x + c);
    storeWithin(to + c, f32x4.mul(value, value), bytes - c);
  }
}

/** Sums of four windows that begin at `from` and its three neighbours, `2 reach` bytes and one number long. */
function windowSum(from: usize, reach: usize): v128 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i <= reach << 1; i += 4) sum = f32x4.add(sum, v128.load(from + i));
  return sum;
}

/** Stores as many lanes as there are bytes left. */
function storeWithin(to: usize, value: v128, bytes: usize): void {
  if (bytes >= 16) {
    v128.store(to, value);
    return;
  }
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (bytes > 4) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (bytes > 8) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}

/** Lanes of a row's last vector that lie in it; the others are `fill`. */
function within(value: v128, fill: f32, left: i32): v128 {
  if (left >= 4) return value;
  let result = value;
  if (left < 2) result = f32x4.replace_lane(result, 1, fill);
  if (left < 3) result = f32x4.replace_lane(result, 2, fill);
  return f32x4.replace_lane(result, 3, fill);
}

function horizontalMax(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32.max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

function horizontalSum(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Softmax of every row. Units: rows. */
export function softmax(args: usize, start: i32, end: i32, thread: i32): void {
  const columns = arg(args, SoftmaxBlock.columns);
  const bytes = (<usize>columns) << 2;
  for (let unit = start; unit < end; unit++) {
    const x = <usize>arg(args, SoftmaxBlock.x) + <usize>unit * bytes;
    const out = <usize>arg(args, SoftmaxBlock.out) + <usize>unit * bytes;
    let most = f32x4.splat(-Infinity);
    for (let i = 0; i < columns; i += 4)
      most = f32x4.max(most, within(v128.load(x + ((<usize>i) << 2)), -Infinity, columns - i));
    const largest = f32x4.splat(horizontalMax(most));
    let total = f32x4.splat(0);
    for (let i = 0; i < columns; i += 4) {
      const at = (<usize>i) << 2;
      const value = exp(f32x4.sub(v128.load(x + at), largest));
      total = f32x4.add(total, within(value, 0, columns - i));
      storeWithin(out + at, value, bytes - at);
    }
    const sum = f32x4.splat(horizontalSum(total));
    for (let i: usize = 0; i < bytes; i += 16) {
      storeWithin(out + i, f32x4.div(v128.load(out + i), sum), bytes - i);
    }
  }
}
