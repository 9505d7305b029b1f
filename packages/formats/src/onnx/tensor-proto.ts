import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { joinedView, type Part } from '../parts';
import {
  bytesField,
  integerField,
  integersField,
  readBytes,
  readDoubleBytes,
  readFloatBytes,
  readInt32s,
  readInteger,
  readIntegers,
  readNested,
  readString,
  type Field,
} from '../protobuf';
import { bytesOf, countOf, DTYPE_BYTES, type Dtype, type FileTensor } from '../tensors';

/*
 * The message TensorProto: numbers lie in `raw_data`, in a list of their kind, or in another file.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

/** Numbers of `TensorProto.DataType`. */
const DATA_TYPES: Partial<Record<number, Dtype>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
};

/** The number of a type in `TensorProto.DataType`. */
export function dataType(dtype: Dtype): number {
  return Number(Object.keys(DATA_TYPES).find((key) => DATA_TYPES[Number(key)] === dtype));
}

/** Whether a number of `TensorProto.DataType` is that of a floating point type. */
export function isFloatType(type: number): boolean {
  return DATA_TYPES[type]?.includes('F') ?? false;
}

/** An initializer whose data may be made later. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Part;
}

/** The parts of a tensor. */
export function tensorParts({ name, dtype, shape, data }: OnnxInitializer): Part[] {
  return [
    ...(shape.length > 0 ? integersField(1, shape) : []),
    ...integerField(2, dataType(dtype)),
    ...bytesField(8, name),
    ...bytesField(9, [data]),
  ];
}

/** The bytes of other files, by the path that an ONNX file gives them. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/** Reads a tensor; `raw_data` and other files are viewed, lists of numbers copied where they lie in pieces. */
export function readTensor(field: Field, external: ExternalData): { name: string; tensor: FileTensor } {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const place = new Map<string, string>();
  const lists: Record<'floats' | 'integers' | 'longs' | 'doubles', Field[]> = {
    floats: [],
    integers: [],
    longs: [],
    doubles: [],
  };
  for (const part of readNested(field)) {
    if (part.number === 1) shape.push(...readIntegers(part));
    else if (part.number === 2) type = readInteger(part);
    else if (part.number === 4) lists.floats.push(part);
    else if (part.number === 5) lists.integers.push(part);
    else if (part.number === 7) lists.longs.push(part);
    else if (part.number === 8) name = readString(part);
    else if (part.number === 9) raw = readBytes(part);
    else if (part.number === 10) lists.doubles.push(part);
    else if (part.number === 13) place.set(...readPair(part));
    else if (part.number === 14) isExternal = readInteger(part) === 1;
  }
  const where = `decodeOnnx(${show(name)})`;
  const dtype = DATA_TYPES[type];
  if (dtype === undefined) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected a number type of ${Object.values(DATA_TYPES).join(', ')}, got data type ${type}. Convert the model first.`,
    );
  }
  const bytes = countOf(shape, where) * DTYPE_BYTES[dtype];
  const data = isExternal ? outside(place, external, bytes, where) : (raw ?? listed(lists, dtype));
  if (data.length !== bytes) {
    throw new FormatError(
      'MALFORMED',
      `${where}: expected ${bytes} bytes for the shape ${show(shape)} of ${dtype}, got ${data.length}. Get the file again.`,
    );
  }
  return { name, tensor: { dtype, shape, data } };
}

/** A key and a value, as `metadata_props` and `external_data` have them. */
export function readPair(field: Field): [string, string] {
  const pair: [string, string] = ['', ''];
  for (const part of readNested(field)) if (part.number <= 2) pair[part.number - 1] = readString(part);
  return pair;
}

/** Numbers in the list of their kind; small ones, halves among them, lie as 32-bit integers. */
function listed(
  { floats, integers, longs, doubles }: Record<'floats' | 'integers' | 'longs' | 'doubles', Field[]>,
  dtype: Dtype,
): Uint8Array {
  if (dtype === 'F32') return joinedView(floats.map(readFloatBytes));
  if (dtype === 'F64') return joinedView(doubles.map(readDoubleBytes));
  if (dtype === 'I64') return bytesOf(BigInt64Array.from(longs.flatMap(readIntegers), BigInt));
  const values = integers.map(readInt32s);
  const narrow = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array }[DTYPE_BYTES[dtype]];
  return joinedView(values.map((some) => bytesOf(narrow.from(some))));
}

/** A view of another file. */
function outside(
  place: ReadonlyMap<string, string>,
  external: ExternalData,
  bytes: number,
  where: string,
): Uint8Array {
  const location = place.get('location') ?? '';
  const file = external.get(location);
  if (file === undefined) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected weights within the file, got a reference to the file ${show(location)}. Hand it over as externalData, or save the model as one file.`,
    );
  }
  const offset = Number(place.get('offset') ?? 0);
  const length = Number(place.get('length') ?? bytes);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== bytes || offset + bytes > file.length) {
    throw new FormatError(
      'MALFORMED',
      `${where}: expected ${bytes} bytes within the ${file.length} of ${show(location)}, got ${show(place.get('length'))} from ${show(place.get('offset'))}. Get both files again.`,
    );
  }
  return file.subarray(offset, offset + bytes);
}
