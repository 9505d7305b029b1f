/** A rectangle of a picture, in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Which source pixels make up a target pixel along one axis, and their weights. */
interface Taps {
  first: number;
  weights: number[];
}

/**
 * Resizes a rectangle of a picture: the mean of the covered area when it shrinks, linear
 * interpolation when it grows. At the same size nothing changes.
 *
 * @param source - `height * width` values
 * @param box - may have fractions and reach outside, where everything is 0
 * @returns `targetHeight * targetWidth` values
 */
export function resample(
  source: Float32Array,
  size: { width: number; height: number },
  box: Box,
  targetWidth: number,
  targetHeight: number,
): Float32Array {
  const columns = tapsOf(box.left, box.width, targetWidth, size.width);
  const rows = tapsOf(box.top, box.height, targetHeight, size.height);
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const endRow = Math.max(...rows.map(({ first, weights }) => first + weights.length));
  const between = new Float32Array((endRow - firstRow) * targetWidth);
  for (let row = firstRow; row < endRow; row++) {
    for (let column = 0; column < targetWidth; column++) {
      const at = row * size.width;
      between[(row - firstRow) * targetWidth + column] = weigh(source, at, 1, columns[column]);
    }
  }
  const target = new Float32Array(targetWidth * targetHeight);
  for (let row = 0; row < targetHeight; row++) {
    for (let column = 0; column < targetWidth; column++) {
      const at = column - firstRow * targetWidth;
      target[row * targetWidth + column] = weigh(between, at, targetWidth, rows[row]);
    }
  }
  return target;
}

function weigh(values: Float32Array, at: number, stride: number, { first, weights }: Taps): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[at + (first + i) * stride];
  return sum;
}

function tapsOf(start: number, length: number, count: number, limit: number): Taps[] {
  const scale = length / count;
  return Array.from({ length: count }, (_, i) => {
    // Growing, a pixel's reach is the triangle one pixel to each side of its centre; shrinking, the area it covers.
    const center = start + (i + 0.5) * scale;
    const reach = scale >= 1 ? scale / 2 : 1;
    const first = Math.max(0, Math.floor(center - reach + (scale >= 1 ? 1e-9 : 0.5)));
    const end = Math.min(limit, Math.ceil(center + reach - (scale >= 1 ? 1e-9 : 0.5)));
    const weights = Array.from({ length: Math.max(0, end - first) }, (_unused, k) => {
      const pixel = first + k;
      if (scale < 1) return Math.max(0, 1 - Math.abs(pixel + 0.5 - center));
      return Math.max(0, Math.min(pixel + 1, center + reach) - Math.max(pixel, center - reach)) / scale;
    });
    return { first, weights };
  });
}
