import { buildSync } from 'esbuild';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resizeShorterSide } from '../resize';
import { centerCrop } from '../geometry';
import { encodePng, folderOf, stripeFiles, stripes } from '../testing/photo-folder';
import { toFloat32 } from '../to-float';
import { listPictures } from './list-pictures';
import { openPhotos, type OpenPhotosOptions } from './open-photos';
import type { PhotoBatch, PhotoDataset } from './photo-dataset';

const SMALL: OpenPhotosOptions = { height: 16, width: 16 };
const picture = encodePng(stripes(0, 1));

async function all(
  data: PhotoDataset,
  options: Parameters<PhotoDataset['batches']>[0],
): Promise<PhotoBatch[]> {
  const batches: PhotoBatch[] = [];
  for await (const batch of data.batches(options)) batches.push(batch);
  return batches;
}

/** Opens, uses, closes. */
async function using<T>(
  folder: string,
  options: OpenPhotosOptions,
  use: (photos: Awaited<ReturnType<typeof openPhotos>>) => Promise<T> | T,
): Promise<T> {
  const photos = await openPhotos(folder, { ...SMALL, ...options });
  try {
    return await use(photos);
  } finally {
    await photos.close();
  }
}

describe('openPhotos', () => {
  const folder = folderOf({
    ...stripeFiles(10),
    'lying/notes.txt': 'x',
    'lying/.hidden.png': 'x',
    'readme.md': 'x',
  });

  it('takes classes from folders and divides each by the seed', async () => {
    await using(folder, { validationFraction: 0.3, testFraction: 0.1 }, (photos) => {
      expect(photos.classNames).toEqual(['lying', 'standing']);
      expect(photos.train.classCounts()).toEqual([6, 6]);
      expect(photos.validation?.classCounts()).toEqual([3, 3]);
      expect(photos.test?.classCounts()).toEqual([1, 1]);
      expect(photos.ignored).toEqual(['lying/notes.txt', 'readme.md']);
      const files = [photos.train, photos.validation, photos.test].flatMap((part) =>
        Array.from({ length: part?.size ?? 0 }, (_, i) => part?.file(i)),
      );
      expect(new Set(files).size).toBe(20);
    });
  });

  it('divides the same way for the same seed only', async () => {
    const prints = [];
    for (const seed of [1, 1, 2])
      prints.push(await using(folder, { seed }, ({ train }) => train.fingerprint()));
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
  });

  it('keeps the parts that a folder has', async () => {
    const divided = folderOf({
      ...stripeFiles(4, 'train/'),
      ...stripeFiles(2, 'val/', 20),
      ...stripeFiles(1, 'test/', 30),
    });
    await using(divided, { validationFraction: 0.5, testFraction: 0.2 }, ({ train, validation, test }) => {
      expect([train.size, validation?.size, test?.size]).toEqual([8, 4, 2]);
      expect(validation?.file(0)).toBe('val/lying/020.png');
    });
  });

  it('reads a CSV list, quotes and byte-order mark included', async () => {
    const listed = folderOf({
      'a, b.png': picture,
      'c.png': picture,
      'd.png': picture,
      'list.csv':
        '\ufeffFile,Label,Split\r\n"a, b.png",cat,train\r\nc.png,dog,train\r\n\r\nd.png,dog,test\r\n',
    });
    await using(join(listed, 'list.csv'), {}, ({ train, validation, test, classNames }) => {
      expect(classNames).toEqual(['cat', 'dog']);
      expect([train.file(0), train.file(1), validation, test?.file(0)]).toEqual([
        'a, b.png',
        'c.png',
        undefined,
        'd.png',
      ]);
    });
  });

  it('gives the middle of the resized picture as the network wants it', async () => {
    const pixels = { order: 'bgr', scale: 1, mean: [104, 117, 123] } as const;
    await using(folder, { pixels, validationFraction: 0 }, async ({ train }) => {
      const [batch] = await all(train, { batchSize: 3 });
      expect(batch.shape).toEqual([3, 16, 16, 3]);
      expect([...batch.labels]).toEqual([0, 0, 0]);
      const stored = resizeShorterSide(stripes(0, 2), 18, { filter: 'bilinear' });
      const expected = toFloat32(centerCrop(stored, { height: 16, width: 16 }), pixels);
      expect([...batch.images.slice(2 * 768)]).toEqual([...expected]);
      expect((await train.picture(2)).data).toEqual(stored.data);
    });
  });

  it('goes on inside an epoch with the very batches of an uninterrupted one', async () => {
    const options = { batchSize: 3, shuffle: true, seed: 5, epoch: 2, augment: { brightness: 0.3 } };
    await using(folder, {}, async ({ train }) => {
      const whole = await all(train, options);
      expect(await all(train, { ...options, startBatch: 2 })).toEqual(whole.slice(2));
      expect(await all(train, { ...options, prefetch: 0 })).toEqual(whole);
      expect((await all(train, { ...options, epoch: 3 }))[0].images).not.toEqual(whole[0].images);
      expect(new Set(whole.flatMap(({ indices }) => [...indices])).size).toBe(train.size);
      expect(await all(train, { ...options, dropRemainder: true })).toHaveLength(5);
    });
  });

  it('decodes the rows alone that are asked for, and says how many the batch has', async () => {
    const options = { batchSize: 5, shuffle: true, seed: 5, epoch: 1, augment: { brightness: 0.3 } };
    await using(folder, {}, async ({ train }) => {
      const whole = await all(train, options);
      const rows = (images: number) => [images >> 1, images] as const;
      const part = await all(train, { ...options, rows });
      expect(part).toEqual(
        whole.map(({ images, labels, indices }) => ({
          images: images.slice((labels.length >> 1) * 16 * 16 * 3),
          labels: labels.slice(labels.length >> 1),
          indices: indices.slice(labels.length >> 1),
          shape: [labels.length - (labels.length >> 1), 16, 16, 3],
          globalImages: labels.length,
        })),
      );
    });
  });

  it('processes that open a folder together decode a share each and skip the same pictures', async () => {
    const broken = folderOf({ ...stripeFiles(4), 'lying/a.jpg': 'no picture', 'standing/b.png': 'neither' });
    const told: unknown[] = [];
    const open = async (rank: number) => {
      let decoded = 0;
      const onProgress = () => void decoded++;
      const gather = async <T>(own: T): Promise<T[]> => {
        told.push(own);
        while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
        return told as T[];
      };
      const together = { rank, size: 2, localSize: 2, gather };
      return using(broken, { corrupt: 'skip', together, onProgress }, ({ train, skipped }) => ({
        decoded,
        fingerprint: train.fingerprint(),
        skipped,
      }));
    };
    const [first, second] = await Promise.all([open(0), open(1)]);
    expect([first.decoded, second.decoded]).toEqual([5, 5]);
    const alone = await using(broken, { corrupt: 'skip' }, ({ train, skipped }) => ({
      fingerprint: train.fingerprint(),
      skipped,
    }));
    for (const one of [first, second]) expect(one).toMatchObject(alone);
  });

  it('gives the same batches from memory, from the disk and from the files', async () => {
    const options = { batchSize: 4, shuffle: true, augment: {} };
    const cacheFolder = mkdtempSync(join(tmpdir(), 'cache-'));
    const wanted = await using(folder, {}, ({ train }) => all(train, options));
    for (const caches of [{ cacheBytes: 0 }, { cacheFolder }, { cacheFolder, cacheBytes: 0 }])
      expect(await using(folder, caches, ({ train }) => all(train, options))).toEqual(wanted);
  });

  it('makes torn files of the cache anew', async () => {
    const cacheFolder = mkdtempSync(join(tmpdir(), 'cache-'));
    const first = await using(folder, { cacheFolder }, ({ train }) => all(train, { batchSize: 20 }));
    for (const name of readdirSync(cacheFolder, { recursive: true, encoding: 'utf8' }))
      if (/[0-9a-f]{40}$/.test(name)) truncateSync(join(cacheFolder, name), 100);
    expect(await using(folder, { cacheFolder }, ({ train }) => all(train, { batchSize: 20 }))).toEqual(first);
  });

  it("threads give what the caller's own thread gives", async () => {
    const workerFile = join(mkdtempSync(join(tmpdir(), 'worker-')), 'worker.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'worker.ts')],
      outfile: workerFile,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
      logOverride: { 'empty-import-meta': 'silent' },
    });
    const broken = folderOf({ ...stripeFiles(4), 'lying/broken.png': 'x' });
    const options = { batchSize: 3, shuffle: true, augment: {} };
    const read = (extra: OpenPhotosOptions) =>
      using(broken, { corrupt: 'skip', ...extra }, async ({ train, skipped }) => ({
        batches: await all(train, options),
        skipped,
      }));
    expect(await read({ workers: 2, workerFile })).toEqual(await read({ workers: 0 }));
  });

  it('skips damaged pictures when told so, and lists them', async () => {
    const broken = folderOf({
      ...stripeFiles(3),
      'lying/a.jpg': 'no picture',
      'standing/b.png': picture.subarray(0, 200),
    });
    await using(broken, { corrupt: 'skip', validationFraction: 0 }, ({ train, skipped }) => {
      expect(train.size).toBe(6);
      expect(skipped.map(({ file }) => file)).toEqual(['lying/a.jpg', 'standing/b.png']);
      expect(skipped[0].reason).toContain('expected a JPEG, PNG or WebP');
    });
    await expect(openPhotos(broken, SMALL)).rejects.toThrow(
      /got 2 of 8 that cannot.*skip[^]*lying\/a.jpg[^]*standing\/b.png/,
    );
  });

  it('names a picture that vanishes later, and refuses work after close', async () => {
    const own = folderOf(stripeFiles(2));
    const photos = await openPhotos(own, { ...SMALL, cacheBytes: 0, validationFraction: 0 });
    rmSync(join(own, 'standing/001.png'));
    await expect(all(photos.train, { batchSize: 2 })).rejects.toThrow(/standing\/001.png/);
    await photos.close();
    await expect(all(photos.train, { batchSize: 2 })).rejects.toThrow('closed');
  });

  it('stops decoding when it is told to', async () => {
    await expect(openPhotos(folder, { ...SMALL, signal: AbortSignal.abort('enough') })).rejects.toBe(
      'enough',
    );
  });

  it('follows links to folders, once each', () => {
    const own = folderOf(stripeFiles(2));
    symlinkSync('..', join(own, 'lying', 'loop'));
    symlinkSync(join(own, 'nowhere'), join(own, 'lying', 'dangling'));
    const { pictures } = listPictures(own);
    expect(pictures.filter(({ file }) => file === 'lying/000.png')).toHaveLength(1);
    expect(pictures.length).toBeLessThan(10);
  });
});

describe('bad folders and lists end in a clear error', () => {
  const csv = (text: string | Uint8Array) =>
    join(folderOf({ 'a.png': picture, 'b.png': picture, 'l.csv': text }), 'l.csv');
  const cases: [string, () => string, RegExp][] = [
    ['a folder that does not exist', () => '/nowhere/at/all', /expected a folder of pictures, got .*nowhere/],
    ['an empty folder', () => folderOf({ x: '' }), /two at least.*no folders/],
    [
      'pictures without folders',
      () => folderOf({ 'a.png': picture, 'b.png': picture }),
      /beside one another/,
    ],
    ['one class', () => folderOf({ 'cat/a.png': picture }), /only "cat"/],
    ['an empty class', () => folderOf({ 'cat/a.png': picture, 'dog/readme.txt': '' }), /got none in .*dog/],
    [
      'val without train',
      () => folderOf({ 'val/cat/a.png': picture, 'test/cat/a.png': picture }),
      /expected a folder "train"/,
    ],
    [
      'two names of one part',
      () => folderOf({ ...stripeFiles(1, 'train/'), ...stripeFiles(1, 'val/'), ...stripeFiles(1, 'valid/') }),
      /one folder a part/,
    ],
    [
      'a class in val alone',
      () => folderOf({ ...stripeFiles(1, 'train/'), 'val/bird/a.png': picture }),
      /got also "bird"/,
    ],
    ['a device', () => '/dev/null', /neither/],
    ['an empty CSV', () => csv(''), /got nothing/],
    ['a CSV of spaces', () => csv(' \n \n'), /got nothing/],
    ['a CSV without columns', () => csv('a.png,cat\nb.png,dog\n'), /the columns a.png, cat/],
    ['a CSV with a header only', () => csv('file,label\n'), /header only/],
    ['a CSV of one class', () => csv('file,label\na.png,cat\n'), /only "cat"/],
    ['a CSV with a missing file', () => csv('file,label\na.png,cat\nz.png,dog\n'), /row 3: no file z.png/],
    ['a CSV without a label', () => csv('file,label\na.png,\nb.png,dog\n'), /row 2: no label for a.png/],
    ['a CSV without a file', () => csv('file,label\n,cat\nb.png,dog\n'), /row 2: no file/],
    [
      'a CSV that lists one twice',
      () => csv('file,label\na.png,cat\na.png,dog\n'),
      /row 3: a.png is listed twice/,
    ],
    [
      'a CSV with an unknown part',
      () => csv('file,label,split\na.png,cat,dev\nb.png,dog,train\n'),
      /row 2: expected split to be train, val or test, got "dev"/,
    ],
    [
      'a CSV with a class in test alone',
      () => csv('file,label,split\na.png,cat,train\na.png,cat,train\nb.png,dog,test\n'),
      /listed twice|only "cat"/,
    ],
    ['a picture in place of a CSV', () => csv(picture), /a binary file/],
    [
      'a CSV with many wrong rows',
      () => csv(`file,label\n${'x.png,\n'.repeat(50)}`),
      /got 50 wrong ones[^]*and 30 more/,
    ],
  ];

  it.each(cases)('%s', async (_, make, message) => {
    const error = (await openPhotos(make(), SMALL).catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ name: 'ImageError' });
    expect(error.message).toMatch(message);
  });

  it('a class whose pictures are all damaged', async () => {
    const folder = folderOf({ 'cat/a.png': picture, 'dog/a.png': 'x', 'dog/b.png': '' });
    await expect(openPhotos(folder, { ...SMALL, corrupt: 'skip' })).rejects.toThrow(
      /every class, got none of "dog"/,
    );
  });

  it('a picture that claims to be huge, and one that is too long', async () => {
    const folder = folderOf({ 'cat/a.png': encodePng(stripes(0, 0, 3000, 1)), 'dog/a.png': picture });
    await expect(openPhotos(folder, SMALL)).rejects.toThrow(/times as long as wide, got 3000x1/);
    await expect(openPhotos(folder, { ...SMALL, maxPixels: 900 })).rejects.toThrow(/a.png: expected at most/);
  });

  it("a file of another kind under a picture's name", async () => {
    const folder = folderOf({ 'cat/a.png': picture, 'dog/a.jpg': 'GIF89a' });
    symlinkSync('/dev/zero', join(folder, 'dog', 'zero.png'));
    await expect(openPhotos(folder, SMALL)).rejects.toThrow(/got GIF[^]*got a folder or a device/);
  });

  it.each([
    [{ height: 0 }, 'height'],
    [{ width: 1e6 }, 'width'],
    [{ storedSide: 8 }, 'storedSide'],
    [{ filter: 'nearest' }, 'filter'],
    [{ corrupt: 'ignore' }, 'corrupt'],
    [{ workers: -1 }, 'workers'],
    [{ validationFraction: 1 }, 'validationFraction'],
    [{ validationFraction: 0.5, testFraction: 0.5 }, 'leave a tenth'],
    [{ seed: 0.5 }, 'seed'],
    [{ pixels: { mean: [1] } }, 'mean'],
  ])('the option %j', async (options, named) => {
    await expect(openPhotos('/nowhere', { ...SMALL, ...(options as OpenPhotosOptions) })).rejects.toThrow(
      RangeError,
    );
    await expect(openPhotos('/nowhere', { ...SMALL, ...(options as OpenPhotosOptions) })).rejects.toThrow(
      named,
    );
  });

  it('a pass with options outside their range', async () => {
    await using(folderOf(stripeFiles(2)), {}, ({ train }) => {
      for (const wrong of [
        { batchSize: 0 },
        { batchSize: 1, epoch: -1 },
        { batchSize: 1, startBatch: 99 },
        { batchSize: 1, augment: { area: [2, 3] } },
        { batchSize: 1, normalize: 'unit' },
      ])
        expect(() => train.batches(wrong as never)).toThrow(RangeError);
    });
  });
});
