import { atLeast, atMost, madd } from './simd';

/** e^x per lane, about one unit in the last place; NaN stays NaN. Cephes' expf with its coefficients. */
export function exp(x: v128): v128 {
  const bounded = atLeast(atMost(x, f32x4.splat(88.8)), f32x4.splat(-104));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let y = f32x4.splat(1.98756915e-4);
  y = madd(y, r, f32x4.splat(1.3981999507e-3));
  y = madd(y, r, f32x4.splat(8.3334519073e-3));
  y = madd(y, r, f32x4.splat(4.1665795894e-2));
  y = madd(y, r, f32x4.splat(1.6666665459e-1));
  y = madd(y, r, f32x4.splat(5.0000001201e-1));
  y = f32x4.add(madd(y, f32x4.mul(r, r), r), f32x4.splat(1));
  // 2^n in two factors: the exponent of one would not hold 128 or -149.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const one = i32x4.splat(127);
  y = f32x4.mul(y, i32x4.shl(i32x4.add(half, one), 23));
  return f32x4.mul(y, i32x4.shl(i32x4.add(i32x4.sub(whole, half), one), 23));
}

/** The natural logarithm per lane, about one unit in the last place. Cephes' logf with its coefficients. */
export function log(x: v128): v128 {
  const zero = f32x4.splat(0);
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  // Subnormal numbers are scaled by 2^24.
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(16777216)), x, tiny);
  const exponent = i32x4.sub(i32x4.shr_u(scaled, 23), i32x4.splat(126));
  let e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, f32x4.splat(24)));
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const below = f32x4.lt(m, f32x4.splat(0.707106781186547524));
  e = f32x4.sub(e, v128.and(below, f32x4.splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(below, m)), f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = madd(y, m, f32x4.splat(-1.151461031e-1));
  y = madd(y, m, f32x4.splat(1.167699874e-1));
  y = madd(y, m, f32x4.splat(-1.2420140846e-1));
  y = madd(y, m, f32x4.splat(1.4249322787e-1));
  y = madd(y, m, f32x4.splat(-1.6668057665e-1));
  y = madd(y, m, f32x4.splat(2.0000714765e-1));
  y = madd(y, m, f32x4.splat(-2.4999993993e-1));
  y = madd(y, m, f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), z);
  y = madd(e, f32x4.splat(-2.1219444e-4), y);
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  let result = madd(e, f32x4.splat(0.693359375), f32x4.add(m, y));
  result = v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, zero));
  const infinite = f32x4.eq(x, f32x4.splat(Infinity));
  result = v128.bitselect(x, result, infinite);
  // Negative numbers and NaN.
  return v128.bitselect(f32x4.splat(NaN), result, v128.not(f32x4.ge(x, zero)));
}

/** 1 / (1 + e^-x) per lane. */
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** The hyperbolic tangent per lane: Cephes' polynomial below 0.625, else by e^2x. */
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let y = f32x4.splat(-5.70498872745e-3);
  y = madd(y, z, f32x4.splat(2.06390887954e-2));
  y = madd(y, z, f32x4.splat(-5.37397155531e-2));
  y = madd(y, z, f32x4.splat(1.33314422036e-1));
  y = madd(y, z, f32x4.splat(-3.33332819422e-1));
  y = madd(f32x4.mul(y, z), x, x);
  const one = f32x4.splat(1);
  const large = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp(f32x4.add(size, size)), one)));
  const signed = v128.or(large, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(y, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** x, below zero e^x - 1: near zero by its series, where the difference would lose digits. */
export function elu(x: v128): v128 {
  let y = f32x4.splat(1.984127e-4);
  y = madd(y, x, f32x4.splat(1.3888889e-3));
  y = madd(y, x, f32x4.splat(8.3333333e-3));
  y = madd(y, x, f32x4.splat(4.1666667e-2));
  y = madd(y, x, f32x4.splat(1.6666667e-1));
  y = madd(y, x, f32x4.splat(0.5));
  y = madd(f32x4.mul(y, x), x, x);
  const far = f32x4.sub(exp(x), f32x4.splat(1));
  const below = v128.bitselect(far, y, f32x4.lt(x, f32x4.splat(-0.5)));
  return v128.bitselect(below, x, f32x4.lt(x, f32x4.splat(0)));
}
