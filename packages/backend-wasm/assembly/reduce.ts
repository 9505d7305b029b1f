import { CumulativeBlock, Extreme, ExtremeBlock, SumBlock } from './blocks';
import { arg, argf, min } from './simd';

const BLOCK: i32 = 64;

/**
 * out[o, i] = scale * sum over r of x[o, r, i], dense. Sums are kept in blocks of 64, so that the rounding error stays small.
 * Units: outer x inner groups of 64 floats.
 */
export function sumMiddle(args: usize, start: i32, end: i32, thread: i32): void {
  const reduce = arg(args, SumBlock.reduce);
  const inner = arg(args, SumBlock.inner);
  const groups = arg(args, SumBlock.groups);
  const scale = argf(args, SumBlock.scaleF);
  const stride = (<usize>inner) << 2;
  for (let unit = start; unit < end; unit++) {
    const outer = unit / groups;
    const first = (unit % groups) * BLOCK;
    const last = min(inner, first + BLOCK);
    const x = <usize>arg(args, SumBlock.x) + <usize>(outer * reduce) * stride;
    const out = <usize>arg(args, SumBlock.out) + <usize>outer * stride;
    let i = first;
    for (; i + 4 <= last; i += 4) {
      let at = x + ((<usize>i) << 2);
      let total = f32x4.splat(0);
      for (let r0 = 0; r0 < reduce; r0 += BLOCK) {
        let part = f32x4.splat(0);
        for (let r = min(BLOCK, reduce - r0); r > 0; r--) {
          part = f32x4.add(part, v128.load(at));
          at += stride;
        }
        total = f32x4.add(total, part);
      }
      v128.store(out + ((<usize>i) << 2), f32x4.mul(total, f32x4.splat(scale)));
    }
    for (; i < last; i++) {
      let at = x + ((<usize>i) << 2);
      let total: f64 = 0;
      for (let r = 0; r < reduce; r++) {
        total += <f64>load<f32>(at);
        at += stride;
      }
      store<f32>(out + ((<usize>i) << 2), <f32>(total * <f64>scale));
    }
  }
}

/** out[o] = scale * sum over r of x[o, r], dense, in double precision. Units: outer. */
export function sumRows(args: usize, start: i32, end: i32, thread: i32): void {
  const reduce = arg(args, SumBlock.reduce);
  const scale = <f64>argf(args, SumBlock.scaleF);
  for (let row = start; row < end; row++) {
    let at = <usize>arg(args, SumBlock.x) + ((<usize>row * <usize>reduce) << 2);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= reduce; i += 4) {
      const v = v128.load(at);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
      at += 16;
    }
    const both = f64x2.add(low, high);
    let total = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    for (; i < reduce; i++) {
      total += <f64>load<f32>(at);
      at += 4;
    }
    store<f32>(<usize>arg(args, SumBlock.out) + ((<usize>row) << 2), <f32>(total * scale));
  }
}

/** out[o, i] = the largest or smallest of x[o, r, i] over r; NaN wins. Units: outer x inner groups of 64. */
export function extreme(args: usize, start: i32, end: i32, thread: i32): void {
  const reduce = arg(args, ExtremeBlock.reduce);
  const inner = arg(args, ExtremeBlock.inner);
  const groups = arg(args, ExtremeBlock.groups);
  const largest = arg(args, ExtremeBlock.code) == Extreme.Max;
  const stride = (<usize>inner) << 2;
  for (let unit = start; unit < end; unit++) {
    const outer = unit / groups;
    const first = (unit % groups) * BLOCK;
    const last = min(inner, first + BLOCK);
    const x = <usize>arg(args, ExtremeBlock.x) + <usize>(outer * reduce) * stride;
    const out = <usize>arg(args, ExtremeBlock.out) + <usize>outer * stride;
    let i = first;
    for (; i + 4 <= last; i += 4) {
      let at = x + ((<usize>i) << 2);
      let best = v128.load(at);
      for (let r = 1; r < reduce; r++) {
        at += stride;
        best = largest ? f32x4.max(best, v128.load(at)) : f32x4.min(best, v128.load(at));
      }
      v128.store(out + ((<usize>i) << 2), best);
    }
    for (; i < last; i++) {
      let at = x + ((<usize>i) << 2);
      let best = load<f32>(at);
      for (let r = 1; r < reduce; r++) {
        at += stride;
        best = largest ? f32.max(best, load<f32>(at)) : f32.min(best, load<f32>(at));
      }
      store<f32>(out + ((<usize>i) << 2), best);
    }
  }
}

/** Running sums of x[o, a, i] along a. Units: outer. */
export function cumulative(args: usize, start: i32, end: i32, thread: i32): void {
  const axis = arg(args, CumulativeBlock.axis);
  const inner = arg(args, CumulativeBlock.inner);
  const exclusive = arg(args, CumulativeBlock.exclusive);
  const reverse = arg(args, CumulativeBlock.reverse);
  const stride = (<usize>inner) << 2;
  const step = reverse ? 0 - stride : stride;
  for (let unit = start; unit < end; unit++) {
    const offset = <usize>(unit * axis) * stride + (reverse ? <usize>(axis - 1) * stride : 0);
    const x = <usize>arg(args, CumulativeBlock.x) + offset;
    const out = <usize>arg(args, CumulativeBlock.out) + offset;
    for (let i: usize = 0; i < stride; i += 4) {
      let from = x + i;
      let to = out + i;
      let sum: f32 = 0;
      for (let j = 0; j < axis; j++) {
        const value = load<f32>(from);
        store<f32>(to, exclusive ? sum : sum + value);
        sum += value;
        from += step;
        to += step;
      }
    }
  }
}
