import { PoolBlock as Block } from './blocks';
import { arg } from './simd';

/**
 * The gradient of a max pool over each pixel's 3x3 neighbours, as an Inception module has it. The first of a window's maxima is the first
 * maximum of the first line with the largest one: lines and columns are taken one after the other, in both directions.
 */

/** Lines that the windows of one line of pixels read. */
const RING: i32 = 3;

/** Place of a line in a ring. */
function ring(line: i32, size: usize): usize {
  return <usize>(line % RING) * size;
}

/** The maxima of three lines, or of three neighbours on one, and which is the first: 1, 2, 3; 0 where none is larger than -Infinity. */
function firstOfThree(a: usize, b: usize, c: usize, bytes: usize, maxima: usize, firsts: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    let value = v128.load(a + i);
    let larger = f32x4.gt(value, f32x4.splat(-Infinity));
    let first = v128.and(larger, i32x4.splat(1));
    let best = f32x4.pmax(f32x4.splat(-Infinity), value);
    value = v128.load(b + i);
    larger = f32x4.gt(value, best);
    first = v128.bitselect(i32x4.splat(2), first, larger);
    best = f32x4.pmax(best, value);
    value = v128.load(c + i);
    larger = f32x4.gt(value, best);
    v128.store(firsts + i, v128.bitselect(i32x4.splat(3), first, larger));
    if (maxima) v128.store(maxima + i, f32x4.pmax(best, value));
  }
}

/** What three windows hand to the one that is the last of the first, the middle of the second and the first of the third. */
function gatherThree(
  a: usize,
  firstsA: usize,
  b: usize,
  firstsB: usize,
  c: usize,
  firstsC: usize,
  bytes: usize,
  to: usize,
): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const sum = f32x4.add(
      v128.and(v128.load(a + i), i32x4.eq(v128.load(firstsA + i), i32x4.splat(3))),
      v128.and(v128.load(b + i), i32x4.eq(v128.load(firstsB + i), i32x4.splat(2))),
    );
    v128.store(
      to + i,
      f32x4.add(sum, v128.and(v128.load(c + i), i32x4.eq(v128.load(firstsC + i), i32x4.splat(1)))),
    );
  }
}

/**
 * The maxima of each pixel and those left and right of it.
 *
 * @param inner - bytes of pixels that are taken together, where all have two neighbours
 * @param low - -Infinity for one pixel
 */
function maximaOfLine(
  x: usize,
  pixelBytes: usize,
  size: usize,
  bytes: usize,
  inner: usize,
  low: usize,
  maxima: usize,
  firsts: usize,
): void {
  let count = bytes;
  for (let i: usize = 0; i < size; i += count) {
    const hasLeft = i > 0;
    const hasRight = i + bytes < size;
    count = hasLeft && hasRight ? inner : bytes;
    const at = x + (i / bytes) * pixelBytes;
    firstOfThree(
      hasLeft ? at - pixelBytes : low,
      at,
      hasRight ? at + pixelBytes : low,
      count,
      maxima + i,
      firsts + i,
    );
  }
}

/**
 * x and dy to dx for channels [first, last), a multiple of four, of one image.
 *
 * @param scratch - `NeighbourScratch.Lines` lines of these channels, with a pixel more at each end
 */
export function neighboursGradient(
  args: usize,
  x: usize,
  dy: usize,
  dx: usize,
  first: i32,
  last: i32,
  scratch: usize,
): void {
  const height = arg(args, Block.inHeight);
  const width = <usize>arg(args, Block.inWidth);
  const pixelBytes = (<usize>arg(args, Block.channels)) << 2;
  const lineBytes = pixelBytes * width;
  const offset = (<usize>first) << 2;
  const bytes = (<usize>(last - first)) << 2;
  const size = bytes * width;
  const dense = bytes == pixelBytes;
  const inner = dense && width > 2 ? size - 2 * bytes : bytes;
  // The pixels beyond both ends of a line choose none of it.
  const bordered = size + 2 * bytes;
  const maxima = scratch;
  const ofLines = maxima + <usize>RING * size;
  const low = ofLines + <usize>RING * size;
  const none = low + size;
  const inLine = none + size + bytes;
  const gradient = inLine + <usize>RING * bordered;
  for (let i: usize = 0; i < size; i += 16) v128.store(low + i, f32x4.splat(-Infinity));
  memory.fill(none, 0, size + <usize>RING * bordered);
  // A line of pixels, then the windows around the line before, then the gradients of the one before that.
  for (let step = 0; step < height + 2; step++) {
    const window = step - 1;
    const row = step - 2;
    if (step < height) {
      const from = x + <usize>step * lineBytes + offset;
      maximaOfLine(
        from,
        pixelBytes,
        size,
        bytes,
        inner,
        low,
        maxima + ring(step, size),
        inLine + ring(step, bordered),
      );
    }
    if (window >= 0 && window < height) {
      const above = window > 0 ? maxima + ring(window - 1, size) : low;
      const below = window + 1 < height ? maxima + ring(window + 1, size) : low;
      firstOfThree(above, maxima + ring(window, size), below, size, 0, ofLines + ring(window, size));
    }
    if (row < 0) continue;
    const above = row > 0 ? ofLines + ring(row - 1, size) : none;
    const here = ofLines + ring(row, size);
    const below = row + 1 < height ? ofLines + ring(row + 1, size) : none;
    const up = row > 0 ? lineBytes : 0;
    const down = row + 1 < height ? lineBytes : 0;
    const count = dense ? size : bytes;
    let from = dy + <usize>row * lineBytes + offset;
    for (let i: usize = 0; i < size; i += count) {
      gatherThree(from - up, above + i, from, here + i, from + down, below + i, count, gradient + i);
      from += pixelBytes;
    }
    const firsts = inLine + ring(row, bordered);
    let to = dx + <usize>row * lineBytes + offset;
    for (let i: usize = 0; i < size; i += count) {
      const g = gradient + i;
      const f = firsts + i;
      gatherThree(g - bytes, f - bytes, g, f, g + bytes, f + bytes, count, to);
      to += pixelBytes;
    }
  }
}
