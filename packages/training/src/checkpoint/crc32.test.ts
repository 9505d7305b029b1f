import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32 } from './crc32';

describe('crc32', () => {
  it('has the check value of the standard and that of no bytes', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it('is the same for any way to cut the bytes, at any alignment', () => {
    const bytes = Uint8Array.from({ length: 67 }, (_, i) => (i * 37) & 255);
    const whole = crc32(bytes);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(whole);
    }
    if (typeof zlibCrc32 === 'function') expect(whole).toBe(zlibCrc32(bytes));
  });
});
