import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { useWasm } from '@googlenet/backend-wasm';
import { ImageDataset } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { readModelFiles } from '@googlenet/model';
import { evaluate } from '@googlenet/training';
import { findModules } from './worker/graph';
import { loadModel } from './worker/model-store';

const folder = join(__dirname, '../../../packages/mnist-weights/model');
const recordPath = join(folder, 'run.json');
const read = (name: string) => readFileSync(join(folder, name));

interface RunRecord {
  seed: number;
  commit: string;
  testAccuracy: number;
  validation: { best: { value: number } | null };
  config: { training: object; model: object };
  shipped: { wireBytes: number; sha256: Record<string, string> };
}

/** How many of the 10,000 test images are evaluated here: enough to see a broken model, few enough for every run. */
const IMAGES = 1000;

describe('the shipped network', () => {
  const record = () => JSON.parse(readFileSync(recordPath, 'utf8')) as RunRecord;

  it('has the record of its run: config, seed, commit, and at least 99.68 % of the test images right', () => {
    const { seed, commit, testAccuracy, validation, config } = record();
    expect(Number.isInteger(seed)).toBe(true);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(testAccuracy).toBeGreaterThanOrEqual(0.9968);
    expect(validation.best?.value).toBeGreaterThan(0);
    expect(Object.keys(config)).toEqual(expect.arrayContaining(['training', 'model']));
  });

  it('is at most 1.5 MB over the wire, and the very files that the record is of', () => {
    expect(gzipSync(read('model.json')).length + read('weights.bin').length).toBeLessThanOrEqual(1_500_000);
    for (const [name, digest] of Object.entries(record().shipped.sha256)) {
      expect([name, createHash('sha256').update(read(name)).digest('hex')]).toEqual([name, digest]);
    }
  });

  it(`reads the first ${IMAGES} test images as well as its record says`, async () => {
    await useWasm({ threads: 2 });
    const json = JSON.parse(read('model.json').toString()) as unknown;
    const model = await loadModel(await readModelFiles(json, (name) => Promise.resolve(read(name))));
    expect(findModules(model)).toHaveLength(9);
    const { test } = await loadDataset({ name: 'mnist', source: 'package' });
    const rows = Int32Array.from({ length: IMAGES }, (_, i) => i);
    const report = await evaluate(model, new ImageDataset(test, rows), { batchSize: 50 });
    expect(report.accuracy).toBeGreaterThanOrEqual(0.99);
    model.dispose();
  });
});
