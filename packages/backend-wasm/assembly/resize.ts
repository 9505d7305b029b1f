import { ResizeBlock as Block } from './blocks';
import { arg } from './simd';

/** Bilinear resizing of NHWC images. Units: lines of the output. */
export function resizeBilinear(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  const line = pixel * <usize>arg(args, Block.inWidth);
  const columns = <usize>arg(args, Block.table) + <usize>(outHeight * 12);
  for (let unit = start; unit < end; unit++) {
    const at = <usize>arg(args, Block.table) + <usize>((unit % outHeight) * 12);
    const image = <usize>arg(args, Block.x) + <usize>((unit / outHeight) * inHeight) * line;
    const top = image + <usize>load<i32>(at) * line;
    const bottom = image + <usize>load<i32>(at, 4) * line;
    const down = load<f32>(at, 8);
    let y = <usize>arg(args, Block.y) + <usize>unit * <usize>outWidth * pixel;
    for (let column = 0; column < outWidth; column++) {
      const where = columns + <usize>(column * 12);
      const left = <usize>load<i32>(where) * pixel;
      const right = <usize>load<i32>(where, 4) * pixel;
      const across = load<f32>(where, 8);
      let c: usize = 0;
      for (; c + 16 <= pixel; c += 16) {
        const topLeft = v128.load(top + left + c);
        const bottomLeft = v128.load(bottom + left + c);
        const weight = f32x4.splat(across);
        const high = f32x4.add(topLeft, f32x4.mul(f32x4.sub(v128.load(top + right + c), topLeft), weight));
        const low = f32x4.add(
          bottomLeft,
          f32x4.mul(f32x4.sub(v128.load(bottom + right + c), bottomLeft), weight),
        );
        v128.store(y + c, f32x4.add(high, f32x4.mul(f32x4.sub(low, high), f32x4.splat(down))));
      }
      for (; c < pixel; c += 4) {
        const topLeft = load<f32>(top + left + c);
        const bottomLeft = load<f32>(bottom + left + c);
        const high = topLeft + (load<f32>(top + right + c) - topLeft) * across;
        const low = bottomLeft + (load<f32>(bottom + right + c) - bottomLeft) * across;
        store<f32>(y + c, high + (low - high) * down);
      }
      y += pixel;
    }
  }
}

/** The gradient of resizing: x is dx here, y is dy; to the nearest is a table of positions with the weight 0. Units: images. */
export function resizeGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  const line = pixel * <usize>arg(args, Block.inWidth);
  const columns = <usize>arg(args, Block.table) + <usize>(outHeight * 12);
  for (let unit = start; unit < end; unit++) {
    const image = <usize>arg(args, Block.x) + <usize>(unit * inHeight) * line;
    memory.fill(image, 0, <usize>inHeight * line);
    let dy = <usize>arg(args, Block.y) + <usize>(unit * outHeight * outWidth) * pixel;
    for (let row = 0; row < outHeight; row++) {
      const at = <usize>arg(args, Block.table) + <usize>(row * 12);
      const top = image + <usize>load<i32>(at) * line;
      const bottom = image + <usize>load<i32>(at, 4) * line;
      const down = load<f32>(at, 8);
      for (let column = 0; column < outWidth; column++) {
        const where = columns + <usize>(column * 12);
        const left = <usize>load<i32>(where) * pixel;
        const right = <usize>load<i32>(where, 4) * pixel;
        const across = load<f32>(where, 8);
        spread(top + left, dy, (1 - down) * (1 - across), pixel);
        spread(top + right, dy, (1 - down) * across, pixel);
        spread(bottom + left, dy, down * (1 - across), pixel);
        spread(bottom + right, dy, down * across, pixel);
        dy += pixel;
      }
    }
  }
}

function spread(to: usize, dy: usize, weight: f32, pixel: usize): void {
  if (weight == 0) return;
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16)
    v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(v128.load(dy + c), f32x4.splat(weight))));
  for (; c < pixel; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(dy + c) * weight);
}
