import { GatherBlock, MoveBlock as Block } from './blocks';
import { arg } from './simd';

/** One line of 4-byte elements. */
function line(from: usize, fromStep: usize, to: usize, toStep: usize, count: i32): void {
  let i = 0;
  if (toStep == 4 && fromStep == 4) {
    for (; i + 4 <= count; i += 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
  } else if (toStep == 4 && fromStep == 0) {
    const value = v128.load32_splat(from);
    for (; i + 4 <= count; i += 4) {
      v128.store(to, value);
      to += 16;
    }
  }
  for (; i < count; i++) {
    store<u32>(to, load<u32>(from));
    from += fromStep;
    to += toStep;
  }
}

/** Two dimensions of which one is dense at the source, the other at the target: blocks of 4 x 4. */
function transposed(from: usize, fromStep: usize, to: usize, toStep: usize, rows: i32, columns: i32): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let source = from;
    let target = to;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const r0 = v128.load(source);
      const r1 = v128.load(source + fromStep);
      const r2 = v128.load(source + 2 * fromStep);
      const r3 = v128.load(source + 3 * fromStep);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(target, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
      v128.store(target + toStep, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
      v128.store(target + 2 * toStep, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
      v128.store(target + 3 * toStep, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
      source += 4 * fromStep;
      target += 16;
    }
    for (; j < columns; j++) {
      for (let k: usize = 0; k < 4; k++) store<u32>(target + k * toStep, load<u32>(source + 4 * k));
      source += fromStep;
      target += 4;
    }
    from += 16;
    to += 4 * toStep;
  }
  for (; i < rows; i++) {
    line(from, fromStep, to, 4, columns);
    from += 4;
    to += toStep;
  }
}

/** Copies 4-byte elements between two strided arrays: transposes, slices, tiles, pads, reversals. */
export function move(args: usize, start: i32, end: i32, thread: i32): void {
  const size1 = arg(args, Block.size1);
  const size2 = arg(args, Block.size2);
  const size3 = arg(args, Block.size3);
  const size4 = arg(args, Block.size4);
  const size5 = arg(args, Block.size5);
  const from4 = <usize>arg(args, Block.from4);
  const from5 = <usize>arg(args, Block.from5);
  const to4 = <usize>arg(args, Block.to4);
  const to5 = <usize>arg(args, Block.to5);
  const crossed = from4 == 4 && to5 == 4 && from5 != 4;
  for (let unit = start; unit < end; unit++) {
    const k = unit % size2;
    const j = (unit / size2) % size1;
    const i = unit / size2 / size1;
    let from =
      <usize>arg(args, Block.from) +
      <usize>(i * arg(args, Block.from0)) +
      <usize>(j * arg(args, Block.from1)) +
      <usize>(k * arg(args, Block.from2));
    let to =
      <usize>arg(args, Block.to) +
      <usize>(i * arg(args, Block.to0)) +
      <usize>(j * arg(args, Block.to1)) +
      <usize>(k * arg(args, Block.to2));
    for (let l = 0; l < size3; l++) {
      if (crossed) {
        transposed(from, from5, to, to4, size4, size5);
      } else {
        let source = from;
        let target = to;
        for (let m = 0; m < size4; m++) {
          line(source, from5, target, to5, size5);
          source += from4;
          target += to4;
        }
      }
      from += <usize>arg(args, Block.from3);
      to += <usize>arg(args, Block.to3);
    }
  }
}

/** out[o, i] = x[o, indices[i]] for rows of `bytes`. Units: outer x count. */
export function gather(args: usize, start: i32, end: i32, thread: i32): void {
  const count = arg(args, GatherBlock.count);
  const bytes = <usize>arg(args, GatherBlock.bytes);
  let out = <usize>arg(args, GatherBlock.out) + <usize>start * bytes;
  for (let unit = start; unit < end; unit++) {
    const index = load<i32>(<usize>arg(args, GatherBlock.indices) + ((<usize>(unit % count)) << 2));
    const row = (unit / count) * arg(args, GatherBlock.rows) + index;
    line(<usize>arg(args, GatherBlock.x) + <usize>row * bytes, 4, out, 4, <i32>(bytes >> 2));
    out += bytes;
  }
}
