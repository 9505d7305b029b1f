import { toFloat16, toHalfBits } from '../scripts/float16.cjs';

/** What a half's bits stand for, by the definition of IEEE 754 binary16. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

describe('toHalfBits', () => {
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -26, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ])('of %d are the nearest half, ties to even', (value, expected) => {
    expect(toHalfBits(value)).toBe(expected);
  });

  it('gives every half that it reads back', () => {
    const all = Array.from({ length: 0x7c00 }, (_, bits) => bits);
    expect(all.filter((bits) => toHalfBits(valueOf(bits)) !== bits)).toEqual([]);
  });

  it('is never farther than half a step away', () => {
    for (let i = 1; i < 2000; i++) {
      const value = Math.sin(i * 91.7) * 10 ** ((i % 11) - 7);
      const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(value))) - 10);
      expect(Math.abs(valueOf(toHalfBits(value)) - value)).toBeLessThanOrEqual(
        step / 2 + 1e-9 * Math.abs(value),
      );
    }
  });

  it('refuses what no half can hold', () => {
    expect(() => toHalfBits(70000)).toThrow(/^toHalfBits\(\): expected a number up to 65504, got 70000/);
    expect(() => toFloat16(Float32Array.of(NaN))).toThrow(RangeError);
  });
});
