import { preprocessDrawing } from '@googlenet/mnist';
import type { KeyedRandom } from '../../../../packages/mnist/src/random';
import { drawStrokes } from '../../../../packages/mnist/src/testing/strokes';

/** Something that is no digit. */
export interface Outlier {
  /** A letter, or the name of the shape. */
  name: string;
  /** 28 x 28, white on black. */
  image: Uint8Array;
}

type Point = readonly [x: number, y: number];
type Line = readonly Point[];

const SIDE = 64;
/** Letters that many hands write as they write a digit: the picture alone does not tell them apart. */
export const lookalikes = new Set('OoIilSsZzBbgq');

/**
 * A letter, bent, tilted and drawn with a pen by chance.
 *
 * @param path - straight lines, as in SVG: `M0,0 L4,5 6,7 M...`
 */
export function letter(name: string, path: string, random: KeyedRandom): Outlier {
  const lines = path
    .split('M')
    .filter((part) => part.trim() !== '')
    .map((part) =>
      part
        .replaceAll('L', ' ')
        .trim()
        .split(/\s+/)
        .map((pair) => pair.split(',').map(Number) as unknown as Point),
    );
  return { name, image: draw(lines, random) };
}

/** The shapes besides letters. */
export const shapes: Readonly<Record<string, (random: KeyedRandom) => Line[]>> = {
  heart: () => [
    turn(60, (t) => [
      16 * Math.sin(t) ** 3,
      -13 * Math.cos(t) + 5 * Math.cos(2 * t) + 2 * Math.cos(3 * t) + Math.cos(4 * t),
    ]),
  ],
  star: () => [Array.from({ length: 6 }, (_, i): Point => onCircle((i * 4 * Math.PI) / 5 - Math.PI / 2))],
  triangle: () => [Array.from({ length: 4 }, (_, i): Point => onCircle((i * 2 * Math.PI) / 3 - Math.PI / 2))],
  square: () => [Array.from({ length: 5 }, (_, i): Point => onCircle((i * Math.PI) / 2 + Math.PI / 4))],
  cross: () => [
    [
      [-1, 0],
      [1, 0],
    ],
    [
      [0, -1],
      [0, 1],
    ],
  ],
  spiral: () => [
    Array.from({ length: 60 }, (_, i): Point => [(i / 60) * Math.cos(i / 4), (i / 60) * Math.sin(i / 4)]),
  ],
  face: () => [
    turn(40, (t) => onCircle(t)),
    [
      [-0.35, -0.3],
      [-0.35, -0.2],
    ],
    [
      [0.35, -0.3],
      [0.35, -0.2],
    ],
    Array.from({ length: 12 }, (_, i): Point => onCircle(0.4 + (i / 11) * 2.3, 0.55)),
  ],
  house: () => [
    [
      [-1, 1],
      [-1, -0.2],
      [0, -1],
      [1, -0.2],
      [1, 1],
      [-1, 1],
    ],
    [
      [-0.3, 1],
      [-0.3, 0.3],
      [0.3, 0.3],
      [0.3, 1],
    ],
  ],
  tick: () => [
    [
      [-1, 0.2],
      [-0.3, 0.9],
      [1, -0.9],
    ],
  ],
  wave: () => [Array.from({ length: 40 }, (_, i): Point => [i / 10, Math.sin(i / 2.5) * 0.6])],
  dot: () => [
    [
      [0, 0],
      [0.001, 0],
    ],
  ],
  scribble: (random) => {
    let [x, y, direction] = [0, 0, random.between(0, 6)];
    return [
      Array.from({ length: 30 + random.below(60) }, (): Point => {
        direction += random.between(-1.1, 1.3);
        [x, y] = [x + Math.cos(direction), y + Math.sin(direction)];
        return [x, y];
      }),
    ];
  },
  zigzag: (random) => [
    Array.from({ length: 6 + random.below(9) }, (_, i): Point => [
      i * random.between(0.3, 0.5),
      i % 2 ? random.between(0.5, 1) : random.between(-1, -0.5),
    ]),
  ],
  tangle: (random) => [
    Array.from({ length: 7 + random.below(12) }, (): Point => [random.between(-1, 1), random.between(-1, 1)]),
  ],
};

/** A shape of {@link shapes}, disturbed as letters are. */
export function shape(name: keyof typeof shapes, random: KeyedRandom): Outlier {
  return { name, image: draw(shapes[name](random), random) };
}

function draw(lines: readonly Line[], random: KeyedRandom): Uint8Array {
  const [angle, shear, stretch] = [
    random.between(-0.18, 0.18),
    random.between(-0.2, 0.2),
    random.between(0.85, 1.2),
  ];
  const wobble = Array.from({ length: 4 }, () => random.between(-1, 1));
  const points = lines.flat();
  const middle = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  });
  const reach = Math.max(
    ...points.flatMap(([x, y]) => [Math.abs(x - middle[0]), Math.abs(y - middle[1])]),
    0.01,
  );
  const scale = Math.min(1, reach) * SIDE * random.between(0.28, 0.36);
  const place = ([px, py]: Point): Point => {
    const [x0, y0] = [(px - middle[0]) / reach, (py - middle[1]) / reach];
    const x1 = x0 * stretch + shear * y0 + 0.08 * wobble[0] * Math.sin(2.5 * y0 + 3 * wobble[1]);
    const y1 = y0 + 0.08 * wobble[2] * Math.sin(2.5 * x0 + 3 * wobble[3]);
    return [
      SIDE / 2 + scale * (x1 * Math.cos(angle) - y1 * Math.sin(angle)),
      SIDE / 2 + scale * (x1 * Math.sin(angle) + y1 * Math.cos(angle)),
    ];
  };
  const segments = lines.flatMap((line) => {
    const placed = line.map(place);
    return placed.slice(1).map(([x, y], i) => [placed[i][0], placed[i][1], x, y] as const);
  });
  const thickness = SIDE * random.between(0.05, 0.1);
  return preprocessDrawing(drawStrokes(SIDE, SIDE, segments, { thickness })).image;
}

function turn(steps: number, at: (angle: number) => Point): Line {
  return Array.from({ length: steps + 1 }, (_, i) => at((i * 2 * Math.PI) / steps));
}

function onCircle(angle: number, radius = 1): Point {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
