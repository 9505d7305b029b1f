import { FormatError } from './errors';
import { byteLengthOf, type Part } from './parts';

/*
 * The wire format of Protocol Buffers, both ways and nothing else: no schemas, no generated code, no copies of large fields.
 * docs/decisions says why this is not a library.
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** Nested messages that are believed. ONNX nests about six deep, Caffe four. */
const MAX_DEPTH = 64;

/** Integers of one packed field that are believed: shapes and the like, never weights. */
const MAX_INTEGERS = 65_536;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** One field of a message, as it lies in the file. */
export interface Field {
  /** Field number in the schema. */
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 bytes, 5 four bytes. */
  readonly wireType: number;
  /** Value of a varint, two's complement for negative `int64`. */
  readonly varint: bigint;
  /** Value of the other wire types: a view of the file. */
  readonly bytes: Uint8Array;
  /** Levels above this field. */
  readonly depth: number;
}

const NOTHING = new Uint8Array(0);

function fail(code: 'TRUNCATED' | 'MALFORMED' | 'TOO_LARGE', what: string, at: number): FormatError {
  return new FormatError(
    code,
    `readMessage: expected a protobuf message, got ${what} at byte ${at}. Get the file again, or check that it is the format you mean.`,
  );
}

/**
 * The fields of a message, one after the other, in the order of the file.
 *
 * Nothing is copied and nothing is allocated by what the file claims: `bytes` are views.
 * @param message - a whole file, or the `bytes` of a field that holds a message.
 * @param depth - that of the field that holds it; 0 for a file.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, or `TOO_LARGE` when messages nest deeper than 64.
 */
export function* readMessage(message: Uint8Array, depth = 0): Generator<Field, void, undefined> {
  if (depth > MAX_DEPTH) throw fail('TOO_LARGE', `messages nested deeper than ${MAX_DEPTH}`, 0);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= message.length) throw fail('TRUNCATED', 'the end of the data', at);
      const byte = message[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
      if (shift >= 63n) throw fail('MALFORMED', 'a number longer than ten bytes', at);
    }
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) {
      throw fail('TRUNCATED', `a field of ${length} bytes where ${message.length - at} are left`, at);
    }
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const start = at;
    const tag = Number(varint());
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (number === 0 || number > 0x1fffffff) throw fail('MALFORMED', `field number ${number}`, start);
    let value = 0n;
    let bytes: Uint8Array = NOTHING;
    if (wireType === VARINT) value = varint();
    else if (wireType === FIXED64) bytes = take(8);
    else if (wireType === BYTES) bytes = take(Number(varint()));
    else if (wireType === FIXED32) bytes = take(4);
    else throw fail('MALFORMED', `wire type ${wireType}`, start);
    yield { number, wireType, varint: value, bytes, depth: depth + 1 };
  }
}

/** The fields of a message that lies in a field. */
export function readNested(field: Field): Generator<Field, void, undefined> {
  requireWireType(field, BYTES, 'a message');
  return readMessage(field.bytes, field.depth);
}

function requireWireType(field: Field, wireType: number, what: string): void {
  if (field.wireType === wireType) return;
  throw new FormatError(
    'MALFORMED',
    `readMessage: expected field ${field.number} to be ${what}, got wire type ${field.wireType}. Check that the file is the format you mean.`,
  );
}

/** A string field. */
export function readString(field: Field): string {
  requireWireType(field, BYTES, 'a string');
  return new TextDecoder().decode(field.bytes);
}

/** A `bytes` field, as a view of the file. */
export function readBytes(field: Field): Uint8Array {
  requireWireType(field, BYTES, 'bytes');
  return field.bytes;
}

/** An integer field of any of the varint types, negative ones included. */
export function readInteger(field: Field): number {
  requireWireType(field, VARINT, 'an integer');
  return Number(BigInt.asIntN(64, field.varint));
}

/** A `float` field. */
export function readFloat(field: Field): number {
  requireWireType(field, FIXED32, 'a float');
  return view(field.bytes).getFloat32(0, true);
}

/** What one occurrence of a `repeated` integer field adds, packed or not. */
export function readIntegers(field: Field): number[] {
  if (field.wireType === VARINT) return [readInteger(field)];
  requireWireType(field, BYTES, 'packed integers');
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    if (shift > 63n) throw fail('MALFORMED', 'a number longer than ten bytes', 0);
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    if (values.length > MAX_INTEGERS) throw fail('TOO_LARGE', `more than ${MAX_INTEGERS} integers`, 0);
    value = shift = 0n;
  }
  if (shift !== 0n) throw fail('TRUNCATED', 'the end of packed integers', 0);
  return values;
}

/** The little-endian bytes that one occurrence of a `repeated float` adds, packed or not: a view of the file. */
export function readFloatBytes(field: Field): Uint8Array {
  if (field.wireType !== FIXED32) requireWireType(field, BYTES, 'packed floats');
  if (field.bytes.length % 4 !== 0)
    throw fail('MALFORMED', `${field.bytes.length} bytes of packed floats`, 0);
  return field.bytes;
}

/** As {@link readFloatBytes}, of a `repeated double`. */
export function readDoubleBytes(field: Field): Uint8Array {
  if (field.wireType !== FIXED64) requireWireType(field, BYTES, 'packed doubles');
  if (field.bytes.length % 8 !== 0)
    throw fail('MALFORMED', `${field.bytes.length} bytes of packed doubles`, 0);
  return field.bytes;
}

/** What one occurrence of a `repeated int32` field adds, packed or not; unlike {@link readIntegers} for weights, of any number. */
export function readInt32s(field: Field): Int32Array {
  if (field.wireType === VARINT) return Int32Array.of(readInteger(field));
  requireWireType(field, BYTES, 'packed integers');
  let count = 0;
  for (const byte of field.bytes) if (byte < 0x80) count++;
  const values = new Int32Array(count);
  let at = 0;
  let shift = 0;
  for (const byte of field.bytes) {
    if (shift > 63) throw fail('MALFORMED', 'a number longer than ten bytes', 0);
    if (shift < 32) values[at] |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    at++;
    shift = 0;
  }
  if (shift !== 0) throw fail('TRUNCATED', 'the end of packed integers', 0);
  return values;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function varintBytes(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

function tag(number: number, wireType: number): number[] {
  return varintBytes(number * 8 + wireType);
}

/** A field that holds a message, a string or bytes; parts are not copied. */
export function bytesField(number: number, value: string | Uint8Array | readonly Part[]): Part[] {
  const parts =
    typeof value === 'string'
      ? [new TextEncoder().encode(value)]
      : value instanceof Uint8Array
        ? [value]
        : value;
  return [Uint8Array.from([...tag(number, BYTES), ...varintBytes(byteLengthOf(parts))]), ...parts];
}

/** An integer field; negative numbers as `int64`. */
export function integerField(number: number, value: number | bigint): Part[] {
  return [Uint8Array.from([...tag(number, VARINT), ...varintBytes(value)])];
}

/** A `float` field. */
export function floatField(number: number, value: number): Part[] {
  const bytes = Uint8Array.from([...tag(number, FIXED32), 0, 0, 0, 0]);
  view(bytes).setFloat32(bytes.length - 4, value, true);
  return [bytes];
}

/** A packed `repeated` integer field. */
export function integersField(number: number, values: readonly number[]): Part[] {
  return bytesField(number, Uint8Array.from(values.flatMap(varintBytes)));
}
