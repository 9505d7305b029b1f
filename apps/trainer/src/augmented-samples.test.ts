import { arrayData } from '@googlenet/mnist';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { augmentedFile, augmentedSamples, writeAugmented } from './augmented-samples';
import { resolveConfig } from './config/resolve';

const SIDE = 12;
/** Nine images: a bright column, further right from class to class. */
const training = arrayData({
  images: Uint8Array.from({ length: 9 * SIDE * SIDE }, (_, i) =>
    i % SIDE === 2 + (Math.floor(i / (SIDE * SIDE)) % 3) ? 255 : 0,
  ),
  labels: [0, 1, 2, 0, 1, 2, 0, 1, 2],
  shape: [SIDE, SIDE],
});

let cwd: string;
beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'googlenet-augmented-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const shifted = () => resolveConfig({ set: ['training.augment={"shift":3,"rotate":0,"elastic":0}'] }, cwd);

describe('samples of augmentation', () => {
  it('are what the epochs of the run see, beside the image as it is', async () => {
    const config = shifted();
    const samples = await augmentedSamples(training, config);
    expect(samples.map(({ variants }) => variants.length)).toEqual([7, 7, 7, 7, 7, 7]);
    const some = training.subset(6, { seed: config.seed });
    for await (const { images } of some.batches({
      batchSize: 6,
      seed: config.seed,
      epoch: 2,
      augment: config.training.augment,
    }))
      samples.forEach(({ variants }, i) =>
        expect([...(variants[2] ?? [])]).toEqual(
          [...images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)].map((value) =>
            Math.round(255 * value),
          ),
        ),
      );
    samples.forEach(({ original, label }, i) => {
      expect([...original]).toEqual([...some.image(i)]);
      expect(label).toBe(String(some.label(i)));
    });
    expect(samples[0]?.variants[0]).not.toEqual(samples[0]?.original);
  });

  it('are drawn into the run folder, eight in a row; nothing is where the run leaves its images as they are', async () => {
    await writeAugmented(cwd, training, resolveConfig({}, cwd));
    expect(existsSync(augmentedFile(cwd))).toBe(false);
    await writeAugmented(cwd, training, shifted());
    const { width, height } = PNG.sync.read(readFileSync(augmentedFile(cwd)));
    // Each image is nine times as large, with twelve pixels between them.
    expect(width).toBe(8 * (9 * SIDE + 12) + 12);
    expect(height).toBeGreaterThan(6 * 9 * SIDE);
  });
});
