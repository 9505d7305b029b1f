/** How the numbers of kernels are stored in fewer bits. */
export type Quantization = 'float16' | 'uint8';

/** Kernels in 8 bits: `value = (data - zeroPoint) * scale`, with a scale for each output channel. */
export interface QuantizedKernel {
  readonly data: Uint8Array<ArrayBuffer>;
  /** One for each channel. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** The 8-bit number that stands for zero, which is exact so: padding and dead weights stay zero. */
export const ZERO_POINT = 128;

/**
 * Rounds a kernel to 8 bits, symmetric about zero, each output channel on its own scale.
 *
 * @param channelOf - the output channel of a value, by its index.
 */
export function quantizeKernel(
  values: Float32Array,
  channels: number,
  channelOf: (index: number) => number,
): QuantizedKernel {
  const scales = new Float32Array(channels);
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    const size = Math.abs(values[i]);
    if (size > scales[channel]) scales[channel] = size;
  }
  for (let channel = 0; channel < channels; channel++) scales[channel] = scales[channel] / 127 || 1;
  const data = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const steps = Math.round(values[i] / scales[channelOf(i)]);
    data[i] = ZERO_POINT + Math.max(-127, Math.min(127, steps));
  }
  return { data, scales };
}
