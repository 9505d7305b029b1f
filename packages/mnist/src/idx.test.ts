import { gunzip, gzip } from './gzip';
import { parseIdx, readIdx, writeIdx } from './idx';

const two = { shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };

/** A file that starts with these bytes. */
function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

describe('IDX files', () => {
  it('are written as the format says', () => {
    const file = writeIdx({ shape: [2, 1], data: Int16Array.of(-2, 258) });
    expect([...file]).toEqual([0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xfe, 1, 2]);
  });

  it.each([
    Uint8Array.of(0, 1, 200, 255),
    Int8Array.of(-128, -1, 0, 127),
    Int16Array.of(-32768, -1, 300, 32767),
    Int32Array.of(-2147483648, -5, 70000, 2147483647),
    Float32Array.of(-1.5, 0, 3.25, 1e30),
    Float64Array.of(-1.1, 0, Math.PI, 1e300),
  ])('keep %p', (data) => {
    const read = parseIdx(writeIdx({ shape: [2, 2], data }));
    expect(read).toEqual({ shape: [2, 2], data });
  });

  it('are read without a copy', () => {
    const file = writeIdx(two);
    expect(parseIdx(file).data.buffer).toBe(file.buffer);
  });

  it('may begin anywhere in a buffer', () => {
    const padded = new Uint8Array(200);
    const file = writeIdx({ shape: [3], data: Float64Array.of(1, 2, 3) });
    padded.set(file, 5);
    expect([...parseIdx(padded.subarray(5, 5 + file.length)).data]).toEqual([1, 2, 3]);
  });

  it('are read through gzip', async () => {
    expect(await readIdx(await gzip(writeIdx(two)))).toEqual(two);
    expect(await readIdx(writeIdx(two))).toEqual(two);
  });
});

describe('a bad IDX file is told apart', () => {
  const whole = writeIdx(two);
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['an empty file', bytes(), 'IDX_TRUNCATED', /expected at least 4 bytes, got 0/],
    [
      'a web page',
      new TextEncoder().encode('<!DOCTYPE html>'),
      'IDX_MAGIC',
      /got 3c 21 44 4f. This is no IDX file/,
    ],
    ['an unknown element type', bytes(0, 0, 0x0a, 1, 0, 0, 0, 1, 0), 'IDX_MAGIC', /got 00 00 0a 01/],
    ['no dimensions', bytes(0, 0, 8, 0, 1), 'IDX_MAGIC', /got 00 00 08 00/],
    ['compressed bytes', bytes(0x1f, 0x8b, 8, 0), 'IDX_MAGIC', /The file is compressed; use readIdx/],
    ['a cut header', bytes(0, 0, 8, 3, 0, 0), 'IDX_TRUNCATED', /header of 16 bytes for 3 dimensions, got 6/],
    ['a cut body', whole.subarray(0, 27), 'IDX_TRUNCATED', /expected 28 bytes for shape \[2, 2, 3\], got 27/],
    ['too long a body', bytes(...whole, 0), 'IDX_TRAILING', /expected 28 bytes .* got 29/],
    ['a dimension of zero', bytes(0, 0, 8, 1, 0, 0, 0, 0), 'IDX_DIMENSIONS', /got \[0\]/],
    [
      'absurd dimensions',
      bytes(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255),
      'IDX_DIMENSIONS',
      /at most 1073741824 bytes together, got \[4294967295, 4294967295, 4294967295\]/,
    ],
  ];

  it.each(cases)('%s', (_, file, code, message) => {
    const parse = () => parseIdx(file, { name: 'a-file' });
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ name: 'DataError', code }) as Error);
    expect(parse).toThrow(/^parseIdx\("a-file"\): expected /);
  });

  it('a compressed file with an absurd header stops at its header', async () => {
    const bomb = new Uint8Array(50_000_000);
    bomb.set([0, 0, 8, 1, 255, 255, 255, 255]);
    await expect(readIdx(await gzip(bomb))).rejects.toMatchObject({ code: 'IDX_DIMENSIONS' });
  });

  it('a compressed file that goes on beyond its header stops there', async () => {
    const bomb = new Uint8Array(50_000_000);
    bomb.set([0, 0, 8, 1, 0, 0, 0, 9]);
    await expect(readIdx(await gzip(bomb))).rejects.toThrow(/gunzip.*at most 17 unpacked bytes, got more/);
  });

  it('a compressed file that is cut or damaged', async () => {
    const packed = await gzip(whole);
    await expect(readIdx(packed.subarray(0, packed.length - 6))).rejects.toMatchObject({ code: 'GZIP' });
    const damaged = packed.slice();
    damaged[packed.length - 7] = damaged[packed.length - 7] ^ 0xff;
    await expect(readIdx(damaged)).rejects.toThrow(/expected a whole gzip stream/);
  });

  it('plain bytes are no gzip stream', async () => {
    await expect(gunzip(bytes(1, 2), { name: 'x' })).rejects.toThrow(
      'gunzip("x"): expected gzip data (1f 8b), got 01 02. Is it already unpacked?',
    );
  });

  it('what cannot be written is refused', () => {
    expect(() => writeIdx({ shape: [3], data: Uint8Array.of(1) })).toThrow(/for 1 elements, got \[3\]/);
    expect(() => writeIdx({ shape: [], data: Uint8Array.of(1) })).toThrow(RangeError);
    const floats = new BigInt64Array(1) as never;
    expect(() => writeIdx({ shape: [1], data: floats })).toThrow(TypeError);
  });
});
