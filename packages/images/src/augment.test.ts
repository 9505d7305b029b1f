import { augmentPhoto, type PhotoAugmentOptions } from './augment';
import { resize } from './resize';
import { formulaPicture } from './testing/formula-picture';

const photo = formulaPicture(64, 48);
const SIZE = { height: 12, width: 16 };
const view = (key: number[], augment: PhotoAugmentOptions = {}) =>
  augmentPhoto(photo, { size: SIZE, key, augment }).data;

/** A ramp whose red tells the column and whose green the row. */
const ramp = {
  data: Uint8Array.from(
    { length: 200 * 100 * 3 },
    (_, i) => [Math.floor(i / 3) % 200, Math.floor(i / 600), 0][i % 3],
  ),
  width: 200,
  height: 100,
  channels: 3,
};

describe('augmentPhoto', () => {
  it('is a function of its key, and another one for another key', () => {
    expect(view([1, 2, 3])).toEqual(view([1, 2, 3]));
    const seen = new Set(
      [
        [1, 2, 3],
        [2, 2, 3],
        [1, 3, 3],
        [1, 2, 4],
        [3, 2, 1],
      ].map((key) => view(key).join()),
    );
    expect(seen.size).toBe(5);
  });

  it('does not depend on the pictures before it', () => {
    const alone = view([0, 0, 9]);
    view([0, 0, 8]);
    expect(view([0, 0, 9])).toEqual(alone);
  });

  it('is the resized picture when the whole is taken and nothing else is on', () => {
    const whole = { area: [1, 1], aspect: [4 / 3, 4 / 3], mirror: false } as const;
    expect(view([5], whole)).toEqual(resize(photo, SIZE).data);
  });

  it('crops 8 to 100 % of the area with an aspect of 3/4 to 4/3, and mirrors half', () => {
    let [mirrored, areas, smallest, largest] = [0, 0, 1, 0];
    const count = 600;
    for (let i = 0; i < count; i++) {
      const { data } = augmentPhoto(ramp, { size: { height: 20, width: 20 }, key: [i], filter: 'bilinear' });
      const at = (row: number, column: number, channel: number) => data[(row * 20 + column) * 3 + channel];
      if (at(10, 0, 0) > at(10, 19, 0)) mirrored++;
      const width = (Math.abs(at(10, 2, 0) - at(10, 17, 0)) / 15) * 20;
      const height = ((at(17, 10, 1) - at(2, 10, 1)) / 15) * 20;
      const area = (width * height) / (200 * 100);
      areas += area / count;
      smallest = Math.min(smallest, area);
      largest = Math.max(largest, area);
      expect(width / height).toBeGreaterThan(0.68);
      expect(width / height).toBeLessThan(1.47);
    }
    expect(mirrored / count).toBeGreaterThan(0.43);
    expect(mirrored / count).toBeLessThan(0.57);
    expect(smallest).toBeGreaterThan(0.06);
    expect(smallest).toBeLessThan(0.12);
    expect(largest).toBeGreaterThan(0.55); // a 2:1 picture has no larger crop of 4:3
    expect(areas).toBeGreaterThan(0.25);
  });

  it('changes colours within their limits', () => {
    const grey = { data: new Uint8Array(3 * 16).fill(100), width: 4, height: 4, channels: 3 };
    const values = Array.from(
      { length: 200 },
      (_, i) =>
        augmentPhoto(grey, { size: { height: 4, width: 4 }, key: [i], augment: { brightness: 0.4 } }).data[0],
    );
    expect(Math.min(...values)).toBeGreaterThanOrEqual(60);
    expect(Math.min(...values)).toBeLessThan(66);
    expect(Math.max(...values)).toBeLessThanOrEqual(140);
    expect(Math.max(...values)).toBeGreaterThan(134);
  });

  it.each([
    [{ area: [0, 1] }, 'area'],
    [{ area: [0.5, 0.2] }, 'area'],
    [{ area: 0.5 }, 'area'],
    [{ aspect: [1] }, 'aspect'],
    [{ brightness: 2 }, 'brightness'],
    [{ contrast: -1 }, 'contrast'],
    [{ saturation: NaN }, 'saturation'],
  ])('refuses %j', (augment, named) => {
    expect(() => view([0], augment as never)).toThrow(named);
  });
});
