import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, inception } from '@googlenet/inception';
import { ImageDataset } from '@googlenet/mnist';
import { SeededDropout } from '@googlenet/model';
import { memoryStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import { evaluate } from '../evaluate/evaluate';
import { predict } from '../evaluate/predict';
import { collect, noise, ofType, useCpu, weightValues } from '../testing/tiny';
import { train } from './train';

beforeAll(useCpu);

/** 6x6 pictures of three classes: a bright pair of rows each. */
function stripes(count: number, seed: number): ImageDataset {
  const images = Uint8Array.from(noise(count * 36, seed), (value) => value * 120);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  labels.forEach((label, i) => images.fill(255, i * 36 + 12 * label, i * 36 + 12 * label + 12));
  return new ImageDataset({
    images,
    labels,
    count,
    height: 6,
    width: 6,
    numClasses: 3,
    classNames: ['top', 'middle', 'bottom'],
    name: 'stripes',
  });
}

/** The parts that a GoogLeNet is made of, small enough for the plain JavaScript engine. */
function miniature(): tfl.LayersModel {
  const options = (seed: number) => ({
    kernelInitializer: tfl.initializers.glorotUniform({ seed }),
    momentum: 0.9,
  });
  const input = tfl.input({ shape: [6, 6, 1] });
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    layer.apply(x) as tfl.SymbolicTensor;
  let x = apply(convBatchNorm({ name: 'conv1', filters: 2, kernelSize: 3, ...options(1) }), input);
  x = apply(inception({ name: 'inception_3a', filters: [2, 1, 2, 1, 2, 2], ...options(2) }), x);
  x = apply(tfl.layers.flatten(), x);
  x = apply(new SeededDropout({ name: 'dropout', rate: 0.4 }), x);
  x = apply(
    tfl.layers.dense({
      name: 'logits',
      units: 3,
      kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }),
    }),
    x,
  );
  x = apply(tfl.layers.activation({ name: 'predictions', activation: 'softmax' }), x);
  return tfl.model({ inputs: input, outputs: x });
}

const CONFIG: TrainConfig = {
  epochs: 6,
  batchSize: 6,
  schedule: { kind: 'oneCycle', learningRate: 0.02 },
  augment: { shift: 1 },
  ema: { decay: 0.9 },
  seed: 9,
};

describe('the layers of GoogLeNet on an ImageDataset', () => {
  it('train, are interrupted inside an epoch, and resume to the same weights', async () => {
    const data = stripes(18, 1);
    const validation = stripes(9, 2);
    const whole = miniature();
    const epochs = ofType(await collect(train({ model: whole, data, validation, config: CONFIG })), 'epoch');
    expect(epochs.at(-1)!.crossEntropy).toBeLessThan(0.7 * epochs[0].crossEntropy);

    const store = memoryStore();
    const stop = new AbortController();
    for await (const event of train({
      model: miniature(),
      data,
      validation,
      config: CONFIG,
      store,
      signal: stop.signal,
    })) {
      if (event.type === 'step' && event.step === 8) stop.abort();
    }
    const model = miniature();
    await collect(train({ model, data, validation, config: CONFIG, store, resume: true }));
    expect(weightValues(model)).toEqual(weightValues(whole));

    const report = await evaluate(model, validation, { topK: [1, 2], classNames: validation.classNames });
    expect(report.loss).toBeCloseTo(epochs.at(-1)!.validation!.loss, 6);
    expect(report.topK[1]).toBe(report.accuracy);
    const image = Float32Array.from(validation.image(0), (pixel) => pixel / 255);
    const [probabilities] = await predict(model, image);
    const direct = (model.predict(tf.tensor(image, [1, 6, 6, 1])) as tf.Tensor).dataSync();
    direct.forEach((p, i) => expect(probabilities[i]).toBeCloseTo(p, 5));
  });

  it('draw another dropout mask at each step', async () => {
    const model = miniature();
    const dropout = model.getLayer('dropout') as SeededDropout;
    const seeds: number[] = [];
    const reseed = dropout.reseed.bind(dropout);
    dropout.reseed = (seed) => {
      seeds.push(seed);
      reseed(seed);
    };
    await collect(train({ model, data: stripes(12, 1), config: { ...CONFIG, epochs: 2 } }));
    expect(new Set(seeds).size).toBe(4);
  });

  it('give every weight a gradient but the biases in front of a batch norm', async () => {
    const model = miniature();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    await collect(
      train({
        model,
        data: stripes(6, 1),
        config: {
          epochs: 1,
          batchSize: 6,
          optimizer: { kind: 'sgd', momentum: 0 },
          schedule: { kind: 'constant', learningRate: 1 },
        },
      }),
    );
    const unmoved = model.weights.filter(
      (weight, i) => String(before[i]) === String(Array.from(weight.read().dataSync())),
    );
    expect(unmoved.every((weight) => /^(conv1|inception_3a\/\w+)\/bias$/.test(weight.originalName))).toBe(
      true,
    );
    expect(unmoved).toHaveLength(7);
  });

  it('leave frozen layers as they are', async () => {
    const model = miniature();
    model.getLayer('conv1').trainable = false;
    model.getLayer('inception_3a').trainable = false;
    const values = () =>
      ['conv1', 'inception_3a'].flatMap((name) =>
        model
          .getLayer(name)
          .getWeights()
          .map((weight) => Array.from(weight.dataSync())),
      );
    const before = values();
    await collect(train({ model, data: stripes(12, 1), config: { ...CONFIG, epochs: 1 } }));
    expect(values()).toEqual(before);
  });
});
