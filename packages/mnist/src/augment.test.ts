import type { AugmentOptions } from './augment';
import { createAugmenter } from './augment';
import { KeyedRandom } from './random';

const OFF: Required<AugmentOptions> = {
  shift: 0,
  rotate: 0,
  scale: 0,
  shear: 0,
  elastic: 0,
  elasticSpacing: 7,
  fill: 0,
};
const SIZE = 9;
const CENTER = 4;

/** Random numbers that are always the upper end (or, for -1, the lower end) of their range. */
const extreme = (side: 1 | -1) =>
  ({ between: (low: number, high: number) => (side > 0 ? high : low) }) as KeyedRandom;

/** One bright pixel. */
function dot(row: number, column: number): Uint8Array {
  const image = new Uint8Array(SIZE * SIZE);
  image[row * SIZE + column] = 255;
  return image;
}

/** Brightness and centre of mass `[row, column]`. */
function moments(image: ArrayLike<number>, width = SIZE) {
  let [mass, row, column] = [0, 0, 0];
  for (let i = 0; i < image.length; i++) {
    const value = image[i] ?? 0;
    mass += value;
    row += value * Math.floor(i / width);
    column += value * (i % width);
  }
  return { mass, row: row / mass, column: column / mass };
}

function apply(image: Uint8Array, options: AugmentOptions, random: KeyedRandom, width = SIZE): Float32Array {
  const target = new Float32Array(image.length);
  createAugmenter({ ...OFF, ...options }, image.length / width, width)(image, target, 0, random);
  return target;
}

describe('augmentation', () => {
  it('changes nothing when everything is off', () => {
    const image = Uint8Array.from({ length: 81 }, (_, i) => (i * 31) % 256);
    expect([...apply(image, {}, new KeyedRandom(1))]).toEqual([...image]);
  });

  it('shifts by whole and half pixels, without losing brightness', () => {
    expect(moments(apply(dot(3, 4), { shift: 2 }, extreme(1)))).toEqual({ mass: 255, row: 5, column: 6 });
    expect(moments(apply(dot(3, 4), { shift: 1.5 }, extreme(-1)))).toEqual({
      mass: 255,
      row: 1.5,
      column: 2.5,
    });
  });

  it('rotates about the centre: 90 degrees exactly', () => {
    const image = Uint8Array.from({ length: 81 }, (_, i) => i * 3);
    const turned = apply(image, { rotate: 90 }, extreme(1));
    for (let row = 0; row < SIZE; row++) {
      for (let column = 0; column < SIZE; column++) {
        const clockwise = image[(SIZE - 1 - column) * SIZE + row] ?? 0;
        const counter = image[column * SIZE + (SIZE - 1 - row)] ?? 0;
        expect([clockwise, counter]).toContain(Math.round(turned[row * SIZE + column] ?? 0));
      }
    }
    expect(moments(apply(dot(4, 7), { rotate: 90 }, extreme(1))).row).toBeCloseTo(7, 5);
    expect(moments(apply(dot(4, 7), { rotate: 90 }, extreme(-1))).row).toBeCloseTo(1, 5);
  });

  it('a positive change of size enlarges, a negative one shrinks', () => {
    expect(moments(apply(dot(4, 6), { scale: 0.5 }, extreme(1))).column).toBeCloseTo(7, 5);
    const small = moments(apply(dot(4, 8), { scale: 0.5 }, extreme(-1)));
    expect(small.column).toBeCloseTo(6, 5);
  });

  it('slants rows in proportion to their distance from the centre', () => {
    const shear = (Math.atan(0.5) * 180) / Math.PI;
    for (const row of [0, 2, 4, 6, 8]) {
      const moved = moments(apply(dot(row, 4), { shear }, extreme(1)));
      expect(moved.row).toBeCloseTo(row, 5);
      expect(moved.column - CENTER).toBeCloseTo((CENTER - row) * 0.5, 5);
    }
  });

  it('fills what comes from outside', () => {
    const image = apply(new Uint8Array(81).fill(100), { shift: 3, fill: 40 }, extreme(1));
    expect([...image.subarray(0, 4)]).toEqual([40, 40, 40, 40]);
    expect(image[80]).toBe(100);
  });

  it('elastic displacement has the stated standard deviation and is smooth', () => {
    const [height, width] = [28, 28];
    const ramp = Uint8Array.from({ length: height * width }, (_, i) => (i % width) * 8 + 16);
    const augment = createAugmenter({ ...OFF, elastic: 0.5 }, height, width);
    const target = new Float32Array(height * width);
    let [squares, steps, count] = [0, 0, 0];
    for (let n = 0; n < 200; n++) {
      augment(ramp, target, 0, new KeyedRandom(3, n));
      for (let row = 4; row < height - 4; row++) {
        for (let column = 4; column < width - 4; column++) {
          const at = row * width + column;
          const move = ((target[at] ?? 0) - (ramp[at] ?? 0)) / 8;
          const below = ((target[at + width] ?? 0) - (ramp[at + width] ?? 0)) / 8;
          squares += move * move;
          steps += (move - below) ** 2;
          count++;
        }
      }
    }
    expect(Math.sqrt(squares / count)).toBeGreaterThan(0.45);
    expect(Math.sqrt(squares / count)).toBeLessThan(0.55);
    expect(Math.sqrt(steps / count)).toBeLessThan(0.15);
  });

  it('is a function of the key', () => {
    const image = dot(4, 5);
    const once = apply(image, { shift: 2, rotate: 30, elastic: 1 }, new KeyedRandom(1, 2, 3));
    expect(apply(image, { shift: 2, rotate: 30, elastic: 1 }, new KeyedRandom(1, 2, 3))).toEqual(once);
    expect(apply(image, { shift: 2, rotate: 30, elastic: 1 }, new KeyedRandom(1, 3, 2))).not.toEqual(once);
  });

  it('refuses options that do not exist', () => {
    expect(() => apply(dot(4, 5), { shfit: 2 } as never, new KeyedRandom(1))).toThrow(
      'augment: expected only shift, rotate, scale, shear, elastic, elasticSpacing, fill, got shfit. Correct the name.',
    );
  });
});
