/*
 * The few kinds of field that TensorBoard's messages have, in the wire format of Protocol Buffers.
 * @see https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A message is its fields one after the other. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** An integer that is not negative. */
export function integer(number: number, value: number): Uint8Array {
  return Buffer.from([...varint(number * 8 + VARINT), ...varint(value)]);
}

export function double(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([Buffer.from(varint(number * 8 + FIXED64)), bytes]);
}

export function float(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([Buffer.from(varint(number * 8 + FIXED32)), bytes]);
}

/** A text, bytes, or a message. */
export function bytes(number: number, value: string | Uint8Array): Uint8Array {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from([...varint(number * 8 + BYTES), ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) groups.push((rest % 0x80) + 0x80);
  return [...groups, rest];
}
