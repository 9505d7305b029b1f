import { madd } from './simd';

/**
 * The one-dimensional transforms of Winograd's algorithm for four outputs: 3 taps at n = 6 points, or 5 taps at n = 8.
 *
 * Points 0, 1, -1, 2, -2, with n = 8 also 1/2 and -1/2, and infinity. All read vectors and write `stride` bytes apart.
 * With a the points and s their scales: B' of the input, G w = s (w0 + a w1 + a^2 w2 + ...), A' m = (sum m, sum a m, sum a^2 m, sum a^3 m).
 */

function pair(even: v128, odd: v128, to: usize, stride: usize): void {
  v128.store(to, f32x4.add(even, odd));
  v128.store(to + stride, f32x4.sub(even, odd));
}

/** B' of six values. */
export function inputLine6(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  to: usize,
  stride: usize,
): void {
  const minusFour = f32x4.splat(-4);
  const four = f32x4.splat(4);
  const minusFive = f32x4.splat(-5);
  v128.store(to, madd(four, d0, madd(minusFive, d2, d4)));
  pair(madd(minusFour, d2, d4), madd(minusFour, d1, d3), to + stride, stride);
  const difference = f32x4.sub(d3, d1);
  pair(f32x4.sub(d4, d2), f32x4.add(difference, difference), to + 3 * stride, stride);
  v128.store(to + 5 * stride, madd(four, d1, madd(minusFive, d3, d5)));
}

/** B' of eight values. */
export function inputLine8(
  d0: v128,
  d1: v128,
  d2: v128,
  d3: v128,
  d4: v128,
  d5: v128,
  d6: v128,
  d7: v128,
  to: usize,
  stride: usize,
): void {
  const c = f32x4.splat(5.25);
  v128.store(to, madd(c, f32x4.sub(d4, d2), f32x4.sub(d0, d6)));
  v128.store(to + 7 * stride, madd(c, f32x4.sub(d3, d5), f32x4.sub(d7, d1)));
  const e = f32x4.splat(-4.25);
  pair(madd(e, d4, f32x4.add(d2, d6)), madd(e, d3, f32x4.add(d1, d5)), to + stride, stride);
  const half = f32x4.splat(0.5);
  const two = f32x4.splat(2);
  const middle = f32x4.mul(f32x4.splat(-2.5), d3);
  const low = madd(f32x4.splat(0.25), d2, madd(f32x4.splat(-1.25), d4, d6));
  pair(low, madd(half, d1, madd(two, d5, middle)), to + 3 * stride, stride);
  const high = madd(f32x4.splat(4), d2, madd(f32x4.splat(-5), d4, d6));
  pair(high, madd(two, d1, madd(half, d5, middle)), to + 5 * stride, stride);
}

/** G of three or five filter taps; the last two are ignored when n is 6. */
export function filterLine(
  n: i32,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
  w4: v128,
  to: usize,
  stride: usize,
): void {
  const four = f32x4.splat(4);
  if (n == 6) {
    v128.store(to, f32x4.mul(w0, f32x4.splat(0.25)));
    const sixth = f32x4.splat(-1.0 / 6.0);
    pair(f32x4.mul(f32x4.add(w0, w2), sixth), f32x4.mul(w1, sixth), to + stride, stride);
    const small = f32x4.splat(1.0 / 24.0);
    pair(f32x4.mul(madd(four, w2, w0), small), f32x4.mul(f32x4.add(w1, w1), small), to + 3 * stride, stride);
    v128.store(to + 5 * stride, w2);
    return;
  }
  v128.store(to, w0);
  const ninths = f32x4.splat(-2.0 / 9.0);
  pair(
    f32x4.mul(f32x4.add(f32x4.add(w0, w2), w4), ninths),
    f32x4.mul(f32x4.add(w1, w3), ninths),
    to + stride,
    stride,
  );
  const small = f32x4.splat(1.0 / 90.0);
  const odd2 = madd(f32x4.splat(8), w3, f32x4.add(w1, w1));
  pair(
    f32x4.mul(madd(f32x4.splat(16), w4, madd(four, w2, w0)), small),
    f32x4.mul(odd2, small),
    to + 3 * stride,
    stride,
  );
  const large = f32x4.splat(32.0 / 45.0);
  const evenHalf = madd(f32x4.splat(0.0625), w4, madd(f32x4.splat(0.25), w2, w0));
  const oddHalf = madd(f32x4.splat(0.125), w3, f32x4.mul(f32x4.splat(0.5), w1));
  pair(f32x4.mul(evenHalf, large), f32x4.mul(oddHalf, large), to + 5 * stride, stride);
  v128.store(to + 7 * stride, w4);
}

/** A' of six points: four outputs. */
export function outputLine6(
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  to: usize,
  stride: usize,
): void {
  const s1 = f32x4.add(m1, m2);
  const d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4);
  const d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, s1), s2));
  v128.store(to + stride, madd(f32x4.splat(2), d2, d1));
  v128.store(to + 2 * stride, madd(f32x4.splat(4), s2, s1));
  v128.store(to + 3 * stride, f32x4.add(madd(f32x4.splat(8), d2, d1), m5));
}

/** A' of eight points: four outputs. */
export function outputLine8(
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  m6: v128,
  m7: v128,
  to: usize,
  stride: usize,
): void {
  const s1 = f32x4.add(m1, m2);
  const d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4);
  const d2 = f32x4.sub(m3, m4);
  const s3 = f32x4.add(m5, m6);
  const d3 = f32x4.sub(m5, m6);
  v128.store(to, f32x4.add(f32x4.add(m0, s1), f32x4.add(s2, s3)));
  v128.store(to + stride, madd(f32x4.splat(2), d2, madd(f32x4.splat(0.5), d3, d1)));
  v128.store(to + 2 * stride, madd(f32x4.splat(4), s2, madd(f32x4.splat(0.25), s3, s1)));
  v128.store(to + 3 * stride, f32x4.add(madd(f32x4.splat(8), d2, madd(f32x4.splat(0.125), d3, d1)), m7));
}

/** A of four output gradients: n points. */
export function gradientLine(n: i32, y0: v128, y1: v128, y2: v128, y3: v128, to: usize, stride: usize): void {
  v128.store(to, y0);
  pair(f32x4.add(y0, y2), f32x4.add(y1, y3), to + stride, stride);
  pair(madd(f32x4.splat(4), y2, y0), madd(f32x4.splat(8), y3, f32x4.add(y1, y1)), to + 3 * stride, stride);
  if (n == 6) {
    v128.store(to + 5 * stride, y3);
    return;
  }
  const odd = madd(f32x4.splat(0.125), y3, f32x4.mul(f32x4.splat(0.5), y1));
  pair(madd(f32x4.splat(0.25), y2, y0), odd, to + 5 * stride, stride);
  v128.store(to + 7 * stride, y3);
}

/** G' of the points: the gradients of three or five taps. `line`: n vectors, 16 bytes apart. */
export function tapsLine(n: i32, line: usize, step: usize, to: usize, stride: usize): void {
  const p0 = v128.load(line);
  const p1 = v128.load(line + step);
  const p2 = v128.load(line + 2 * step);
  const p3 = v128.load(line + 3 * step);
  const p4 = v128.load(line + 4 * step);
  const p5 = v128.load(line + 5 * step);
  const one = f32x4.splat(n == 6 ? <f32>(-1.0 / 6.0) : <f32>(-2.0 / 9.0));
  const two = f32x4.splat(n == 6 ? <f32>(1.0 / 24.0) : <f32>(1.0 / 90.0));
  const s1 = f32x4.mul(f32x4.add(p1, p2), one);
  const d1 = f32x4.mul(f32x4.sub(p1, p2), one);
  const s2 = f32x4.mul(f32x4.add(p3, p4), two);
  const d2 = f32x4.mul(f32x4.sub(p3, p4), two);
  const first = f32x4.add(s1, s2);
  const second = madd(f32x4.splat(2), d2, d1);
  const third = madd(f32x4.splat(4), s2, s1);
  if (n == 6) {
    v128.store(to, madd(f32x4.splat(0.25), p0, first));
    v128.store(to + stride, second);
    v128.store(to + 2 * stride, f32x4.add(third, p5));
    return;
  }
  const p6 = v128.load(line + 6 * step);
  const p7 = v128.load(line + 7 * step);
  const large = f32x4.splat(32.0 / 45.0);
  const s3 = f32x4.mul(f32x4.add(p5, p6), large);
  const d3 = f32x4.mul(f32x4.sub(p5, p6), large);
  v128.store(to, f32x4.add(p0, f32x4.add(first, s3)));
  v128.store(to + stride, madd(f32x4.splat(0.5), d3, second));
  v128.store(to + 2 * stride, madd(f32x4.splat(0.25), s3, third));
  v128.store(to + 3 * stride, madd(f32x4.splat(0.125), d3, madd(f32x4.splat(8), d2, d1)));
  v128.store(to + 4 * stride, f32x4.add(p7, madd(f32x4.splat(0.0625), s3, madd(f32x4.splat(16), s2, s1))));
}
