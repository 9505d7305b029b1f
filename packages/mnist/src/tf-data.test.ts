import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import { ImageDataset } from './dataset';
import { collect, syntheticImages } from './testing/synthetic';
import { toTfDataset } from './tf-data';

const dataset = new ImageDataset(syntheticImages(7));
/** What `@tensorflow/tfjs` exports of the two. */
const union = { ...tf, data: tfd };

interface Pair {
  xs: tf.Tensor;
  ys: tf.Tensor;
}

/** One pass; the tensors are disposed. */
async function read(source: tfd.Dataset<tf.TensorContainer>) {
  const seen: { shape: number[]; xs: number[]; ys: number[]; classes: number[] }[] = [];
  await source.forEachAsync((item) => {
    const { xs, ys } = item as unknown as Pair;
    seen.push({
      shape: xs.shape,
      xs: [...xs.dataSync()],
      ys: [...ys.dataSync()],
      classes: ys.shape,
    });
    tf.dispose([xs, ys]);
  });
  return seen;
}

describe('toTfDataset', () => {
  beforeAll(() => tf.ready());

  it('gives the same batches as tensors, with classes as numbers', async () => {
    const seen = await read(toTfDataset({ tf: union, dataset, batchSize: 4 }));
    const batches = await collect(dataset.batches({ batchSize: 4 }));
    expect(seen.map(({ shape }) => shape)).toEqual([
      [4, 4, 5, 1],
      [3, 4, 5, 1],
    ]);
    expect(seen.map(({ xs }) => xs)).toEqual(batches.map(({ images }) => [...images]));
    expect(seen.map(({ ys }) => ys)).toEqual([
      [0, 1, 2, 0],
      [1, 2, 0],
    ]);
    expect(seen[0].classes).toEqual([4, 1]);
  });

  it('gives classes as zeros and a one', async () => {
    const [first] = await read(toTfDataset({ tf: union, dataset, batchSize: 3, labels: 'oneHot' }));
    expect(first.ys).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(first.classes).toEqual([3, 3]);
  });

  it('each pass is the next epoch, and no tensor is left', async () => {
    const before = tf.memory().numTensors;
    const source = toTfDataset({ tf: union, dataset, batchSize: 7, shuffle: true, seed: 2, epoch: 5 });
    const passes = [await read(source), await read(source)];
    const expected = await Promise.all(
      [5, 6].map((epoch) => collect(dataset.batches({ batchSize: 7, shuffle: true, seed: 2, epoch }))),
    );
    expect(passes.map((pass) => pass[0].xs)).toEqual(expected.map((pass) => [...pass[0].images]));
    expect(passes[0][0].xs).not.toEqual(passes[1][0].xs);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells a mistake at once', () => {
    expect(() => toTfDataset({ tf: union, dataset, batchSize: 0 })).toThrow(/expected batchSize/);
    expect(() => toTfDataset({ tf: union, dataset, batchSize: 1, labels: 'soft' as never })).toThrow(
      "toTfDataset: expected labels to be 'sparse' or 'oneHot', got soft.",
    );
  });
});
