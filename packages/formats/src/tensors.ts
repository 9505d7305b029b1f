import { FormatError } from './errors';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half';

/** Number types of tensors in files, by the names that safetensors gives them, and their bytes. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** The type of a tensor's numbers: `F` floating point, `BF16` bfloat16, `I` signed, `U` unsigned. */
export type Dtype = keyof typeof DTYPE_BYTES;

/** The types in which weights are written. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/** A tensor as it lies in a file. */
export interface FileTensor {
  readonly dtype: Dtype;
  /** Sizes of the axes, the last changing fastest; `[]` for one number. */
  readonly shape: readonly number[];
  /** Little-endian. A tensor that was read is a view of its file. */
  readonly data: Uint8Array;
}

/** Numbers in a shape, exactly; throws rather than lose one. */
export function countOf(shape: readonly number[], where: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new FormatError(
        'MALFORMED',
        `${where}: expected sizes of a shape, got ${size}. Get the file again.`,
      );
    }
    count *= size;
  }
  if (!Number.isSafeInteger(count)) {
    throw new FormatError(
      'TOO_LARGE',
      `${where}: expected a shape that fits memory, got [${shape.join(', ')}]. Get the file again.`,
    );
  }
  return count;
}

type Elements<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T;

/** A typed view of bytes, on a copy where they are not aligned. */
function elements<T>(data: Uint8Array, type: Elements<T> & { BYTES_PER_ELEMENT: number }): T {
  const size = type.BYTES_PER_ELEMENT;
  // Node's Buffer.slice would be a view again.
  const aligned = data.byteOffset % size === 0 ? data : new Uint8Array(data);
  return new type(aligned.buffer, aligned.byteOffset, data.length / size);
}

/** The numbers of a tensor as float32; integers beyond 2^24 and float64 are rounded. May be a view of the file. */
export function toFloat32({ dtype, data }: FileTensor): Float32Array {
  switch (dtype) {
    case 'F32':
      return elements(data, Float32Array);
    case 'F16':
      return fromFloat16(elements(data, Uint16Array));
    case 'BF16':
      return fromBfloat16(elements(data, Uint16Array));
    case 'F64':
      return Float32Array.from(elements(data, Float64Array));
    case 'I64':
      return Float32Array.from(elements(data, BigInt64Array), Number);
    case 'I32':
      return Float32Array.from(elements(data, Int32Array));
    case 'I16':
      return Float32Array.from(elements(data, Int16Array));
    case 'I8':
      return Float32Array.from(elements(data, Int8Array));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(data);
  }
}

/** The numbers of a tensor of integers, exactly up to 2^53; of any other type those of {@link toFloat32} without their fractions. */
export function integersOf(tensor: FileTensor): number[] {
  if (tensor.dtype === 'I64') return Array.from(elements(tensor.data, BigInt64Array), Number);
  return Array.from(toFloat32(tensor), Math.trunc);
}

/** The bytes of an array, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Float32 numbers as a tensor, without a copy. */
export function floatTensor(values: Float32Array, shape: readonly number[]): FileTensor & { dtype: 'F32' } {
  return { dtype: 'F32', shape, data: bytesOf(values) };
}

/** Integers as a tensor, of one axis where no shape is given. */
export function integerTensor(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): FileTensor {
  return { dtype: 'I64', shape, data: bytesOf(BigInt64Array.from(values, BigInt)) };
}

/** Writes float32 numbers into `target` in another type. */
export function encodeFloats(values: Float32Array, dtype: FloatDtype, target: Uint8Array): void {
  if (dtype === 'F32') target.set(bytesOf(values));
  else {
    const halves = dtype === 'F16' ? toFloat16(values) : toBfloat16(values);
    target.set(new Uint8Array(halves.buffer));
  }
}

/**
 * The same numbers with their axes in another order.
 *
 * @param order - for each axis of the result, the axis of `shape` that it is.
 */
export function permute(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = new Float32Array(values.length);
  const walk = (depth: number, from: number, to: number): number => {
    const [size, stride] = [shape[order[depth]], strides[order[depth]]];
    if (depth === order.length - 1) {
      for (let i = 0; i < size; i++) result[to++] = values[from + i * stride];
      return to;
    }
    for (let i = 0; i < size; i++) to = walk(depth + 1, from + i * stride, to);
    return to;
  };
  walk(0, 0, 0);
  return result;
}

/** The order that undoes another. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}
