let cached: Uint32Array[] | undefined;

function makeTables(): Uint32Array[] {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first, ...others] = all;
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[n] = value;
  }
  others.forEach((table, k) => {
    const previous = all[k];
    for (let n = 0; n < 256; n++) {
      const value = previous[n];
      table[n] = (value >>> 8) ^ first[value & 255];
    }
  });
  return all;
}

/**
 * CRC-32 of bytes, as in gzip and PNG; eight bytes a turn, so that a large checkpoint takes a fraction of a second.
 *
 * @param seed - the CRC of what came before; default 0.
 */
export function crc32(bytes: Uint8Array, seed = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = (cached ??= makeTables());
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = ~seed;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = view.getInt32(i, true) ^ crc;
    const high = view.getInt32(i + 4, true);
    crc =
      at(t7, low) ^
      at(t6, low >>> 8) ^
      at(t5, low >>> 16) ^
      at(t4, low >>> 24) ^
      at(t3, high) ^
      at(t2, high >>> 8) ^
      at(t1, high >>> 16) ^
      at(t0, high >>> 24);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at(t0, crc ^ bytes[i]);
  return ~crc >>> 0;
}

function at(table: Uint32Array, index: number): number {
  return table[index & 255];
}
