import { boxAround, findComponents, gapBetween } from './components';
import { preprocessDrawing } from './drawing';
import type { Picture } from './picture';
import { localMedian } from './local-median';
import { KeyedRandom } from './random';
import { eraseRuledLines } from './ruled-lines';
import { drawStrokes } from './testing/strokes';

/** A five whose bar does not touch its bow, as hasty hands write it. */
const BROKEN_FIVE = [
  [150, 60, 210, 58],
  [140, 72, 136, 110],
  [136, 110, 190, 116],
  [190, 116, 198, 150],
  [198, 150, 140, 168],
] as const;

const [width, height] = [320, 240];

interface Conditions {
  shadow?: boolean;
  lines?: boolean;
  speck?: boolean;
  board?: boolean;
}

/** A sheet in uneven light: grain, a soft shadow from the left, ruled lines if asked. */
function photograph(options: Conditions): Picture {
  const random = new KeyedRandom(3);
  const ground = (x: number, y: number) => {
    const light =
      (options.shadow ? 0.5 + 0.5 / (1 + Math.exp(-(x - 170) / 4)) : 1) * (0.9 + (0.1 * x) / width);
    const lined = options.lines && (y + 0.03 * x) % 28 < 2 ? 0.75 : 1;
    return (options.board ? 45 : 225) * light * lined + 4 * (random.uniform() + random.uniform() - 1);
  };
  const picture = drawStrokes(width, height, BROKEN_FIVE, {
    thickness: 9,
    ink: options.board ? 230 : 35,
    paper: ground,
  });
  if (options.speck) for (let y = 20; y < 24; y++) picture.data.fill(30, y * width + 20, y * width + 24);
  return picture;
}

/** How much of the ink of two 28 x 28 pictures is common, at the best place within one pixel. */
function likeness(a: Uint8Array, b: Uint8Array): number {
  const total = (image: Uint8Array) => image.reduce((sum, value) => sum + value, 0);
  const common = (by: number) => a.reduce((sum, value, i) => sum + Math.min(value, b[i + by] ?? 0), 0);
  const shared = Math.max(...[-29, -28, -27, -1, 0, 1, 27, 28, 29].map(common));
  return (2 * shared) / (total(a) + total(b));
}

describe('a photograph', () => {
  const reference = preprocessDrawing(drawStrokes(width, height, BROKEN_FIVE, { thickness: 9 }));

  it.each<[string, Conditions]>([
    ['of grainy paper', {}],
    ['with a shadow across the digit', { shadow: true }],
    ['of ruled paper', { lines: true }],
    ['with a speck far off', { speck: true }],
    ['of a board, light on dark', { board: true }],
    ['of ruled paper in a shadow, with a speck', { shadow: true, lines: true, speck: true }],
  ])('%s gives the whole digit, and nothing else', (_, options) => {
    const { image, empty, polarity, box } = preprocessDrawing(photograph(options));
    expect([empty, polarity]).toEqual([false, options.board ? 'lightOnDark' : 'darkOnLight']);
    expect(likeness(image, reference.image)).toBeGreaterThan(0.8);
    for (const side of ['left', 'top', 'width', 'height'] as const)
      expect(Math.abs(box![side] - reference.box![side])).toBeLessThanOrEqual(5);
  });

  it('of empty paper is empty, ruled or in shadow', () => {
    const random = new KeyedRandom(8);
    const data = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return (x < 150 ? 200 : 120) * (y % 30 < 2 ? 0.7 : 1) + 6 * random.uniform();
    });
    expect(preprocessDrawing({ data, width, height, channels: 1 })).toMatchObject({ empty: true });
  });

  it('is as large as a camera makes it, and its box is in its own pixels', () => {
    const small = photograph({ shadow: true });
    const factor = 3;
    const data = new Uint8Array(width * height * factor ** 2);
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [i % (width * factor), Math.floor(i / (width * factor))];
      data[i] = small.data[Math.floor(y / factor) * width + Math.floor(x / factor)];
    }
    const { image, box } = preprocessDrawing({
      data,
      width: width * factor,
      height: height * factor,
      channels: 1,
    });
    expect(likeness(image, reference.image)).toBeGreaterThan(0.8);
    expect(Math.abs(box!.left - factor * reference.box!.left)).toBeLessThan(30);
  });
});

it('the local median follows an edge of light and does not see a stroke', () => {
  const grey = Float32Array.from({ length: 40 * 30 }, (_, i) => (i % 40 < 20 ? 200 : 100));
  for (let row = 0; row < 30; row++) grey.fill(10, row * 40 + 8, row * 40 + 11);
  const ground = localMedian(grey, 40, 30, 6);
  expect([ground[5 * 40 + 9], ground[5 * 40 + 17], ground[5 * 40 + 24]]).toEqual([200, 200, 100]);
  const skip = Uint8Array.from(grey, (value) => (value === 200 ? 1 : 0));
  expect(localMedian(grey, 40, 30, 2, skip)[5 * 40 + 3]).toBe(-1);
});

it('ruled lines go, and what crosses them or ends before the border stays', () => {
  const values = new Float32Array(100 * 100);
  for (let column = 0; column < 100; column++) values[(40 + Math.round(column * 0.08)) * 100 + column] = 1;
  for (let row = 10; row < 90; row++) values.fill(1, row * 100 + 50, row * 100 + 54);
  for (let column = 20; column < 60; column++) values[80 * 100 + column] = 1;
  eraseRuledLines(values, 100, 100, 0.5);
  const row = (y: number) => values.subarray(y * 100, (y + 1) * 100).reduce((sum, value) => sum + value, 0);
  expect([row(41), row(44), row(80)]).toEqual([4, 4, 40]);
});

it('components hang together over corners', () => {
  const values = Float32Array.of(1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3);
  const { components, labels } = findComponents(values, 4, 3, 0.5);
  expect(components.map(({ mass, area }) => [mass, area])).toEqual([
    [3, 2],
    [3, 1],
  ]);
  expect([labels[0], labels[5], labels[11]]).toEqual([1, 1, 2]);
  const [a, b] = components.map(({ box }) => box);
  expect(gapBetween(a, b)).toBe(1);
  expect(boxAround(a, b)).toEqual({ left: 0, top: 0, width: 4, height: 3 });
});
