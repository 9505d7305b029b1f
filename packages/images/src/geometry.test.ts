import { centerCrop, crop, flipHorizontal, orient } from './geometry';
import { readImageHeader } from './header';
import { formulaPicture } from './testing/formula-picture';
import { dropAlpha, toFloat32 } from './to-float';

/** One channel, from rows of digits. */
const picture = (...rows: string[]) => ({
  data: Uint8Array.from(rows.join(''), Number),
  width: rows[0].length,
  height: rows.length,
  channels: 1,
});

describe('geometry', () => {
  it('crops a rectangle', () => {
    expect(crop(picture('0123', '4567', '8901'), { top: 1, left: 2, height: 2, width: 2 })).toEqual(
      picture('67', '01'),
    );
  });

  it('crops the middle, halves rounded to even as torchvision does', () => {
    expect(centerCrop(picture('01234'), { height: 1, width: 2 })).toEqual(picture('23'));
    expect(centerCrop(picture('0123456'), { height: 1, width: 2 })).toEqual(picture('23'));
  });

  it('mirrors left to right', () => {
    expect(flipHorizontal(picture('012', '345'))).toEqual(picture('210', '543'));
  });

  it('turns each of the eight orientations upright', () => {
    const stored = [
      '012/345',
      '210/543',
      '543/210',
      '345/012',
      '03/14/25',
      '30/41/52',
      '52/41/30',
      '25/14/03',
    ];
    stored.forEach((expected, i) => {
      expect(orient(picture('012', '345'), i + 1)).toEqual(picture(...expected.split('/')));
    });
  });

  it.each([
    [() => crop(picture('01'), { top: 0, left: 1, height: 1, width: 2 }), 'left'],
    [() => crop(picture('01'), { top: 1, left: 0, height: 1, width: 1 }), 'top'],
    [() => centerCrop(picture('01'), { height: 2, width: 1 }), 'height'],
    [() => orient(picture('01'), 9), 'orientation'],
    [() => readImageHeader(new Uint8Array(3)), 'FORMAT|JPEG'],
  ])('refuses what lies outside', (make, named) => {
    expect(make).toThrow(new RegExp(named));
  });
});

describe('toFloat32', () => {
  const pixel = { data: Uint8Array.of(10, 20, 30), width: 1, height: 1, channels: 3 };

  it('gives [0, 1] by default', () => {
    expect([...toFloat32(pixel)]).toEqual([10, 20, 30].map((v) => Math.fround(v / 255)));
  });

  it('gives what Caffe wants', () => {
    expect([...toFloat32(pixel, { order: 'bgr', scale: 1, mean: [104, 117, 123] })]).toEqual([
      -74, -97, -113,
    ]);
  });

  it('writes into a larger array, scaled by the deviation', () => {
    const target = new Float32Array(5);
    toFloat32(pixel, { scale: 1, mean: [0, 10, 20], std: [1, 2, 5] }, target, 1);
    expect([...target]).toEqual([0, 10, 5, 2, 0]);
  });

  it.each([
    [{ order: 'grb' }, 'order'],
    [{ scale: 0 }, 'scale'],
    [{ mean: [1, 2] }, '3 values of mean'],
    [{ std: [1, 0, 1] }, 'std'],
  ])('refuses %j', (format, named) => {
    expect(() => toFloat32(pixel, format as never)).toThrow(named);
  });

  it('refuses a target that is too short, and colours that cannot be swapped', () => {
    expect(() => toFloat32(pixel, {}, new Float32Array(3), 1)).toThrow('room for 3 values from 1');
    expect(() => toFloat32(formulaPicture(2, 2, 1), { order: 'bgr' })).toThrow('3 channels');
    expect(() => dropAlpha(pixel)).toThrow('4 channels');
  });
});
