import { channelOf } from '../worker/grey-map';
import type { MapTrace } from '../worker/protocol';

/** One value of a window; nothing outside of the plane, where a convolution takes 0 and a pool takes no notice. */
export type WindowValue = number | undefined;

/** What one input channel adds to a pixel. */
export interface ChannelPart {
  channel: number;
  /** Row by row, as large as the kernel. */
  window: WindowValue[];
  kernel: number[];
  /** Window times kernel. */
  sum: number;
  /** In the pool branch: the 3x3 values whose maximum the window is. */
  pooled?: WindowValue[];
}

/** How one pixel of a feature map comes about. */
export interface PixelSum {
  row: number;
  column: number;
  /** The first row and column of the window in the input; may lie outside. */
  top: number;
  left: number;
  /** The input channels that add most, up or down, the largest first. */
  parts: ChannelPart[];
  /** What the input channels that are not listed add together. */
  rest: { channels: number; sum: number };
  bias: number;
  /** Parts, rest and bias together. */
  total: number;
  /** The total after ReLU: recomputed here. */
  result: number;
  /** The same pixel as the network computed it. */
  activation: number;
}

/** The sum behind one pixel of a map, with the `most` input channels that matter most in it. */
export function pixelSum(trace: MapTrace, row: number, column: number, most: number): PixelSum {
  const { kernelShape, strides, padding, input, pooled } = trace;
  const [kernelHeight, kernelWidth, channels] = kernelShape;
  const top = row * strides - padding[0];
  const left = column * strides - padding[1];
  const parts = Array.from({ length: channels }, (_, channel): ChannelPart => {
    const window = windowOf(trace, input, channel, top, left, [kernelHeight, kernelWidth]);
    const kernel = window.map((_, i) => trace.kernel[i * channels + channel] ?? 0);
    const sum = window.reduce<number>((total, value, i) => total + (value ?? 0) * kernel[i], 0);
    return {
      channel,
      window,
      kernel,
      sum,
      ...(pooled && { pooled: windowOf(trace, pooled, channel, row - 1, column - 1, [3, 3]) }),
    };
  }).sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const sumOf = (some: ChannelPart[]) => some.reduce((total, part) => total + part.sum, 0);
  const shown = parts.slice(0, most);
  const total = sumOf(parts) + trace.bias;
  return {
    row,
    column,
    top,
    left,
    parts: shown,
    rest: { channels: channels - shown.length, sum: sumOf(parts.slice(most)) },
    bias: trace.bias,
    total,
    result: trace.relu ? Math.max(0, total) : total,
    activation: trace.activation[row * trace.width + column] ?? 0,
  };
}

function windowOf(
  { inputShape: [height, width, channels] }: MapTrace,
  plane: Float32Array,
  channel: number,
  top: number,
  left: number,
  [rows, columns]: readonly [number, number],
): WindowValue[] {
  return Array.from({ length: rows * columns }, (_, i) => {
    const y = top + Math.floor(i / columns);
    const x = left + (i % columns);
    const inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? plane[(y * width + x) * channels + channel] : undefined;
  });
}

/** One input channel as a plane of its own, `height * width`. */
export function inputPlane({ inputShape, input, pooled }: MapTrace, channel: number): Float32Array {
  return channelOf(pooled ?? input, inputShape[2], channel);
}

/**
 * Rounds numbers so that the rounded ones add up to their rounded sum: those nearest to being rounded the other way give way.
 *
 * @param digits - after the point
 */
export function roundToSum(values: readonly number[], digits: number): number[] {
  const unit = 10 ** digits;
  const rounded = values.map((value) => Math.round(value * unit));
  const target = Math.round(values.reduce((sum, value) => sum + value, 0) * unit);
  const missing = target - rounded.reduce((sum, value) => sum + value, 0);
  const direction = Math.sign(missing);
  const byGain = values
    .map((value, i) => ({ i, gain: direction * (value * unit - rounded[i]) }))
    .sort((a, b) => b.gain - a.gain);
  for (const { i } of byGain.slice(0, Math.abs(missing))) rounded[i] += direction;
  return rounded.map((value) => value / unit);
}
