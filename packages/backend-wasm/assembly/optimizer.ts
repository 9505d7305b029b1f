import { arg, argf, madd, min } from './simd';

const BLOCK: i32 = 1024;

/**
 * Adam as in Keras: m and v are updated, then param = param * keep - rate * m / (sqrt(v) + epsilon); the bias corrections are in `rate`.
 * Units: blocks of 1024 floats. Arguments: 0 param, 1 gradient, 2 m, 3 v, 4 count, 5 beta1, 6 1 - beta1, 7 beta2, 8 1 - beta2, 9 rate,
 * 10 epsilon, 11 decay added to the gradient, 12 keep.
 */
export function adam(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, 4), end * BLOCK) - first;
  let p = <usize>arg(args, 0) + ((<usize>first) << 2);
  let g = <usize>arg(args, 1) + ((<usize>first) << 2);
  let m = <usize>arg(args, 2) + ((<usize>first) << 2);
  let v = <usize>arg(args, 3) + ((<usize>first) << 2);
  const beta1 = f32x4.splat(argf(args, 5));
  const rest1 = f32x4.splat(argf(args, 6));
  const beta2 = f32x4.splat(argf(args, 7));
  const rest2 = f32x4.splat(argf(args, 8));
  const rate = f32x4.splat(argf(args, 9));
  const epsilon = f32x4.splat(argf(args, 10));
  const decay = f32x4.splat(argf(args, 11));
  const keep = f32x4.splat(argf(args, 12));
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

/**
 * Gradient descent as in Keras: velocity = momentum * velocity - rate * g; param += velocity, or with Nesterov momentum * velocity - rate * g.
 * Arguments: 0 param, 1 gradient, 2 velocity (0: none), 4 count, 5 momentum, 6 rate, 7 decay added to the gradient, 8 nesterov.
 */
export function descend(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, 4), end * BLOCK) - first;
  let p = <usize>arg(args, 0) + ((<usize>first) << 2);
  let g = <usize>arg(args, 1) + ((<usize>first) << 2);
  let v = arg(args, 2) ? <usize>arg(args, 2) + ((<usize>first) << 2) : 0;
  const momentum = argf(args, 5);
  const rate = argf(args, 6);
  const decay = argf(args, 7);
  const nesterov = arg(args, 8);
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

/** average = average * decay + param * (1 - decay). Arguments: 0 param, 1 average, 4 count, 5 decay, 6 the rest. */
export function average(args: usize, start: i32, end: i32, thread: i32): void {
  const first = start * BLOCK;
  const count = min(arg(args, 4), end * BLOCK) - first;
  let p = <usize>arg(args, 0) + ((<usize>first) << 2);
  let a = <usize>arg(args, 1) + ((<usize>first) << 2);
  for (let i = 0; i < count; i++) {
    store<f32>(a, argf(args, 5) * load<f32>(a) + argf(args, 6) * load<f32>(p));
    p += 4;
    a += 4;
  }
}
