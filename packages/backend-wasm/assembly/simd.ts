/** Small vector helpers. Every function is inlined; v128 values never leave a function. */

/** Rows of a register tile: 6 with fused multiply-add, 4 without (its temporaries would spill). */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
/** Columns of a register tile. */
export const NR: i32 = 8;

/** `a * b + c` per lane; one rounding where the runtime fuses it. */
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** The larger of both per lane; where x is NaN, NaN. A single instruction, unlike `f32x4.max`. */
export function atLeast(x: v128, low: v128): v128 {
  return f32x4.pmax(x, low);
}

/** The smaller of both per lane; where x is NaN, NaN. */
export function atMost(x: v128, high: v128): v128 {
  return f32x4.pmin(x, high);
}

export function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

export function max(a: i32, b: i32): i32 {
  return a > b ? a : b;
}

/** Field `index` of an argument block of 32-bit integers. */
export function arg(args: usize, index: i32): i32 {
  return load<i32>(args + ((<usize>index) << 2));
}

/** Field `index` of an argument block, read as a float. */
export function argf(args: usize, index: i32): f32 {
  return load<f32>(args + ((<usize>index) << 2));
}
