import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half';

/** What a half's bits stand for, by the definition of IEEE 754 binary16. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Every half that is finite and not negative. */
const HALVES = 0x7c00;

describe('toFloat16', () => {
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-70000, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -26, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ])('makes %d the nearest half, ties to even', (value, expected) => {
    expect(toFloat16(Float32Array.of(value))[0]).toBe(expected);
  });

  it('keeps what is no number', () => {
    expect(fromFloat16(toFloat16(Float32Array.of(NaN)))[0]).toBeNaN();
  });

  it('is never farther than half a step away', () => {
    const values = Float32Array.from(
      { length: 2000 },
      (_, i) => Math.sin((i + 1) * 91.7) * 10 ** ((i % 11) - 7),
    );
    toFloat16(values).forEach((bits, i) => {
      const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(values[i]))) - 10);
      expect(Math.abs(valueOf(bits) - values[i])).toBeLessThanOrEqual(step / 2);
    });
  });
});

describe('fromFloat16', () => {
  it('reads every half as its definition says, and back to the same bits', () => {
    const bits = Uint16Array.from({ length: HALVES }, (_, i) => i);
    const values = fromFloat16(bits);
    expect([...values]).toEqual(Array.from(bits, valueOf));
    expect(toFloat16(values)).toEqual(bits);
  });
});

describe('toBfloat16', () => {
  it.each([
    [1, 0x3f80],
    [-2, 0xc000],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
  ])('makes %d the nearest, ties to even', (value, expected) => {
    const bits = toBfloat16(Float32Array.of(value));
    expect(bits[0]).toBe(expected);
    expect(Math.abs(fromBfloat16(bits)[0] - value)).toBeLessThanOrEqual(2 ** -8);
  });
});
