import { DepthwiseBlock as Block } from './blocks';
import { arg, argf, atLeast, atMost, madd, max, min } from './simd';

/** First position whose window begins inside, and the end of those whose window ends inside. */
function firstInside(pad: i32, stride: i32): i32 {
  return pad <= 0 ? 0 : (pad + stride - 1) / stride;
}

function endInside(size: i32, reach: i32, pad: i32, stride: i32, most: i32): i32 {
  const last = size - 1 - reach + pad;
  return last < 0 ? 0 : min(most, last / stride + 1);
}

/**
 * Depthwise convolution, one filter a channel: y = clamp(bias + sum over taps of x * filter).
 * Units: lines of the output. Four neighbouring pixels share every filter value that is read.
 */
export function depthwise(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const channels = arg(args, Block.channels);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const filterHeight = arg(args, Block.filterHeight);
  const filterWidth = arg(args, Block.filterWidth);
  const strideWidth = arg(args, Block.strideWidth);
  const dilationHeight = arg(args, Block.dilationHeight);
  const dilationWidth = arg(args, Block.dilationWidth);
  const padLeft = arg(args, Block.padLeft);
  const bias = <usize>arg(args, Block.bias);
  const low = argf(args, Block.lowF);
  const high = argf(args, Block.highF);
  const rotated = arg(args, Block.rotated);
  const pixel = (<usize>channels) << 2;
  const line = pixel * <usize>inWidth;
  const hop = pixel * <usize>strideWidth;
  const tap = pixel * <usize>dilationWidth;
  // Steps through the filter: forwards, or from its last value backwards.
  const filterLine = pixel * <usize>filterWidth;
  const origin = <usize>arg(args, Block.filter) + (rotated ? <usize>filterHeight * filterLine - pixel : 0);
  const filterTap = rotated ? 0 - pixel : pixel;
  const filterStep = rotated ? 0 - filterLine : filterLine;
  const c0 = firstInside(padLeft, strideWidth);
  const c1 = endInside(inWidth, (filterWidth - 1) * dilationWidth, padLeft, strideWidth, outWidth);
  for (let unit = start; unit < end; unit++) {
    const image = unit / outHeight;
    const top = (unit % outHeight) * arg(args, Block.strideHeight) - arg(args, Block.padTop);
    const r0 = top >= 0 ? 0 : (dilationHeight - 1 - top) / dilationHeight;
    const r1 = top >= inHeight ? 0 : min(filterHeight, (inHeight - 1 - top) / dilationHeight + 1);
    const lines = max(0, r1 - r0);
    const x = <usize>arg(args, Block.x) + <usize>(image * inHeight + top + r0 * dilationHeight) * line;
    const w = origin + <usize>r0 * filterStep;
    let y = <usize>arg(args, Block.y) + <usize>unit * <usize>outWidth * pixel;
    let column = 0;
    while (column < outWidth) {
      const left = column * strideWidth - padLeft;
      if (column >= c0 && column + 4 <= c1 && channels >= 4) {
        quad(
          x + <usize>left * pixel,
          line * <usize>dilationHeight,
          tap,
          hop,
          w,
          filterStep,
          filterTap,
          lines,
          filterWidth,
          channels,
          bias,
          y,
          low,
          high,
        );
        y += pixel << 2;
        column += 4;
        continue;
      }
      const k0 = left >= 0 ? 0 : (dilationWidth - 1 - left) / dilationWidth;
      const k1 = left >= inWidth ? 0 : min(filterWidth, (inWidth - 1 - left) / dilationWidth + 1);
      single(
        x + <usize>(left + k0 * dilationWidth) * pixel,
        line * <usize>dilationHeight,
        tap,
        w + <usize>k0 * filterTap,
        filterStep,
        filterTap,
        lines,
        max(0, k1 - k0),
        0,
        channels,
        bias,
        y,
        low,
        high,
      );
      y += pixel;
      column++;
    }
  }
}

function clamp(x: v128, low: f32, high: f32): v128 {
  return atMost(atLeast(x, f32x4.splat(low)), f32x4.splat(high));
}

/** Four neighbouring pixels of the output, all channels. */
function quad(
  x: usize,
  xLine: usize,
  xTap: usize,
  hop: usize,
  w: usize,
  wLine: usize,
  wTap: usize,
  lines: i32,
  taps: i32,
  channels: i32,
  bias: usize,
  y: usize,
  low: f32,
  high: f32,
): void {
  const pixel = (<usize>channels) << 2;
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16) {
    let y0 = bias ? v128.load(bias + c) : f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    let xr = x + c;
    let wr = w + c;
    if (taps == 3 && hop == xTap) {
      for (let r = 0; r < lines; r++) {
        const w0 = v128.load(wr);
        const w1 = v128.load(wr + wTap);
        const w2 = v128.load(wr + 2 * wTap);
        let v = v128.load(xr);
        y0 = madd(v, w0, y0);
        v = v128.load(xr + hop);
        y0 = madd(v, w1, y0);
        y1 = madd(v, w0, y1);
        v = v128.load(xr + 2 * hop);
        y0 = madd(v, w2, y0);
        y1 = madd(v, w1, y1);
        y2 = madd(v, w0, y2);
        v = v128.load(xr + 3 * hop);
        y1 = madd(v, w2, y1);
        y2 = madd(v, w1, y2);
        y3 = madd(v, w0, y3);
        v = v128.load(xr + 4 * hop);
        y2 = madd(v, w2, y2);
        y3 = madd(v, w1, y3);
        v = v128.load(xr + 5 * hop);
        y3 = madd(v, w2, y3);
        xr += xLine;
        wr += wLine;
      }
    } else {
      for (let r = 0; r < lines; r++) {
        let xk = xr;
        let wk = wr;
        for (let k = 0; k < taps; k++) {
          const f = v128.load(wk);
          y0 = madd(v128.load(xk), f, y0);
          y1 = madd(v128.load(xk + hop), f, y1);
          y2 = madd(v128.load(xk + 2 * hop), f, y2);
          y3 = madd(v128.load(xk + 3 * hop), f, y3);
          xk += xTap;
          wk += wTap;
        }
        xr += xLine;
        wr += wLine;
      }
    }
    const out = y + c;
    v128.store(out, clamp(y0, low, high));
    v128.store(out + pixel, clamp(y1, low, high));
    v128.store(out + 2 * pixel, clamp(y2, low, high));
    v128.store(out + 3 * pixel, clamp(y3, low, high));
  }
  if (c == pixel) return;
  for (let i: usize = 0; i < 4; i++) {
    const first = <i32>(c >> 2);
    single(
      x + i * hop,
      xLine,
      xTap,
      w,
      wLine,
      wTap,
      lines,
      taps,
      first,
      channels,
      bias,
      y + i * pixel,
      low,
      high,
    );
  }
}

/** One pixel of the output, channels from `first` on. */
function single(
  x: usize,
  xLine: usize,
  xTap: usize,
  w: usize,
  wLine: usize,
  wTap: usize,
  lines: i32,
  taps: i32,
  first: i32,
  channels: i32,
  bias: usize,
  y: usize,
  low: f32,
  high: f32,
): void {
  const pixel = (<usize>channels) << 2;
  let c = (<usize>first) << 2;
  for (; c + 16 <= pixel; c += 16) {
    let sum = bias ? v128.load(bias + c) : f32x4.splat(0);
    for (let r: usize = 0; r < <usize>lines; r++) {
      let xk = x + r * xLine + c;
      let wk = w + r * wLine + c;
      for (let k = 0; k < taps; k++) {
        sum = madd(v128.load(xk), v128.load(wk), sum);
        xk += xTap;
        wk += wTap;
      }
    }
    v128.store(y + c, clamp(sum, low, high));
  }
  for (; c < pixel; c += 4) {
    let sum: f32 = bias ? load<f32>(bias + c) : 0;
    for (let r: usize = 0; r < <usize>lines; r++) {
      let xk = x + r * xLine + c;
      let wk = w + r * wLine + c;
      for (let k = 0; k < taps; k++) {
        sum += load<f32>(xk) * load<f32>(wk);
        xk += xTap;
        wk += wTap;
      }
    }
    store<f32>(y + c, f32.min(f32.max(sum, low), high));
  }
}

/** dx of a strided depthwise convolution: x is dx here, y is dy. Units: lines of dx. */
export function depthwiseInputGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const filterHeight = arg(args, Block.filterHeight);
  const filterWidth = arg(args, Block.filterWidth);
  const strideHeight = arg(args, Block.strideHeight);
  const strideWidth = arg(args, Block.strideWidth);
  const pixel = (<usize>arg(args, Block.channels)) << 2;
  for (let unit = start; unit < end; unit++) {
    const image = unit / inHeight;
    const row = (unit % inHeight) + arg(args, Block.padTop);
    let dx = <usize>arg(args, Block.x) + <usize>unit * <usize>inWidth * pixel;
    memory.fill(dx, 0, <usize>inWidth * pixel);
    for (let column = 0; column < inWidth; column++) {
      for (let r = 0; r < filterHeight; r++) {
        const down = row - r * arg(args, Block.dilationHeight);
        if (down < 0 || down % strideHeight != 0 || down / strideHeight >= outHeight) continue;
        for (let k = 0; k < filterWidth; k++) {
          const right = column + arg(args, Block.padLeft) - k * arg(args, Block.dilationWidth);
          if (right < 0 || right % strideWidth != 0 || right / strideWidth >= outWidth) continue;
          const at = (image * outHeight + down / strideHeight) * outWidth + right / strideWidth;
          const dy = <usize>arg(args, Block.y) + <usize>at * pixel;
          const w = <usize>arg(args, Block.filter) + <usize>(r * filterWidth + k) * pixel;
          let c: usize = 0;
          for (; c + 16 <= pixel; c += 16)
            v128.store(dx + c, madd(v128.load(dy + c), v128.load(w + c), v128.load(dx + c)));
          for (; c < pixel; c += 4)
            store<f32>(dx + c, load<f32>(dx + c) + load<f32>(dy + c) * load<f32>(w + c));
        }
      }
      dx += pixel;
    }
  }
}

/** Stores the first `count` lanes. */
function storeFirst(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value);
    return;
  }
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}

/** dW of a depthwise convolution: filter is dW here, y is dy. Units: groups of four channels (what is read behind the last is not stored). */
export function depthwiseFilterGradient(args: usize, start: i32, end: i32, thread: i32): void {
  const inHeight = arg(args, Block.inHeight);
  const inWidth = arg(args, Block.inWidth);
  const channels = arg(args, Block.channels);
  const outHeight = arg(args, Block.outHeight);
  const outWidth = arg(args, Block.outWidth);
  const filterHeight = arg(args, Block.filterHeight);
  const filterWidth = arg(args, Block.filterWidth);
  const strideHeight = arg(args, Block.strideHeight);
  const strideWidth = arg(args, Block.strideWidth);
  const batch = arg(args, Block.batch);
  const pixel = (<usize>channels) << 2;
  const hop = pixel * <usize>strideWidth;
  for (let unit = start; unit < end; unit++) {
    const channel = (<usize>unit) << 4;
    for (let r = 0; r < filterHeight; r++) {
      const down = r * arg(args, Block.dilationHeight) - arg(args, Block.padTop);
      const y0 = firstInside(0 - down, strideHeight);
      const y1 = endInside(inHeight, down, 0, strideHeight, outHeight);
      for (let k = 0; k < filterWidth; k++) {
        const right = k * arg(args, Block.dilationWidth) - arg(args, Block.padLeft);
        const c0 = firstInside(0 - right, strideWidth);
        const c1 = endInside(inWidth, right, 0, strideWidth, outWidth);
        const dw = <usize>arg(args, Block.filter) + <usize>(r * filterWidth + k) * pixel + channel;
        let total = f32x4.splat(0);
        for (let image = 0; image < batch; image++) {
          for (let row = y0; row < y1; row++) {
            const at = (image * inHeight + row * strideHeight + down) * inWidth + c0 * strideWidth + right;
            let x = <usize>arg(args, Block.x) + <usize>at * pixel + channel;
            let dy =
              <usize>arg(args, Block.y) +
              <usize>((image * outHeight + row) * outWidth + c0) * pixel +
              channel;
            // Sums of a line each, so that the rounding error stays small.
            let sum = f32x4.splat(0);
            for (let column = c0; column < c1; column++) {
              sum = madd(v128.load(x), v128.load(dy), sum);
              x += hop;
              dy += pixel;
            }
            total = f32x4.add(total, sum);
          }
        }
        storeFirst(dw, total, channels - unit * 4);
      }
    }
  }
}
