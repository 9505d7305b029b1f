import { requireChoice, requireNumber } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import { ImageError } from './errors';
import { requireImage, type PixelImage } from './picture';

/**
 * How bytes become the numbers that a network wants: `(pixel * scale - mean) / std`, channel by channel.
 *
 * Caffe's weights: `{ order: 'bgr', scale: 1, mean: [104, 117, 123] }`. Inputs of [0, 1]: `{ scale: 1 / 255 }`.
 */
export interface PixelFormat {
  /** The order of the channels that the network wants; default `'rgb'`. */
  order?: 'rgb' | 'bgr';
  /** Default `1 / 255`. */
  scale?: number;
  /** In the network's order of channels, in units after `scale`; default 0. */
  mean?: readonly number[];
  /** In the network's order of channels; default 1. */
  std?: readonly number[];
}

/**
 * The values of a picture as a network takes them, NHWC without the batch: `[height, width, channels]`, row by row.
 *
 * @param target - where to write, from `offset`; default a new array.
 * @returns `target`.
 * @throws {RangeError} if a setting is out of range, or the target is too short.
 */
export function toFloat32(
  image: PixelImage,
  format: PixelFormat = {},
  target: Float32Array = new Float32Array(image.data.length),
  offset = 0,
): Float32Array {
  requireImage('toFloat32', image);
  const { channels, data } = image;
  validatePixelFormat('toFloat32', format, channels);
  if (offset < 0 || offset + data.length > target.length) {
    throw new RangeError(
      `toFloat32: expected room for ${data.length} values from ${offset}, got ${target.length}. Give a longer target.`,
    );
  }
  const { order = 'rgb', scale = 1 / 255, mean = [], std = [] } = format;
  for (let c = 0; c < channels; c++) {
    const source = order === 'bgr' ? channels - 1 - c : c;
    const table = Float32Array.from({ length: 256 }, (_, v) => (v * scale - (mean[c] ?? 0)) / (std[c] ?? 1));
    for (let from = source, to = offset + c; from < data.length; from += channels, to += channels)
      target[to] = table[data[from]];
  }
  return target;
}

/** Throws a `RangeError` for a setting that is out of range. */
export function validatePixelFormat(where: string, format: PixelFormat, channels: number): void {
  requireChoice(where, 'order', format.order ?? 'rgb', ['rgb', 'bgr']);
  if (format.scale !== undefined) requireNumber(where, 'scale', format.scale, 1e-6, 1e6);
  for (const [name, low] of [
    ['mean', -1e6],
    ['std', 1e-6],
  ] as const) {
    const values = format[name];
    if (values === undefined) continue;
    if (!Array.isArray(values) || values.length !== channels)
      throw new RangeError(`${where}: expected ${channels} values of ${name}, got ${show(values)}.`);
    for (const value of values) requireNumber(where, name, value, low, 1e6);
  }
  if (format.order === 'bgr' && channels !== 3)
    throw new RangeError(`${where}: expected 3 channels for the order 'bgr', got ${channels}.`);
}

/** The colours of a picture with transparency over white, as a person sees it on a page: `channels` 3. */
export function dropAlpha(image: PixelImage): PixelImage {
  const { width, height, channels, data } = image;
  if (channels !== 4)
    throw new ImageError(
      'FORMAT',
      `dropAlpha: expected 4 channels, got ${channels}. Give red, green, blue, alpha.`,
    );
  const colors = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3];
    if (alpha === 255) {
      colors[to] = data[from];
      colors[to + 1] = data[from + 1];
      colors[to + 2] = data[from + 2];
      continue;
    }
    const white = 255 * (255 - alpha) + 127;
    colors[to] = ((data[from] * alpha + white) / 255) | 0;
    colors[to + 1] = ((data[from + 1] * alpha + white) / 255) | 0;
    colors[to + 2] = ((data[from + 2] * alpha + white) / 255) | 0;
  }
  return { data: colors, width, height, channels: 3 };
}

/** The picture in red, green, blue, alpha: opaque where it has three channels. */
export function withAlpha(image: PixelImage): PixelImage {
  if (image.channels === 4) return image;
  const { width, height } = image;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) data.set(image.data.subarray(3 * i, 3 * i + 3), 4 * i);
  return { data, width, height, channels: 4 };
}
