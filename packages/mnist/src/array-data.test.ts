import { arrayData, type ArrayDataOptions } from './array-data';
import type { Batch } from './batches';
import { ImageDataset } from './dataset';
import { syntheticImages } from './testing/synthetic';

/** Two images of 2 x 3 in three channels: the values 0 to 35, times 7. */
const bytes = Uint8Array.from({ length: 36 }, (_, i) => 7 * i);
const COLOUR = { labels: [1, 0], shape: [2, 3, 3] } as const;

async function firstBatch(dataset: ImageDataset, options: object = {}): Promise<Batch> {
  const { value } = (await dataset
    .batches({ batchSize: 8, ...options })
    .next()) as IteratorYieldResult<Batch>;
  return value;
}

/** The values in arrays of `lengths`, row by row. */
function nested(values: Iterable<number>, lengths: readonly number[]): ArrayDataOptions['images'] {
  const all = [...values];
  return lengths
    .slice(1)
    .reverse()
    .reduce<unknown[]>(
      (list, length) =>
        Array.from({ length: list.length / length }, (_, i) => list.slice(i * length, (i + 1) * length)),
      all,
    ) as ArrayDataOptions['images'];
}

describe('arrayData', () => {
  it('gives batches [batch, height, width, channels] of the pixels over 255', async () => {
    const dataset = arrayData({ images: bytes, ...COLOUR, classNames: ['cat', 'dog', 'fox'] });
    expect(dataset).toBeInstanceOf(ImageDataset);
    expect(dataset).toMatchObject({
      size: 2,
      height: 2,
      width: 3,
      channels: 3,
      numClasses: 3,
      name: 'array',
    });
    expect(dataset.classNames).toEqual(['cat', 'dog', 'fox']);
    const batch = await firstBatch(dataset);
    expect(batch.shape).toEqual([2, 2, 3, 3]);
    expect(batch.images).toBeInstanceOf(Float32Array);
    batch.images.forEach((value, i) => expect(value).toBeCloseTo((7 * i) / 255, 6));
    expect([...batch.labels]).toEqual([1, 0]);
    expect([...dataset.image(1)]).toEqual([...bytes.subarray(18)]);
    expect(dataset.pixelStatistics().mean).toBeCloseTo((7 * 17.5) / 255, 12);
    const one = await firstBatch(dataset.subset(1, { stratified: false }));
    expect(one.shape).toEqual([1, 2, 3, 3]);
  });

  it('takes grey images by [height, width] and names classes by their numbers', async () => {
    const dataset = arrayData({ images: bytes, labels: Int32Array.of(2, 0, 1, 0, 0, 0), shape: [2, 3] });
    expect(dataset).toMatchObject({ size: 6, channels: 1, numClasses: 3, classNames: ['0', '1', '2'] });
    expect((await firstBatch(dataset)).shape).toEqual([6, 2, 3, 1]);
  });

  it.each<[string, ArrayDataOptions['images']]>([
    ['clamped bytes', Uint8ClampedArray.from(bytes)],
    ['bytes in a larger buffer', new Uint8ClampedArray(Uint8Array.of(9, ...bytes, 9).buffer, 1, 36)],
    ['32-bit integers', Int32Array.from(bytes)],
    ['numbers', [...bytes]],
    ['floats from 0 to 1', Float32Array.from(bytes, (value) => value / 255)],
    ['doubles from 0 to 1', Float64Array.from(bytes, (value) => value / 255)],
    ['numbers [image][pixel]', nested(bytes, [2, 18])],
    ['numbers [image][row][column x channel]', nested(bytes, [2, 2, 9])],
    ['numbers [image][row][column][channel]', nested(bytes, [2, 2, 3, 3])],
    ['a byte array an image', [bytes.subarray(0, 18), bytes.subarray(18)]],
    [
      'a float array an image',
      [0, 18].map((at) => Float32Array.from(bytes.subarray(at, at + 18), (v) => v / 255)),
    ],
  ])('gives the same pixels from %s', (_, images) => {
    const dataset = arrayData({ images, ...COLOUR });
    expect([...dataset.image(0), ...dataset.image(1)]).toEqual([...bytes]);
  });

  it('rounds numbers from 0 to 1 to the nearest byte, and takes them from plain arrays with range 1', () => {
    const options = { labels: [0], shape: [1, 4] } as const;
    const images = [0, 0.3, 0.999, 1]; // 76.5 becomes 77, 254.7 becomes 255
    expect([...arrayData({ ...options, images, range: 1 }).image(0)]).toEqual([0, 77, 255, 255]);
    const whole = Float32Array.of(0, 1, 128, 255);
    expect([...arrayData({ ...options, images: whole, range: 255 }).image(0)]).toEqual([0, 1, 128, 255]);
  });

  it('keeps a flat Uint8Array without a copy', () => {
    expect(arrayData({ images: bytes, ...COLOUR }).image(0).buffer).toBe(bytes.buffer);
  });

  it('can have more classes than labels show, for a part of the data', () => {
    expect(arrayData({ images: bytes, ...COLOUR, numClasses: 5 }).numClasses).toBe(5);
  });

  it.each<[Partial<ArrayDataOptions>, string]>([
    [
      { images: bytes.subarray(1) },
      'expected 36 values in images, got 35. Compare the shape with the images',
    ],
    [{ images: nested(bytes, [3, 12]) }, 'expected 2 images in images, got 3'],
    [
      { images: [[...bytes.subarray(0, 18)], [...bytes.subarray(19)]] },
      'expected 18 values in images[1], got 17',
    ],
    [{ images: nested(bytes, [2, 3, 2, 3]) }, 'expected 2 values in images[0], got 3'],
    [
      { images: [...bytes.subarray(0, 35), NaN] },
      'expected pixels to be whole numbers from 0 to 255, got NaN in image 1',
    ],
    [{ images: [...bytes.subarray(0, 35), 256] }, 'got 256 in image 1'],
    [
      { images: [...bytes.subarray(0, 35), 0.5] },
      'got 0.5 in image 1. Correct the pixels, or give range: 1 if',
    ],
    [
      { images: Float32Array.from(bytes) },
      'expected pixels to be numbers from 0 to 1, got 7 in image 0. Correct the pixels, or give range: 255',
    ],
    [{ images: new Float32Array(36).fill(NaN) }, 'got NaN in image 0'],
    [
      { images: Array.from({ length: 36 }, (_, i) => i % 2) },
      'expected pixels up to 255, got nothing but 0 and 1. Give range: 1',
    ],
    [{ labels: [0, 1, 1] }, 'expected 54 values in images, got 36'],
    [{ labels: [] }, 'expected at least one label, got none'],
    [{ labels: [0, -1] }, 'expected labels to be whole numbers from 0 to 255, got -1 at image 1'],
    [{ labels: [NaN, 0] }, 'got NaN at image 0'],
    [{ labels: [0.5, 0] }, 'got 0.5 at image 0'],
    [{ labels: [0, 300] }, 'got 300 at image 1'],
    [
      { labels: [0, 2], classNames: ['a', 'b'] },
      'expected labels to be whole numbers from 0 to 1, got 2 at image 1',
    ],
    [{ numClasses: 2, classNames: ['a'] }, 'expected 2 class names, got 1'],
    [{ shape: [2, 3, 0] }, "expected the shape's channels to be an integer at least 1, got 0"],
    [
      { shape: [36] as unknown as [number, number] },
      'expected shape to be [height, width] or [height, width, channels], got [36]',
    ],
    [{ range: 2 as 1 }, 'expected range to be 1 or 255, got 2'],
    [
      { images: 'pixels' as unknown as number[] },
      'expected images to be an array or a typed array, got "pixels"',
    ],
    [
      { images: [bytes.subarray(0, 18), null as unknown as number[]] },
      'expected images[1] to be an array or a typed array, got null',
    ],
  ])('refuses %j', (wrong, message) => {
    const make = () => arrayData({ images: bytes, ...COLOUR, name: 'mine', ...wrong });
    expect(make).toThrow(message);
    expect(make).toThrow(/^arrayData\("mine"\): expected/);
  });
});

describe('augmentation of colour images', () => {
  it('moves every channel as it moves a grey image', async () => {
    const grey = syntheticImages(4, { height: 7, width: 6 });
    const pick = { augment: { elastic: 1 }, seed: 3, epoch: 2, shuffle: true };
    const other = grey.images.map((pixel) => 255 - pixel);
    const both = grey.images.length;
    const images = Uint8Array.from({ length: 2 * both }, (_, i) => (i % 2 ? other : grey.images)[i >> 1]);
    const two = await firstBatch(arrayData({ images, labels: grey.labels, shape: [7, 6, 2] }), pick);
    const plain = await firstBatch(new ImageDataset(grey), pick);
    const inverse = await firstBatch(new ImageDataset({ ...grey, images: other }), pick);
    expect(two.shape).toEqual([4, 7, 6, 2]);
    expect(two.images.filter((_, i) => i % 2 === 0)).toEqual(plain.images);
    expect(two.images.filter((_, i) => i % 2 === 1)).toEqual(inverse.images);
  });
});
