import { FoldBlock as Block } from './blocks';
import { arg } from './simd';

/**
 * The second half of a strided convolution's input gradient: `columns` holds, for every pixel of dy, what each tap adds to dx.
 * Units: lines of dx.
 */
export function fold(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const filterHeight = arg(args, Block.filterHeight);
  const filterWidth = arg(args, Block.filterWidth);
  const strideHeight = arg(args, Block.strideHeight);
  const strideWidth = arg(args, Block.strideWidth);
  const dilationHeight = arg(args, Block.dilationHeight);
  const dilationWidth = arg(args, Block.dilationWidth);
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  const stride = <usize>arg(args, Block.dxStride);
  const line = pixel * <usize>(filterHeight * filterWidth);
  for (let unit = start; unit < end; unit++) {
    const image = unit / inHeight;
    const row = (unit % inHeight) + arg(args, Block.padTop);
    let dx = <usize>arg(args, Block.dx) + <usize>unit * <usize>inWidth * stride;
    for (let column = 0; column < inWidth; column++) {
      if (!arg(args, Block.accumulate)) memory.fill(dx, 0, pixel);
      for (let r = 0; r < filterHeight; r++) {
        const down = row - r * dilationHeight;
        if (down < 0 || down % strideHeight != 0 || down / strideHeight >= outHeight) continue;
        for (let k = 0; k < filterWidth; k++) {
          const right = column + arg(args, Block.padLeft) - k * dilationWidth;
          if (right < 0 || right % strideWidth != 0 || right / strideWidth >= outWidth) continue;
          const at = (image * outHeight + down / strideHeight) * outWidth + right / strideWidth;
          const from =
            <usize>arg(args, Block.columns) + <usize>at * line + <usize>(r * filterWidth + k) * pixel;
          let c: usize = 0;
          for (; c + 16 <= pixel; c += 16)
            v128.store(dx + c, f32x4.add(v128.load(dx + c), v128.load(from + c)));
          for (; c < pixel; c += 4) store<f32>(dx + c, load<f32>(dx + c) + load<f32>(from + c));
        }
      }
      dx += stride;
    }
  }
}
