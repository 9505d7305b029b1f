import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '@googlenet/backend-wasm';
import { googlenet, optimizeForInference, replaceHead } from '@googlenet/model';
import { loadModel } from '@googlenet/model/node';
import { ImageDataset } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { evaluate, train } from '@googlenet/training';
import { loadMnistWeights, MNIST_RECORD, pretrainedMnist } from './index';

const folder = join(__dirname, '../model');

beforeAll(() => useWasm({ threads: 2 }));

async function firstDigits(count: number): Promise<ImageDataset> {
  const { test } = await loadDataset({ name: 'mnist', source: 'package' });
  return new ImageDataset(
    test,
    Int32Array.from({ length: count }, (_, i) => i),
  );
}

describe('pretrainedMnist', () => {
  it('reads test digits as well as its record says', async () => {
    const before = tf.memory().numTensors;
    const model = await pretrainedMnist();
    expect(tf.memory().numTensors - before).toBe(model.weights.length);
    expect(model.countParams()).toBe(MNIST_RECORD.parameters);
    const { accuracy } = await evaluate(model, await firstDigits(300), { batchSize: 50 });
    expect(accuracy).toBeGreaterThanOrEqual(0.99);
    expect(MNIST_RECORD.testAccuracy).toBeGreaterThanOrEqual(0.99);
    model.dispose();
  });

  it('is the network of the files beside it, weight by weight in its answers', async () => {
    const own = await pretrainedMnist({ name: 'own', dropout: 0.1 });
    const files = await loadModel(folder);
    const fast = optimizeForInference(own);
    const x = tf.randomUniform([3, 28, 28, 1], 0, 1, 'float32', 5);
    const [a, b, c] = [own, files, fast].map((model) => (model.predict(x) as tf.Tensor).dataSync());
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 5);
      expect(value).toBeCloseTo(c[i], 5);
    });
    for (const model of [own, files, fast]) model.dispose();
    x.dispose();
  });

  it('is a start for another task: with a new head one epoch on a few images lowers the loss', async () => {
    const model = replaceHead(await pretrainedMnist({ seed: 3 }), {
      numClasses: 10,
      seed: 3,
      freezeTrunk: true,
    });
    const losses: number[] = [];
    const config = {
      epochs: 3,
      batchSize: 32,
      seed: 3,
      schedule: { kind: 'constant' as const, learningRate: 0.01 },
    };
    for await (const event of train({ model, data: await firstDigits(96), config }))
      if (event.type === 'step') losses.push(event.loss);
    expect(losses).toHaveLength(9);
    expect(losses[8]).toBeLessThan(0.7 * losses[0]);
    model.dispose();
  });

  it('refuses options that googlenet() does not know', async () => {
    await expect(pretrainedMnist({ seeds: 3 } as object)).rejects.toThrow(/seeds/);
  });
});

describe('loadMnistWeights', () => {
  it('leaves a model that does not fit as it was', async () => {
    const model = googlenet({ widthMultiplier: 0.125, seed: 1 });
    const before = model.getWeights().map((weight) => weight.dataSync()[0]);
    await expect(loadMnistWeights(model)).rejects.toThrow(
      /expected a model of googlenet\(\{ widthMultiplier: 0\.25 \}\) with 386 weights, got 386 weights, conv1_conv\/kernel of shape \[3, 3, 1, 24\]/,
    );
    expect(model.getWeights().map((weight) => weight.dataSync()[0])).toEqual(before);
    model.dispose();
  });

  it('refuses auxiliary heads, of which the weights have none', async () => {
    const model = googlenet({ widthMultiplier: 0.25, auxiliary: true });
    await expect(loadMnistWeights(model)).rejects.toThrow(/aux1/);
    model.dispose();
  });
});

it('the record is of the very files', () => {
  const { shipped } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as {
    shipped: { sha256: Record<string, string> };
  };
  for (const [name, digest] of Object.entries(shipped.sha256))
    expect([
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]).toEqual([name, digest]);
});
