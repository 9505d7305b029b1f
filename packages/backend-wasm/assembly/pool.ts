import { PoolBlock as Block, PoolKind } from './blocks';
import { neighboursGradient } from './pool-neighbours';
import { arg, max, min } from './simd';

/** The first channel of a group: a slice of the channels whose bounds are multiples of 4. Units are images x groups. */
function groupStart(channels: i32, groups: i32, group: i32): i32 {
  return group >= groups ? channels : ((((channels + 3) >> 2) * group) / groups) << 2;
}

/** The maxima of three neighbouring pixels; none is NaN. */
function threeMaxima(best: v128, at: usize, pixelBytes: usize): v128 {
  best = f32x4.pmax(best, v128.load(at));
  best = f32x4.pmax(best, v128.load(at + pixelBytes));
  return f32x4.pmax(best, v128.load(at + 2 * pixelBytes));
}

/** Channels [first, last), a multiple of four, of a whole window of 3x3. */
function maximaOfNine(at: usize, lineBytes: usize, pixelBytes: usize, y: usize, first: i32, last: i32): void {
  for (let offset = (<usize>first) << 2; offset < (<usize>last) << 2; offset += 16) {
    const from = at + offset;
    let best = threeMaxima(f32x4.splat(-Infinity), from, pixelBytes);
    best = threeMaxima(best, from + lineBytes, pixelBytes);
    v128.store(y + offset, threeMaxima(best, from + 2 * lineBytes, pixelBytes));
  }
}

/** Pooling forward. A maximum never is NaN; an average counts the pixels inside only. */
export function pool(args: usize, start: i32, end: i32, thread: i32): void {
  const channels = arg(args, Block.channels);
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const filterHeight = arg(args, Block.filterHeight);
  const filterWidth = arg(args, Block.filterWidth);
  const kind = arg(args, Block.kind);
  const groups = arg(args, Block.groups);
  const pixelBytes = (<usize>channels) << 2;
  const lineBytes = pixelBytes * <usize>inWidth;
  for (let unit = start; unit < end; unit++) {
    const image = unit / groups;
    const first = groupStart(channels, groups, unit % groups);
    const last = groupStart(channels, groups, (unit % groups) + 1);
    const x = <usize>arg(args, Block.x) + <usize>(image * inHeight) * lineBytes;
    let y = <usize>arg(args, Block.y) + <usize>(image * outHeight * outWidth) * pixelBytes;
    for (let row = 0; row < outHeight; row++) {
      const top = row * arg(args, Block.strideHeight) - arg(args, Block.padTop);
      const r0 = max(0, top);
      const r1 = min(inHeight, top + filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = column * arg(args, Block.strideWidth) - arg(args, Block.padLeft);
        const c0 = max(0, left);
        const c1 = min(inWidth, left + filterWidth);
        const count = max(0, r1 - r0) * max(0, c1 - c0);
        const scale: f32 = 1 / <f32>count;
        let c = first;
        if (kind == PoolKind.Max && r1 - r0 == 3 && c1 - c0 == 3) {
          c = first + ((last - first) & ~3);
          maximaOfNine(
            x + <usize>r0 * lineBytes + <usize>c0 * pixelBytes,
            lineBytes,
            pixelBytes,
            y,
            first,
            c,
          );
        }
        for (; c + 4 <= last; c += 4) {
          const offset = (<usize>c) << 2;
          let best = f32x4.splat(-Infinity);
          let total = f32x4.splat(0);
          for (let r = r0; r < r1; r++) {
            let at = x + <usize>r * lineBytes + <usize>c0 * pixelBytes + offset;
            if (kind == PoolKind.Max) {
              for (let i = c0; i < c1; i++) {
                best = f32x4.pmax(best, v128.load(at));
                at += pixelBytes;
              }
            } else {
              for (let i = c0; i < c1; i++) {
                total = f32x4.add(total, v128.load(at));
                at += pixelBytes;
              }
            }
          }
          v128.store(y + offset, kind == PoolKind.Max ? best : f32x4.mul(total, f32x4.splat(scale)));
        }
        for (; c < last; c++) {
          const offset = (<usize>c) << 2;
          let best: f32 = -Infinity;
          let total: f32 = 0;
          for (let r = r0; r < r1; r++) {
            for (let i = c0; i < c1; i++) {
              const value = load<f32>(x + <usize>r * lineBytes + <usize>i * pixelBytes + offset);
              if (value > best) best = value;
              total += value;
            }
          }
          store<f32>(y + offset, kind == PoolKind.Max ? best : total * scale);
        }
        y += pixelBytes;
      }
    }
  }
}

/** Sets one image's slice of dx to zero. */
function clear(dx: usize, pixels: i32, pixelBytes: usize, first: i32, last: i32): void {
  const offset = (<usize>first) << 2;
  const bytes = (<usize>(last - first)) << 2;
  for (let i = 0; i < pixels; i++) {
    memory.fill(dx + offset, 0, bytes);
    dx += pixelBytes;
  }
}

/** Adds to the gradients of four channels at four offsets of their own, -1 for none: the windows may share a pixel, the lanes do not. */
function addAt(dx: usize, where: v128, gradient: v128): void {
  const w0 = i32x4.extract_lane(where, 0);
  const w1 = i32x4.extract_lane(where, 1);
  const w2 = i32x4.extract_lane(where, 2);
  const w3 = i32x4.extract_lane(where, 3);
  if (w0 >= 0) store<f32>(dx + <usize>w0, load<f32>(dx + <usize>w0) + f32x4.extract_lane(gradient, 0));
  if (w1 >= 0) store<f32>(dx + <usize>w1, load<f32>(dx + <usize>w1, 4) + f32x4.extract_lane(gradient, 1), 4);
  if (w2 >= 0) store<f32>(dx + <usize>w2, load<f32>(dx + <usize>w2, 8) + f32x4.extract_lane(gradient, 2), 8);
  if (w3 >= 0)
    store<f32>(dx + <usize>w3, load<f32>(dx + <usize>w3, 12) + f32x4.extract_lane(gradient, 3), 12);
}

/** Max pooling backward: x and dy to dx. The first of equal maxima gets the gradient. */
export function maxPoolGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const channels = arg(args, Block.channels);
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const groups = arg(args, Block.groups);
  const pixelBytes = (<usize>channels) << 2;
  const lineBytes = pixelBytes * <usize>inWidth;
  const scratchBytes = <usize>arg(args, Block.scratchBytes);
  const scratch = <usize>arg(args, Block.scratch) + <usize>thread * scratchBytes;
  const neighbours = scratchBytes > 0;
  for (let unit = start; unit < end; unit++) {
    const image = unit / groups;
    const first = groupStart(channels, groups, unit % groups);
    const last = groupStart(channels, groups, (unit % groups) + 1);
    const x = <usize>arg(args, Block.x) + <usize>(image * inHeight) * lineBytes;
    const dx = <usize>arg(args, Block.dx) + <usize>(image * inHeight) * lineBytes;
    let dy = <usize>arg(args, Block.y) + <usize>(image * outHeight * outWidth) * pixelBytes;
    let begin = first;
    if (neighbours) {
      begin += (last - first) & ~3;
      neighboursGradient(args, x, dy, dx, first, begin, scratch);
      if (begin == last) continue;
    }
    clear(dx, inHeight * inWidth, pixelBytes, begin, last);
    for (let row = 0; row < outHeight; row++) {
      const top = row * arg(args, Block.strideHeight) - arg(args, Block.padTop);
      const r0 = max(0, top);
      const r1 = min(inHeight, top + arg(args, Block.filterHeight));
      for (let column = 0; column < outWidth; column++) {
        const left = column * arg(args, Block.strideWidth) - arg(args, Block.padLeft);
        const c0 = max(0, left);
        const c1 = min(inWidth, left + arg(args, Block.filterWidth));
        let c = begin;
        for (; c + 4 <= last; c += 4) {
          const offset = (<usize>c) << 2;
          const gradient = v128.load(dy + offset);
          let best = f32x4.splat(-Infinity);
          let where = i32x4.splat(-1);
          for (let r = r0; r < r1; r++) {
            let at = <usize>r * lineBytes + <usize>c0 * pixelBytes + offset;
            for (let i = c0; i < c1; i++) {
              const value = v128.load(x + at);
              const larger = f32x4.gt(value, best);
              best = f32x4.pmax(best, value);
              where = v128.bitselect(i32x4.splat(<i32>at), where, larger);
              at += pixelBytes;
            }
          }
          addAt(dx, where, gradient);
        }
        for (; c < last; c++) {
          const offset = (<usize>c) << 2;
          let best: f32 = -Infinity;
          let where: usize = 0;
          for (let r = r0; r < r1; r++) {
            for (let i = c0; i < c1; i++) {
              const at = <usize>r * lineBytes + <usize>i * pixelBytes + offset;
              const value = load<f32>(x + at);
              if (value > best) {
                best = value;
                where = dx + at;
              }
            }
          }
          if (where) store<f32>(where, load<f32>(where) + load<f32>(dy + offset));
        }
        dy += pixelBytes;
      }
    }
  }
}

/** Average pooling backward: dy to dx. Every window's gradient is divided by its positions inside, as the average is. */
export function averagePoolGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const channels = arg(args, Block.channels);
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const groups = arg(args, Block.groups);
  const pixelBytes = (<usize>channels) << 2;
  const lineBytes = pixelBytes * <usize>inWidth;
  for (let unit = start; unit < end; unit++) {
    const image = unit / groups;
    const first = groupStart(channels, groups, unit % groups);
    const last = groupStart(channels, groups, (unit % groups) + 1);
    const dx = <usize>arg(args, Block.dx) + <usize>(image * inHeight) * lineBytes;
    let dy = <usize>arg(args, Block.y) + <usize>(image * outHeight * outWidth) * pixelBytes;
    clear(dx, inHeight * inWidth, pixelBytes, first, last);
    for (let row = 0; row < outHeight; row++) {
      const top = row * arg(args, Block.strideHeight) - arg(args, Block.padTop);
      const r0 = max(0, top);
      const r1 = min(inHeight, top + arg(args, Block.filterHeight));
      for (let column = 0; column < outWidth; column++) {
        const left = column * arg(args, Block.strideWidth) - arg(args, Block.padLeft);
        const c0 = max(0, left);
        const c1 = min(inWidth, left + arg(args, Block.filterWidth));
        const scale: f32 = 1 / <f32>((r1 - r0) * (c1 - c0));
        for (let r = r0; r < r1; r++) {
          for (let i = c0; i < c1; i++) {
            const at = dx + <usize>r * lineBytes + <usize>i * pixelBytes;
            for (let c = first; c < last; c++) {
              const offset = (<usize>c) << 2;
              store<f32>(at + offset, load<f32>(at + offset) + load<f32>(dy + offset) * scale);
            }
          }
        }
        dy += pixelBytes;
      }
    }
  }
}
