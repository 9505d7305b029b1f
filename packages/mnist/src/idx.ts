import { show } from '@googlenet-tooling/shared/show';
import { DataError, requireBytes } from './errors';
import { gunzip, isGzip } from './gzip';

/** The element arrays that an IDX file can hold. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A parsed IDX file: an n-dimensional array. */
export interface Idx {
  shape: number[];
  data: IdxData;
}

interface IdxHeader {
  code: number;
  shape: number[];
  headerBytes: number;
  totalBytes: number;
}

interface ElementType {
  bytes: number;
  array: new (length: number) => IdxData;
  read?: (view: DataView, at: number) => number;
  write?: (view: DataView, at: number, value: number) => void;
}

const ELEMENT_TYPES: Record<number, ElementType> = {
  0x08: { bytes: 1, array: Uint8Array },
  0x09: { bytes: 1, array: Int8Array },
  0x0b: {
    bytes: 2,
    array: Int16Array,
    read: (view, at) => view.getInt16(at),
    write: (view, at, value) => view.setInt16(at, value),
  },
  0x0c: {
    bytes: 4,
    array: Int32Array,
    read: (view, at) => view.getInt32(at),
    write: (view, at, value) => view.setInt32(at, value),
  },
  0x0d: {
    bytes: 4,
    array: Float32Array,
    read: (view, at) => view.getFloat32(at),
    write: (view, at, value) => view.setFloat32(at, value),
  },
  0x0e: {
    bytes: 8,
    array: Float64Array,
    read: (view, at) => view.getFloat64(at),
    write: (view, at, value) => view.setFloat64(at, value),
  },
};

const MAX_DIMENSIONS = 8;

export interface ParseIdxOptions {
  /** The file's name, for messages. */
  name?: string;
  /** The largest file that is believed, in bytes; default 1 GiB. */
  maxBytes?: number;
}

/** The default of `maxBytes`. */
export const DEFAULT_MAX_BYTES = 2 ** 30;

/**
 * Reads an uncompressed IDX file, the format of MNIST: two zero bytes, a type, the number of
 * dimensions, each dimension as a big-endian 32-bit integer, then the elements in C order.
 *
 * Bytes are not copied: `data` of a uint8 or int8 file is a view on `bytes`.
 * @throws {DataError} `IDX_MAGIC`, `IDX_DIMENSIONS`, `IDX_TRUNCATED` or `IDX_TRAILING`, before any memory is taken.
 */
export function parseIdx(bytes: Uint8Array, options: ParseIdxOptions = {}): Idx {
  const where = `parseIdx(${JSON.stringify(options.name ?? 'bytes')})`;
  requireBytes(where, bytes);
  const header = parseHeader(bytes, where, options.maxBytes ?? DEFAULT_MAX_BYTES);
  const { shape, headerBytes, totalBytes } = header;
  if (bytes.length < totalBytes) {
    throw new DataError(
      'IDX_TRUNCATED',
      `${where}: expected ${totalBytes} bytes for shape [${shape.join(', ')}], got ${bytes.length}. The file is cut short; fetch it again.`,
    );
  }
  if (bytes.length > totalBytes) {
    throw new DataError(
      'IDX_TRAILING',
      `${where}: expected ${totalBytes} bytes for shape [${shape.join(', ')}], got ${bytes.length}. The file has more than its header says; fetch it again.`,
    );
  }
  const { array, bytes: size, read } = ELEMENT_TYPES[header.code];
  const count = (totalBytes - headerBytes) / size;
  if (read === undefined) {
    const view = bytes.subarray(headerBytes);
    return { shape, data: header.code === 0x08 ? view : new Int8Array(view.buffer, view.byteOffset, count) };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + headerBytes);
  const data = new array(count);
  for (let i = 0; i < count; i++) data[i] = read(view, i * size);
  return { shape, data };
}

/**
 * Reads an IDX file that may be compressed with gzip.
 *
 * @throws {DataError} as `parseIdx`, and `GZIP` for a damaged stream.
 */
export async function readIdx(bytes: Uint8Array, options: ParseIdxOptions = {}): Promise<Idx> {
  return parseIdx(await unpackIdx(bytes, options), options);
}

/**
 * The uncompressed bytes of an IDX file.
 *
 * The header is checked as soon as it is unpacked, so a file whose header is absurd, or which
 * holds more than its header says, stops early and never fills the memory.
 */
export async function unpackIdx(bytes: Uint8Array, options: ParseIdxOptions = {}): Promise<Uint8Array> {
  requireBytes('readIdx', bytes);
  if (!isGzip(bytes)) return bytes;
  const { name = 'bytes', maxBytes = DEFAULT_MAX_BYTES } = options;
  return gunzip(bytes, {
    name,
    maxBytes,
    peekBytes: 4 + 4 * MAX_DIMENSIONS,
    sizeFrom: (start) => parseHeader(start, `readIdx(${JSON.stringify(name)})`, maxBytes).totalBytes,
  });
}

/**
 * Writes an IDX file, uncompressed; see `gzip` for the compressed form.
 *
 * @param idx - `data` of `shape` in C order; its array type becomes the file's element type.
 * @throws {RangeError} if the shape is empty, has a dimension that is not a positive integer below 2^32, or does not fit the data.
 */
export function writeIdx({ shape, data }: Idx): Uint8Array {
  const entry = Object.entries(ELEMENT_TYPES).find(([, type]) => data instanceof type.array);
  if (entry === undefined) {
    throw new TypeError(
      'writeIdx: expected data of uint8, int8, int16, int32, float32 or float64, got another kind of array. Convert it first.',
    );
  }
  if (!Array.isArray(shape))
    throw new TypeError(`writeIdx: expected a shape such as [2, 28, 28], got ${show(shape)}.`);
  const count = shape.reduce((product, size) => product * size, 1);
  const valid = shape.every((size) => Number.isInteger(size) && size > 0 && size < 2 ** 32);
  if (shape.length === 0 || shape.length > MAX_DIMENSIONS || !valid || count !== data.length) {
    throw new RangeError(
      `writeIdx: expected a shape of 1 to ${MAX_DIMENSIONS} positive dimensions for ${data.length} elements, got [${shape.join(', ')}].`,
    );
  }
  const [code, type] = [Number(entry[0]), entry[1]];
  const headerBytes = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerBytes + count * type.bytes);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  if (type.write === undefined) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, count), headerBytes);
  } else {
    for (let i = 0; i < count; i++) type.write(view, headerBytes + i * type.bytes, data[i]);
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array, where: string, maxBytes: number): IdxHeader {
  if (bytes.length < 4) {
    throw new DataError(
      'IDX_TRUNCATED',
      `${where}: expected at least 4 bytes, got ${bytes.length}. The file is empty or cut short; fetch it again.`,
    );
  }
  const [zero0, zero1, code, rank] = bytes as unknown as [number, number, number, number];
  const type = ELEMENT_TYPES[code];
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || rank === 0 || rank > MAX_DIMENSIONS) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const fix = isGzip(bytes)
      ? 'The file is compressed; use readIdx, or unpack it with gunzip.'
      : 'This is no IDX file (a web page saved under its name?); fetch it again.';
    throw new DataError(
      'IDX_MAGIC',
      `${where}: expected an IDX magic such as 00 00 08 03 (uint8, 3 dimensions), got ${found}. ${fix}`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new DataError(
      'IDX_TRUNCATED',
      `${where}: expected a header of ${headerBytes} bytes for ${rank} dimensions, got ${bytes.length}. The file is cut short; fetch it again.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const totalBytes = headerBytes + shape.reduce((product, size) => product * size, type.bytes);
  if (shape.includes(0) || totalBytes > maxBytes) {
    throw new DataError(
      'IDX_DIMENSIONS',
      `${where}: expected positive dimensions of at most ${maxBytes} bytes together, got [${shape.join(', ')}]. The header is damaged; fetch the file again, or raise maxBytes if it really is that large.`,
    );
  }
  return { code, shape, headerBytes, totalBytes };
}
