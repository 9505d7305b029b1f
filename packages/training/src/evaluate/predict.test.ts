import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { evaluate } from './evaluate';
import { predict } from './predict';
import { noise, TinyData, tinyModel, tinyModelWithHeads, useCpu } from '../testing/tiny';

beforeAll(useCpu);

describe('predict', () => {
  it('gives the probabilities that the model gives, whatever the batch size', async () => {
    const model = tinyModel();
    const images = noise(7 * 16, 5);
    const direct = (model.predict(tf.tensor(images, [7, 4, 4, 1])) as tf.Tensor).arraySync() as number[][];
    for (const batchSize of [1, 3, 64]) {
      const predictions = await predict(model, images, { batchSize });
      predictions.forEach((row, i) => row.forEach((p, j) => expect(p).toBeCloseTo(direct[i][j], 5)));
      expect(predictions).toHaveLength(7);
    }
    const tensor = tf.tensor(images, [7, 4, 4, 1]);
    expect(await predict(model, tensor, { batchSize: 3 })).toEqual(
      await predict(model, images, { batchSize: 3 }),
    );
    expect(tensor.isDisposed).toBe(false);
  });

  it('gives the main output of a model with auxiliary heads', async () => {
    const model = tinyModelWithHeads();
    const images = noise(16, 6);
    const direct = (model.predict(tf.tensor(images, [1, 4, 4, 1])) as tf.Tensor[])[1].dataSync();
    const [row] = await predict(model, images);
    row.forEach((p, i) => expect(p).toBeCloseTo(direct[i], 5));
  });

  it('understands a softmax layer and a nested model', async () => {
    const nested = tfl.sequential({ layers: [tinyModel({ softmax: false }), tfl.layers.softmax()] });
    const inside = tfl.sequential({
      layers: [tfl.layers.reshape({ inputShape: [16], targetShape: [4, 4, 1] }), tinyModel()],
    });
    const [a] = await predict(nested, noise(16, 6));
    const [b] = await predict(inside, noise(16, 6));
    const [expected] = await predict(tinyModel(), noise(16, 6));
    expect(a).toEqual(expected);
    expect(b).toEqual(expected);
  });

  it('leaks nothing over 200 predictions', async () => {
    const model = tinyModelWithHeads();
    await predict(model, noise(16, 1));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 200; i++) await predict(model, noise(32, i), { batchSize: 1 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives nothing for nothing', async () => {
    expect(await predict(tinyModel(), new Float32Array(0))).toEqual([]);
  });

  it('rejects wrong sizes, batch sizes and model ends', async () => {
    await expect(predict(tinyModel(), new Float32Array(17))).rejects.toThrow(
      'predict(images): expected a multiple of 16 values ([4, 4, 1] an image), got 17. Resize the images first.',
    );
    await expect(predict(tinyModel(), noise(16, 1), { batchSize: 0 })).rejects.toThrow(
      'predict(batchSize): expected a positive integer, got 0. Leave it out for 64.',
    );
    const sigmoid = tfl.sequential({
      layers: [tfl.layers.dense({ units: 2, inputShape: [3], activation: 'sigmoid', name: 'last' })],
    });
    await expect(predict(sigmoid, noise(3, 1))).rejects.toThrow(
      'expected outputs that are logits or a softmax, got "sigmoid" at the layer "last". End the model in a dense layer without activation',
    );
  });

  it('stops when it is aborted', async () => {
    await expect(
      predict(tinyModel(), noise(16, 1), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

describe('evaluate', () => {
  /** A model whose logits are its input, so that every number can be worked out by hand. */
  const identity = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 3, inputShape: [3], useBias: false, kernelInitializer: 'identity' }),
      ],
    });
  const rows = [
    { logits: [5, 0, 0], label: 0 },
    { logits: [0, 2, 1], label: 2 },
    { logits: [0, 0, 4], label: 2 },
    { logits: [9, 0, 1], label: 1 },
    { logits: [0, 3, 0], label: 1 },
  ];
  const data = {
    size: rows.length,
    async *batches({ batchSize }: { batchSize: number }) {
      for (let start = 0; start < rows.length; start += batchSize) {
        const part = rows.slice(start, start + batchSize);
        yield {
          images: Float32Array.from(part.flatMap((row) => row.logits)),
          labels: Int32Array.from(part, (row) => row.label),
          indices: Int32Array.from(part, (_, i) => 100 + start + i),
          shape: [part.length, 3],
        };
      }
    },
  };

  it.each([1, 2, 100])('reports every figure, batch size %d', async (batchSize) => {
    const report = await evaluate(identity(), data, { batchSize, topK: [1, 2], classNames: ['a', 'b', 'c'] });
    const losses = rows.map(
      ({ logits, label }) => Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[label],
    );
    expect(report.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 5);
    expect(report).toMatchObject({ size: 5, accuracy: 0.6, topK: { 1: 0.6, 2: 0.8 } });
    expect(report.confusionMatrix).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expect(report.perClass.map(({ name, recall }) => [name, recall])).toEqual([
      ['a', 1],
      ['b', 0.5],
      ['c', 0.5],
    ]);
    expect(report.macro.recall).toBeCloseTo(2 / 3, 12);
    expect(report.mistakes.map(({ index, label, predicted }) => [index, label, predicted])).toEqual([
      [103, 1, 0],
      [101, 2, 1],
    ]);
    expect(report.mistakes[1].probability).toBeCloseTo(Math.exp(2) / (1 + Math.exp(2) + Math.exp(1)), 5);
    expect(report.imagesPerSecond).toBeCloseTo(5000 / report.durationMs, 6);
  });

  it('lists no more mistakes than asked, and tells of progress', async () => {
    const progress: number[][] = [];
    const report = await evaluate(identity(), data, {
      batchSize: 2,
      maxMistakes: 1,
      onProgress: (...args) => progress.push(args),
    });
    expect(report.mistakes).toHaveLength(1);
    expect(progress).toEqual([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it('leaks nothing and can be aborted', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    await evaluate(model, new TinyData(20), { batchSize: 3 });
    await expect(
      evaluate(model, new TinyData(20), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rejects an empty dataset, one that gives fewer images than it says, and unknown labels', async () => {
    await expect(evaluate(identity(), { ...data, size: 0 })).rejects.toThrow(
      'evaluate(data): expected at least one image, got 0.',
    );
    await expect(evaluate(identity(), { ...data, size: 6 })).rejects.toThrow(
      'expected 6 images from batches(), got 5',
    );
    const two = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })] });
    await expect(evaluate(two, data)).rejects.toThrow(
      'evaluate(labels): expected classes from 0 to 1, got 2. Use a model with more classes.',
    );
  });
});
