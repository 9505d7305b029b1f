import type { BatchOptions } from './batches';
import { ImageDataset } from './dataset';
import { collect, syntheticImages } from './testing/synthetic';

const data = syntheticImages(23);
const dataset = new ImageDataset(data);

const labelsOf = (part: ImageDataset) => Array.from({ length: part.size }, (_, i) => part.label(i));

describe('ImageDataset', () => {
  it('shows its images and labels', () => {
    expect([...dataset.image(2)]).toEqual([...data.images.subarray(40, 60)]);
    expect(dataset.label(22)).toBe(22 % 3);
    expect(dataset.classCounts()).toEqual([8, 8, 7]);
  });

  it('knows the mean and standard deviation of its pixels', () => {
    const flat = { ...syntheticImages(2), images: new Uint8Array(40).fill(51, 0, 20) };
    const { mean, std } = new ImageDataset(flat).pixelStatistics();
    expect(mean).toBeCloseTo(0.1, 10);
    expect(std).toBeCloseTo(0.1, 10);
  });

  it('a subset keeps the classes in their shares, and its order', () => {
    const labels = [...Array<number>(60).fill(0), ...Array<number>(30).fill(1), ...Array<number>(10).fill(2)];
    const skewed = new ImageDataset(syntheticImages(100, { labels }));
    const part = skewed.subset(20, { seed: 4 });
    expect(part.classCounts()).toEqual([12, 6, 2]);
    expect(labelsOf(part)).toEqual([...labelsOf(part)].sort());
    expect(skewed.subset(20, { seed: 4, stratified: false }).size).toBe(20);
    expect(skewed.subset(7).classCounts()).toEqual([4, 2, 1]);
  });

  it('subsets depend on the seed alone', () => {
    const pixels = (seed: number) => [...dataset.subset(9, { seed }).image(0)].join();
    const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(seeds.map(pixels)).toEqual(seeds.map(pixels));
    expect(new Set(seeds.map(pixels)).size).toBeGreaterThan(1);
  });

  it('a split loses and repeats nothing', () => {
    const [rest, part] = dataset.split({ fraction: 0.3, seed: 1 });
    expect([rest.size, part.size]).toEqual([16, 7]);
    const images = [rest, part].flatMap((d) => Array.from({ length: d.size }, (_, i) => d.image(i).join()));
    const all = Array.from({ length: 23 }, (_, i) => dataset.image(i).join());
    expect(images.sort()).toEqual(all.sort());
    expect(part.classCounts()).toEqual([3, 2, 2]);
  });

  it('balance evens out the classes, by drawing less or by repeating', () => {
    const labels = [0, 0, 0, 0, 0, 1, 1, 2, 2, 2];
    const skewed = new ImageDataset(syntheticImages(10, { labels }));
    expect(skewed.balance().classCounts()).toEqual([2, 2, 2]);
    expect(skewed.balance({ perClass: 5 }).classCounts()).toEqual([5, 5, 5]);
  });
});

describe('resize', () => {
  // Computed with PIL 12: Image.fromarray(float32 [[0, 100], [200, 50]]).resize((4, 4), BILINEAR) and the mean by hand.
  const corners = new ImageDataset({
    ...syntheticImages(1),
    images: Uint8Array.of(0, 100, 200, 50),
    height: 2,
    width: 2,
  });

  it('interpolates between pixel centres where images grow, and keeps their edges', async () => {
    const [{ images, shape }] = await collect(
      corners.resize({ height: 4, width: 4 }).batches({ batchSize: 1, normalize: { mean: 0, std: 1 / 255 } }),
    );
    expect(shape).toEqual([1, 4, 4, 1]);
    // prettier-ignore
    const expected = [
      0, 25, 75, 100,
      50, 59.375, 78.125, 87.5,
      150, 128.125, 84.375, 62.5,
      200, 162.5, 87.5, 50,
    ];
    images.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3));
  });

  it('takes the mean of what a pixel covers where images shrink', () => {
    const one = corners.resize({ height: 1, width: 1 });
    expect([one.height, one.width, ...one.image(0)]).toEqual([1, 1, 88]);
  });

  it('comes after the augmentation, which is the one of the images as they are', async () => {
    const options: BatchOptions = { batchSize: 4, seed: 3, shuffle: true, augment: { shift: 1 } };
    const large = dataset.resize({ height: dataset.height * 2, width: dataset.width * 2 });
    const [plain, twice] = [await collect(dataset.batches(options)), await collect(large.batches(options))];
    const again = await collect(
      large.resize({ height: dataset.height, width: dataset.width }).batches(options),
    );
    expect(again).toEqual(plain);
    twice.forEach(({ images }, i) => {
      const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(images)).toBeCloseTo(mean(plain[i].images), 1);
    });
  });

  it('stays with subsets and splits', () => {
    const [rest, part] = dataset.resize({ height: 9, width: 8 }).subset(10).split({ fraction: 0.5 });
    expect([rest, part].map(({ height, width }) => [height, width])).toEqual([
      [9, 8],
      [9, 8],
    ]);
    expect(part.image(0)).toHaveLength(72);
  });

  it('says what is wrong with a size', () => {
    expect(() => dataset.resize({ height: 0, width: 8 })).toThrow(
      'resize: expected height to be an integer from 1 to 4096, got 0.',
    );
  });
});

describe('batches', () => {
  it('hold every image once, NHWC, from 0 to 1', async () => {
    const batches = await collect(dataset.batches({ batchSize: 10 }));
    expect(batches.map((batch) => batch.shape)).toEqual([
      [10, 4, 5, 1],
      [10, 4, 5, 1],
      [3, 4, 5, 1],
    ]);
    expect(batches.flatMap((batch) => [...batch.indices])).toEqual([...Array(23).keys()]);
    expect(batches.flatMap((batch) => [...batch.labels])).toEqual([...data.labels]);
    const pixels = batches.flatMap((batch) => [...batch.images]);
    expect(pixels).toEqual([...Float32Array.from(data.images, (pixel) => pixel / 255)]);
  });

  it('leave out a smaller last one when asked', async () => {
    expect(await collect(dataset.batches({ batchSize: 10, dropRemainder: true }))).toHaveLength(2);
    expect(dataset.batchCount({ batchSize: 10, dropRemainder: true })).toBe(2);
    expect(dataset.batchCount({ batchSize: 10 })).toBe(3);
  });

  it('are standardised with a mean and a standard deviation', async () => {
    const { mean, std } = dataset.pixelStatistics();
    const [batch] = await collect(dataset.batches({ batchSize: 23, normalize: { mean, std } }));
    const values = [...batch.images];
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(average).toBeCloseTo(0, 5);
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 4);
  });

  it('are shuffled anew in every epoch, and alike for the same seed', async () => {
    const order = async (seed: number, epoch: number) => {
      const batches = await collect(dataset.batches({ batchSize: 5, shuffle: true, seed, epoch }));
      return batches.flatMap((batch) => [...batch.indices]);
    };
    const first = await order(1, 0);
    expect(first).toEqual(await order(1, 0));
    expect([...first].sort((a, b) => a - b)).toEqual([...Array(23).keys()]);
    expect(first).not.toEqual([...Array(23).keys()]);
    expect(first).not.toEqual(await order(1, 1));
    expect(first).not.toEqual(await order(2, 0));
  });

  it.each([0, 1, 3])(
    'go on in the middle of an epoch as if nothing had been, prefetch %d',
    async (prefetch) => {
      const options: BatchOptions = { batchSize: 4, shuffle: true, seed: 9, epoch: 3, augment: {}, prefetch };
      const whole = await collect(dataset.batches(options));
      expect(whole).toHaveLength(6);
      for (const startBatch of [1, 4, 6]) {
        expect(await collect(dataset.batches({ ...options, startBatch }))).toEqual(whole.slice(startBatch));
      }
    },
  );

  it("an image's augmentation does not depend on the size of the batch", async () => {
    const augmented = async (batchSize: number) => {
      const batches = await collect(dataset.batches({ batchSize, augment: {}, seed: 5 }));
      return batches.flatMap((batch) => [...batch.images]);
    };
    expect(await augmented(7)).toEqual(await augmented(23));
  });

  it('are made ahead while the caller waits, and in the same order', async () => {
    const iterator = dataset.batches({ batchSize: 2, prefetch: 4 });
    const seen: number[] = [];
    for await (const batch of iterator) {
      seen.push(batch.indices[0]);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(seen).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  });

  it('end when the caller leaves the loop', async () => {
    const iterator = dataset.batches({ batchSize: 2, prefetch: 4 });
    for await (const batch of iterator) {
      expect(batch.indices[0]).toBe(0);
      break;
    }
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a mistake is named', () => {
  const good = syntheticImages(6);
  it.each<[string, () => unknown, string]>([
    [
      'pixels missing',
      () => new ImageDataset({ ...good, images: good.images.subarray(1) }),
      'ImageDataset("synthetic"): expected 120 pixels, got 119.',
    ],
    [
      'labels missing',
      () => new ImageDataset({ ...good, labels: good.labels.subarray(1) }),
      'ImageDataset("synthetic"): expected 6 labels, got 5.',
    ],
    [
      'a label beyond the classes',
      () => new ImageDataset({ ...good, labels: Uint8Array.of(0, 1, 2, 3, 0, 0) }),
      'ImageDataset("synthetic"): expected labels below 3, got 3 at image 3.',
    ],
    [
      'no batch size',
      () => dataset.batches({ batchSize: 0 }),
      'batches("synthetic"): expected batchSize to be an integer at least 1, got 0.',
    ],
    [
      'a start beyond the end',
      () => dataset.batches({ batchSize: 10, startBatch: 4 }),
      'batches("synthetic"): expected startBatch to be an integer from 0 to 3, got 4.',
    ],
    [
      'an unknown normalisation',
      () => dataset.batches({ batchSize: 1, normalize: 'none' as never }),
      'batches("synthetic"): expected normalize to be \'unit\' or { mean, std }, got "none".',
    ],
    [
      'a standard deviation of zero',
      () => dataset.batches({ batchSize: 1, normalize: { mean: 0, std: 0 } }),
      'batches("synthetic"): expected normalize.std to be a number from 0.000001 to 1000, got 0.',
    ],
    [
      'an impossible rotation',
      () => dataset.batches({ batchSize: 1, augment: { rotate: NaN } }),
      'augment: expected rotate to be a number from 0 to 180, got NaN.',
    ],
    [
      'a subset larger than the whole',
      () => dataset.subset(24),
      'subset: expected count to be an integer from 1 to 23, got 24.',
    ],
    [
      'a split that leaves nothing',
      () => dataset.split({ fraction: 0.01 }),
      'split: expected a fraction that leaves both parts an image, got 0.01 of 23 images.',
    ],
    [
      'an image that is not there',
      () => dataset.image(23),
      'image: expected index to be an integer from 0 to 22, got 23.',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

it('makes the rows of each batch that are asked for, augmented as in the whole batch', async () => {
  const options: BatchOptions = { batchSize: 5, shuffle: true, seed: 2, augment: {} };
  const whole = await collect(dataset.batches(options));
  const parts = await collect(
    dataset.batches({ ...options, rows: (images) => [1, Math.min(3, images)] as const }),
  );
  expect(parts.map(({ shape, globalImages }) => [shape[0], globalImages])).toEqual([
    [2, 5],
    [2, 5],
    [2, 5],
    [2, 5],
    [2, 3],
  ]);
  parts.forEach(({ images, labels, indices }, i) => {
    const area = images.length / labels.length;
    expect([...labels]).toEqual([...whole[i].labels.subarray(1, 3)]);
    expect([...indices]).toEqual([...whole[i].indices.subarray(1, 3)]);
    expect([...images]).toEqual([...whole[i].images.subarray(area, 3 * area)]);
  });
  expect(whole[0].globalImages).toBeUndefined();
});
