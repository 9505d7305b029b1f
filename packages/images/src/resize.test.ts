import golden from './__fixtures__/pillow-resize.json';
import { adjustColor } from './augment';
import { resize, resizeShorterSide, type ResizeFilter } from './resize';
import { formulaPicture, sha256 } from './testing/formula-picture';

describe('resize', () => {
  it.each(
    golden.resizes.map((g) => [
      `${g.filter} ${g.from.join('x')} -> ${g.to.join('x')} (${g.channels ?? 3})`,
      g,
    ]),
  )('equals Pillow byte by byte: %s', (_, { filter, from, to, channels, sha256: expected }) => {
    const [width, height] = to;
    const image = formulaPicture(from[0], from[1], channels ?? 3);
    const result = resize(image, { width, height, filter: filter as ResizeFilter });
    expect([result.width, result.height, sha256(result.data)]).toEqual([width, height, expected]);
  });

  it('takes the nearest pixels only, without antialiasing', () => {
    const image = { data: Uint8Array.of(0, 100, 200, 40, 0, 0, 0, 80), width: 8, height: 1, channels: 1 };
    const { data } = resize(image, { width: 2, height: 1, filter: 'bilinear', antialias: false });
    expect([...data]).toEqual([(100 + 200) / 2, 0]);
  });

  it('gives the same picture where nothing is to do', () => {
    const image = formulaPicture(5, 4);
    expect(resize(image, { width: 5, height: 4 })).toBe(image);
  });

  it('keeps the shape when it is told the shorter side', () => {
    const wide = resizeShorterSide(formulaPicture(50, 20), 9);
    expect([wide.width, wide.height]).toEqual([22, 9]);
    const tall = resizeShorterSide(formulaPicture(20, 50), 9);
    expect([tall.width, tall.height]).toEqual([9, 22]);
  });

  it.each([
    [{ width: 0, height: 5 }, /width to be an integer from 1 to 32768, got 0/],
    [{ width: 5, height: 1e9 }, /height/],
    [{ width: 5, height: NaN }, /height/],
    [{ width: 5, height: 5, filter: 'lanczos' }, /filter to be one of box, bilinear, bicubic, got "lanczos"/],
  ])('refuses %j', (options, message) => {
    expect(() => resize(formulaPicture(4, 4), options as never)).toThrow(message);
  });

  it('refuses a picture whose bytes do not fit its size', () => {
    const image = { data: new Uint8Array(10), width: 2, height: 2, channels: 3 };
    expect(() => resize(image, { width: 1, height: 1 })).toThrow('expected 12 bytes for 2x2x3, got 10');
  });
});

describe('adjustColor', () => {
  it.each(golden.colors.map((g) => [g.what, g.factor, g.values]))(
    'changes the %s by %d as Pillow does, to within one level',
    (what, factor, values) => {
      const { data } = adjustColor(formulaPicture(9, 7), what as 'contrast', factor);
      const difference = [...data].map((value, i) => Math.abs(value - values[i]));
      expect(Math.max(...difference)).toBeLessThanOrEqual(1);
    },
  );
});
