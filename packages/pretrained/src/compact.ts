import type * as tfl from '@tensorflow/tfjs-layers';
import { encodeSafetensors, FormatError, type FileTensor } from '@googlenet/formats';
import { weightsOf } from './apply-table';
import type { WeightsName } from './weights';

/** Ends the name of the scales of an 8-bit kernel. */
const SCALE = '/scale';
const FORMAT = 'googlenet-int8-1';

/**
 * The weights of a model in about a quarter of their size, for the web: kernels in 8 bits, each output channel on its own scale, the rest as float32.
 *
 * A safetensors file: kernel `NAME` is `I8`, its scales are `NAME/scale` `F32`, a weight is `value * scale`. Names and layouts are this
 * project's own. Accuracy loss is measured in the README.
 * @param weights - the set that the numbers are of, kept in the file's metadata.
 */
export async function toCompact(
  model: tfl.LayersModel,
  weights: WeightsName,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, FileTensor>();
  for (const [name, variable] of weightsOf(model)) {
    const shape = variable.shape as number[];
    const values = (await variable.read().data()) as Float32Array;
    if (shape.length < 2) tensors.set(name, { dtype: 'F32', shape, data: bytesOf(values) });
    else {
      const channels = shape[shape.length - 1];
      const { data, scales } = quantize(values, channels);
      tensors.set(name, { dtype: 'I8', shape, data: bytesOf(data) });
      tensors.set(`${name}${SCALE}`, { dtype: 'F32', shape: [channels], data: bytesOf(scales) });
    }
  }
  return encodeSafetensors(tensors, { format: FORMAT, weights });
}

/** 8-bit kernels back as float32; other tensors as they are. */
export function readCompact(tensors: ReadonlyMap<string, FileTensor>): ReadonlyMap<string, FileTensor> {
  const result = new Map<string, FileTensor>();
  for (const [name, tensor] of tensors) {
    const scales = tensor.dtype === 'I8' ? tensors.get(`${name}${SCALE}`) : undefined;
    if (scales) result.set(name, dequantize(name, tensor, scales));
    else if (!(name.endsWith(SCALE) && tensors.get(name.slice(0, -SCALE.length))?.dtype === 'I8'))
      result.set(name, tensor);
  }
  return result;
}

function quantize(values: Float32Array, channels: number): { data: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(channels);
  for (let i = 0; i < values.length; i++)
    scales[i % channels] = Math.max(scales[i % channels], Math.abs(values[i]));
  for (let i = 0; i < channels; i++) scales[i] = scales[i] / 127 || 1;
  return { data: Int8Array.from(values, (value, i) => Math.round(value / scales[i % channels])), scales };
}

function dequantize(name: string, { shape, data }: FileTensor, scales: FileTensor): FileTensor {
  const channels = shape[shape.length - 1] ?? 0;
  if (scales.dtype !== 'F32' || scales.data.length !== 4 * channels) {
    throw new FormatError(
      'MALFORMED',
      `readWeightsFile: expected ${channels} scales of ${JSON.stringify(name)}, got ${scales.data.length / 4}. Convert the file again.`,
    );
  }
  const factors = new Float32Array(new Uint8Array(scales.data).buffer);
  const steps = new Int8Array(data.buffer, data.byteOffset, data.length);
  const values = new Float32Array(steps.length);
  for (let i = 0; i < values.length; i++) values[i] = steps[i] * factors[i % channels];
  return { dtype: 'F32', shape, data: bytesOf(values) };
}

function bytesOf(values: Float32Array | Int8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
