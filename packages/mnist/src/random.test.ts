import { KeyedRandom } from './random';

describe('KeyedRandom', () => {
  it('gives uniform numbers, alike for the same key only', () => {
    const draw = (...key: number[]) => {
      const random = new KeyedRandom(...key);
      return Array.from({ length: 1000 }, () => random.uniform());
    };
    const values = draw(7, 1);
    expect(draw(7, 1)).toEqual(values);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / 1000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
    for (const other of [draw(7, 2), draw(8, 1), draw(1, 7), draw(7 + 2 ** 32, 1)])
      expect(other).not.toEqual(values);
  });

  it("neighbouring keys' first numbers are uniform and unrelated", () => {
    const first = Array.from({ length: 4000 }, (_, i) => new KeyedRandom(0, 2, 0, i).uniform());
    const tenths = Array<number>(10).fill(0);
    for (const value of first) tenths[Math.floor(value * 10)] += 1;
    // Chi-square with 9 degrees of freedom: above 27.9 once in a thousand.
    expect(tenths.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0)).toBeLessThan(27.9);
    let product = 0;
    for (let i = 1; i < first.length; i++) product += (first[i] - 0.5) * (first[i - 1] - 0.5);
    expect(Math.abs(product / first.length) * 12).toBeLessThan(0.06);
  });

  it('shuffles without preference', () => {
    const places = Array.from({ length: 4 }, () => Array<number>(4).fill(0));
    for (let n = 0; n < 4000; n++) {
      const order = new KeyedRandom(5, n).shuffle(Int32Array.of(0, 1, 2, 3));
      order.forEach((value, place) => (places[value][place] += 1));
    }
    for (const n of places.flat()) expect(Math.abs(n - 1000)).toBeLessThan(130);
  });
});
