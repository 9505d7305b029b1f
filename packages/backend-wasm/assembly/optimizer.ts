import { AdamBlock, AverageBlock, DescendBlock } from './blocks';
import { arg, argf, madd, min } from './simd';

const BLOCK: i32 = 1024;

/**
 * Adam as in Keras: m and v are updated, then param = param * keep - rate * m / (sqrt(v) + epsilon); the bias corrections are in `rate`.
 * Units: blocks of 1024 floats.
 */
export function adam(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, AdamBlock.count), end * BLOCK) - first;
  let p = <usize>arg(args, AdamBlock.param) + ((<usize>first) << 2);
  let g = <usize>arg(args, AdamBlock.gradient) + ((<usize>first) << 2);
  let m = <usize>arg(args, AdamBlock.m) + ((<usize>first) << 2);
  let v = <usize>arg(args, AdamBlock.v) + ((<usize>first) << 2);
  const beta1 = f32x4.splat(argf(args, AdamBlock.beta1F));
  const rest1 = f32x4.splat(argf(args, AdamBlock.rest1F));
  const beta2 = f32x4.splat(argf(args, AdamBlock.beta2F));
  const rest2 = f32x4.splat(argf(args, AdamBlock.rest2F));
  const rate = f32x4.splat(argf(args, AdamBlock.rateF));
  const epsilon = f32x4.splat(argf(args, AdamBlock.epsilonF));
  const decay = f32x4.splat(argf(args, AdamBlock.decayF));
  const keep = f32x4.splat(argf(args, AdamBlock.keepF));
  for (let i = 0; i < count; i += 4) {
    const whole = i + 4 <= count;
    // The last few floats go through a vector of their own, so that every parameter sees the same arithmetic.
    const rest = count - i;
    const param = whole ? v128.load(p) : loadPart(p, rest);
    const gradient = madd(decay, param, whole ? v128.load(g) : loadPart(g, rest));
    const newM = madd(beta1, whole ? v128.load(m) : loadPart(m, rest), f32x4.mul(rest1, gradient));
    const newV = madd(
      beta2,
      whole ? v128.load(v) : loadPart(v, rest),
      f32x4.mul(rest2, f32x4.mul(gradient, gradient)),
    );
    const divisor = f32x4.add(f32x4.sqrt(newV), epsilon);
    const changed = f32x4.sub(f32x4.mul(param, keep), f32x4.div(f32x4.mul(rate, newM), divisor));
    if (whole) {
      v128.store(m, newM);
      v128.store(v, newV);
      v128.store(p, changed);
    } else {
      storePart(m, newM, rest);
      storePart(v, newV, rest);
      storePart(p, changed, rest);
    }
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}

function loadPart(from: usize, count: i32): v128 {
  let value = v128.load32_zero(from);
  if (count > 1) value = v128.load32_lane(from, value, 1, 4);
  if (count > 2) value = v128.load32_lane(from, value, 2, 8);
  return value;
}

function storePart(to: usize, value: v128, count: i32): void {
  v128.store32_lane(to, value, 0);
  if (count > 1) v128.store32_lane(to, value, 1, 4);
  if (count > 2) v128.store32_lane(to, value, 2, 8);
}

/** Gradient descent as in Keras: velocity = momentum * velocity - rate * g; param += velocity, or with Nesterov momentum * velocity - rate * g. */
export function descend(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, DescendBlock.count), end * BLOCK) - first;
  let p = <usize>arg(args, DescendBlock.param) + ((<usize>first) << 2);
  let g = <usize>arg(args, DescendBlock.gradient) + ((<usize>first) << 2);
  let v = arg(args, DescendBlock.velocity)
    ? <usize>arg(args, DescendBlock.velocity) + ((<usize>first) << 2)
    : 0;
  const momentum = argf(args, DescendBlock.momentumF);
  const rate = argf(args, DescendBlock.rateF);
  const decay = argf(args, DescendBlock.decayF);
  const nesterov = arg(args, DescendBlock.nesterov);
  for (let i = 0; i < count; i++) {
    const param = load<f32>(p);
    const change = -rate * (load<f32>(g) + decay * param);
    let step = change;
    if (v) {
      const velocity = momentum * load<f32>(v) + change;
      store<f32>(v, velocity);
      step = nesterov ? momentum * velocity + change : velocity;
      v += 4;
    }
    store<f32>(p, param + step);
    p += 4;
    g += 4;
  }
}

/** average = average * decay + param * (1 - decay). */
export function average(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, AverageBlock.count), end * BLOCK) - first;
  let p = <usize>arg(args, AverageBlock.param) + ((<usize>first) << 2);
  let a = <usize>arg(args, AverageBlock.average) + ((<usize>first) << 2);
  for (let i = 0; i < count; i++) {
    store<f32>(
      a,
      argf(args, AverageBlock.decayF) * load<f32>(a) + argf(args, AverageBlock.restF) * load<f32>(p),
    );
    p += 4;
    a += 4;
  }
}
