import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useQuickCpu } from '../../inception/src/testing/quick-cpu';
import {
  endpoints,
  featureExtractor,
  googlenet,
  isReseedable,
  logitsModel,
  replaceHead,
  stripAuxiliary,
  summarize,
} from './index';
import { disturbWeights, maxDifference, outputs, SMALL, withModel } from './testing/models';

let model: tfl.LayersModel;
let x: tf.Tensor;

beforeAll(async () => {
  await useQuickCpu();
  model = googlenet({ ...SMALL, auxiliary: true });
  disturbWeights(model);
  x = tf.randomUniform([2, 12, 12, 1], 0, 1, 'float32', 3);
});

const plain = () =>
  tfl.sequential({ layers: [tfl.layers.dense({ name: 'last', units: 2, inputShape: [3] })] });

describe('stripAuxiliary', () => {
  it('leaves the main output bit-equal and the heads out', () => {
    const main = stripAuxiliary(model);
    expect(main.outputNames).toEqual(['predictions']);
    expect(main.layers.filter(({ name }) => name.startsWith('aux'))).toEqual([]);
    expect(outputs(main, x)[0]).toEqual(outputs(model, x)[0]);
    expect(main.countParams()).toBeLessThan(model.countParams());
  });

  it('shares the weights', () => {
    const [before] = outputs(stripAuxiliary(model), x);
    const kernel = model.getLayer('logits').getWeights()[0].clone();
    model.getLayer('logits').setWeights([tf.neg(kernel), model.getLayer('logits').getWeights()[1]]);
    expect(outputs(stripAuxiliary(model), x)[0]).not.toEqual(before);
    model.getLayer('logits').setWeights([kernel, model.getLayer('logits').getWeights()[1]]);
    expect(outputs(stripAuxiliary(model), x)[0]).toEqual(before);
  });
});

describe('logitsModel', () => {
  it('gives what the softmaxes are computed from, main first', () => {
    const logits = logitsModel(model);
    expect(logits.outputNames).toEqual(['logits', 'aux1_logits', 'aux2_logits']);
    const expected = outputs(model, x);
    tf.tidy(() => {
      (logits.predict(x) as tf.Tensor[]).forEach((output, i) => {
        const softmax = Array.from(tf.softmax(output).dataSync());
        expect(maxDifference(softmax, expected[i])).toBeLessThan(1e-6);
        expect(tf.sum(output).dataSync()[0]).not.toBeCloseTo(2, 2);
      });
    });
  });

  it('one seeded step with auxiliary weights of 0.3 lowers the loss and reaches every weight', () => {
    withModel({ ...SMALL, inputShape: [9, 9, 1], auxiliary: true }, (fresh) => {
      const logits = logitsModel(fresh);
      const images = tf.randomUniform([2, 9, 9, 1], 0, 1, 'float32', 5);
      const labels = tf.oneHot(tf.tensor1d([0, 3], 'int32'), 4);
      const loss = () =>
        tf.tidy(() => {
          for (const layer of fresh.layers) if (isReseedable(layer)) layer.reseed(1);
          const heads = logits.apply(images, { training: true }) as tf.Tensor[];
          const losses = heads.map((head) => tf.losses.softmaxCrossEntropy(labels, head));
          return tf.addN(losses.map((value, i) => tf.mul(value, i === 0 ? 1 : 0.3))) as tf.Scalar;
        });
      const variables = fresh.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(loss, variables);
      const magnitude = (gradient: tf.Tensor) => tf.tidy(() => tf.max(tf.abs(gradient)).dataSync()[0]);
      for (const { originalName, name } of fresh.trainableWeights) {
        const bare = /^(conv1|inception_).*\/bias$/.test(originalName);
        if (bare) expect([originalName, magnitude(grads[name])]).toEqual([originalName, 0]);
        else expect([originalName, magnitude(grads[name]) > 0]).toEqual([originalName, true]);
      }
      tf.train.sgd(1e-5).applyGradients(grads);
      const after = loss();
      expect(after.dataSync()[0]).toBeLessThan(value.dataSync()[0]);
      tf.dispose([images, labels, grads, value, after]);
    });
  });
});

describe('replaceHead', () => {
  it('gives every head another number of classes and keeps the features', () => {
    const replaced = replaceHead(model, { numClasses: 7, seed: 1 });
    expect(replaced.outputNames).toEqual(['predictions', 'aux1', 'aux2']);
    expect(replaced.outputs.map(({ shape }) => shape)).toEqual([
      [null, 7],
      [null, 7],
      [null, 7],
    ]);
    const features = (of: tfl.LayersModel) => outputs(featureExtractor(of, 'global_pool'), x)[0];
    expect(features(replaced)).toEqual(features(model));
    expect(
      outputs(replaced, x)[0]
        .slice(0, 7)
        .reduce((a, b) => a + b),
    ).toBeCloseTo(1, 5);
  });

  it('can leave the auxiliary heads out, and the same seed gives the same head', () => {
    const [a, b] = [1, 1].map((seed) => replaceHead(model, { numClasses: 3, seed, auxiliary: false }));
    expect(a.outputNames).toEqual(['predictions']);
    expect(outputs(a, x)).toEqual(outputs(b, x));
    expect(outputs(replaceHead(model, { numClasses: 3, seed: 2, auxiliary: false }), x)).not.toEqual(
      outputs(a, x),
    );
  });

  it('freezes everything but the new layers when asked', () => {
    withModel(SMALL, (old) => {
      const replaced = replaceHead(old, { numClasses: 3, freezeTrunk: true });
      expect(replaced.trainableWeights.map(({ originalName }) => originalName)).toEqual([
        'logits/kernel',
        'logits/bias',
      ]);
      expect(summarize(replaced).totals.trainable).toBe(64 * 3 + 3);
    });
  });

  it('keeps the kernel regularizer of the old head', () => {
    withModel({ ...SMALL, kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }) }, (old) => {
      const config = replaceHead(old, { numClasses: 3 }).getLayer('logits').getConfig();
      expect(config.kernelRegularizer).toEqual(old.getLayer('logits').getConfig().kernelRegularizer);
      expect(config.kernelRegularizer).not.toBeNull();
    });
  });

  it('refuses a wrong number of classes', () => {
    expect(() => replaceHead(model, { numClasses: 1 })).toThrow(
      'replaceHead: expected numClasses to be an integer of at least 2, got 1. Give the number of classes in the data.',
    );
  });
});

describe('featureExtractor', () => {
  it('every endpoint can be taken out, with the listed shape', () => {
    for (const { name, shape } of endpoints(model)) {
      const extractor = featureExtractor(model, name);
      expect(extractor.outputs[0].shape).toEqual(shape);
    }
    const [values] = outputs(featureExtractor(model, 'predictions'), x);
    expect(values).toEqual(outputs(model, x)[0]);
  });

  it('an unknown endpoint is answered with the list of all', () => {
    expect(() => featureExtractor(model, 'mixed_4d')).toThrow(RangeError);
    expect(() => featureExtractor(model, 'mixed_4d')).toThrow(
      /^featureExtractor: expected an endpoint of the model \(conv1, inception_3a, .*\), got "mixed_4d"\. Use one of these\.$/,
    );
  });
});

it.each([
  ['logitsModel', logitsModel],
  ['stripAuxiliary', stripAuxiliary],
  ['replaceHead', (other: tfl.LayersModel) => replaceHead(other, { numClasses: 2 })],
] as const)('%s refuses a model that is no GoogLeNet', (name, use) => {
  expect(() => use(plain())).toThrow(
    `${name}: expected a model of googlenet() with an output "predictions", got outputs ["last"]. Build or load a GoogLeNet first.`,
  );
});

it('views take no memory and, disposed instead of the model, free all of it', () => {
  const before = tf.memory().numTensors;
  const fresh = googlenet(SMALL);
  const held = tf.memory().numTensors;
  const main = stripAuxiliary(fresh);
  logitsModel(fresh);
  featureExtractor(fresh, 'inception_4d');
  expect(tf.memory().numTensors).toBe(held);
  main.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('replaceHead refuses an option that it does not know, and more classes than an engine can hold, and changes nothing', () => {
  const trainable = () => model.layers.map((layer) => layer.trainable);
  for (const layer of model.layers) layer.trainable = true;
  const before = trainable();
  const refused = (options: object) => () => replaceHead(model, { numClasses: 3, ...options });
  expect(refused({ freezTrunk: true })).toThrow(
    'replaceHead: expected only options that it knows, got "freezTrunk". Did you mean "freezeTrunk"?',
  );
  expect(refused({ numClasses: 1e12, freezeTrunk: true })).toThrow(
    /^replaceHead: expected numClasses for a layer of at most 2147483647 weights, got 1000000000000 for \d+ features\./,
  );
  expect(trainable()).toEqual(before);
});
