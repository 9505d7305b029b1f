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

/** What stands outside of a picture: nothing, or its outermost pixels. */
export type Edge = 'zero' | 'nearest';

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
  return createResampler(size, box, { width: targetWidth, height: targetHeight })(source);
}

/**
 * Makes the function that resizes pictures of one size as {@link resample} does.
 *
 * @param channels - values side by side that make up a pixel; default 1
 */
export function createResampler(
  size: { width: number; height: number },
  box: Box,
  target: { width: number; height: number },
  { channels = 1, edge = 'zero' }: { channels?: number; edge?: Edge } = {},
): (source: ArrayLike<number>) => Float32Array {
  const columns = tapsOf(box.left, box.width, target.width, size.width, edge);
  const rows = tapsOf(box.top, box.height, target.height, size.height, edge);
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const endRow = Math.max(...rows.map(({ first, weights }) => first + weights.length));
  const stride = target.width * channels;
  return (source) => {
    const between = new Float32Array((endRow - firstRow) * stride);
    for (let row = firstRow; row < endRow; row++) {
      for (let value = 0; value < stride; value++) {
        const channel = value % channels;
        const at = row * size.width * channels + channel;
        between[(row - firstRow) * stride + value] = weigh(
          source,
          at,
          channels,
          columns[(value - channel) / channels],
        );
      }
    }
    const result = new Float32Array(target.height * stride);
    for (let row = 0; row < target.height; row++) {
      for (let value = 0; value < stride; value++) {
        result[row * stride + value] = weigh(between, value - firstRow * stride, stride, rows[row]);
      }
    }
    return result;
  };
}

function weigh(values: ArrayLike<number>, at: number, stride: number, { first, weights }: Taps): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[at + (first + i) * stride];
  return sum;
}

function tapsOf(start: number, length: number, count: number, limit: number, edge: Edge): Taps[] {
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
    const sum = edge === 'nearest' ? weights.reduce((total, weight) => total + weight, 0) : 1;
    return { first, weights: sum === 1 ? weights : weights.map((weight) => weight / sum) };
  });
}
