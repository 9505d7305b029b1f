import type { GreyMap } from './protocol';

/**
 * Bytes of an activation map, `highest` becoming 255; what is negative is black. With `lift` the square root is
 * taken, so that faint activations are seen.
 *
 * @param values - `height * width` floats
 */
export function toGreyMap(
  values: ArrayLike<number>,
  height: number,
  width: number,
  highest: number,
  lift = false,
): GreyMap {
  const pixels = new Uint8Array(height * width);
  if (highest > 0) {
    for (let i = 0; i < pixels.length; i++) {
      const part = Math.min(1, Math.max(0, (values[i] ?? 0) / highest));
      pixels[i] = Math.round(255 * (lift ? Math.sqrt(part) : part));
    }
  }
  return { height, width, pixels };
}

/** The largest of the values, and at least 0. */
export function highestOf(values: ArrayLike<number>): number {
  let highest = 0;
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, values[i] ?? 0);
  return highest;
}

/** One channel of channels-last floats. */
export function channelOf(values: ArrayLike<number>, channels: number, channel: number): Float32Array {
  return Float32Array.from(
    { length: values.length / channels },
    (_, i) => values[i * channels + channel] ?? 0,
  );
}

/** The indices of the `count` largest values, the largest first. */
export function largestIndices(values: ArrayLike<number>, count: number): number[] {
  return Array.from(values, (_, i) => i)
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
    .slice(0, count);
}
