/** An event of a file for TensorBoard, as far as tests look. */
export interface ReadEvent {
  readonly step: number;
  /** Scalars by tag; NaN for a tag that holds something else. */
  readonly values: Readonly<Record<string, number>>;
}

/** CRC-32C bit by bit, masked as in TFRecord files. */
function maskedCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The messages of a TFRecord file. @throws {Error} where a checksum is wrong or a record is torn. */
export function readTfRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    if (maskedCrc(file.subarray(at, at + 8)) !== file.readUInt32LE(at + 8))
      throw new Error(`length at ${at}`);
    if (maskedCrc(data) !== file.readUInt32LE(at + 12 + length)) throw new Error(`data at ${at}`);
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** Fields of a protobuf message: the number, and an integer, four or eight bytes, or bytes of any length. */
function* fields(message: Buffer): Generator<[number: number, value: number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if (tag % 8 === 0) {
      yield [tag >> 3, varint()];
      continue;
    }
    const length = { 1: 8, 2: -1, 5: 4 }[tag % 8];
    if (length === undefined) throw new Error(`wire type ${tag % 8}`);
    const size = length < 0 ? varint() : length;
    yield [tag >> 3, message.subarray(at, at + size)];
    at += size;
  }
}

/** The events of a file. */
export function readEvents(file: Buffer): ReadEvent[] {
  return readTfRecords(file).map((message) => {
    let step = 0;
    const values: Record<string, number> = {};
    for (const [number, value] of fields(message)) {
      if (number === 2) step = Number(value);
      if (number !== 5) continue;
      for (const [, one] of fields(value as Buffer)) {
        const parts = new Map(fields(one as Buffer));
        const scalar = parts.get(2) as Buffer | undefined;
        values[String(parts.get(1))] = scalar === undefined ? Number.NaN : scalar.readFloatLE();
      }
    }
    return { step, values };
  });
}
