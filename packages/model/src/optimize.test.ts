import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { endpoints, googlenet, optimizeForInference, summarize, type GoogLeNetOptions } from './index';
import {
  disturbWeights,
  maxDifference,
  outputs,
  saveAndLoad,
  SMALL,
  useCpu,
  withModel,
} from './testing/models';

beforeAll(useCpu);

const image = (model: tfl.LayersModel) =>
  tf.randomUniform([2, ...(model.inputs[0].shape.slice(1) as number[])], 0, 1, 'float32', 3);

describe('optimizeForInference', () => {
  it.each<[string, GoogLeNetOptions]>([
    ['mnist with auxiliary heads', { auxiliary: true }],
    ['bias-free convolutions', { unit: { useBias: false } }],
    ['cifar', { variant: 'cifar' }],
    ['torchvision', { variant: 'torchvision', inputShape: [33, 34, 3] }],
    ['slim, without gamma', { variant: 'slim', inputShape: [33, 34, 3] }],
    ['paper, without batch norm', { variant: 'paper', inputShape: [33, 34, 3] }],
  ])('%s: the same predictions without batch norm, dropout and heads', (_name, options) => {
    withModel({ ...SMALL, ...options }, (model) => {
      disturbWeights(model);
      const optimized = optimizeForInference(model);
      const own = new Set(model.weights.map((weight) => weight.read().dataId));
      for (const weight of optimized.weights) expect(own).not.toContain(weight.read().dataId);
      const x = image(model);
      const expected = outputs(model, x)[0];
      expect(maxDifference(outputs(optimized, x)[0], expected)).toBeLessThan(1e-5);
      expect(new Set(expected.map((value) => value.toFixed(4))).size).toBeGreaterThan(4);
      const names = optimized.weights.map(({ originalName }) => originalName);
      expect(names.filter((name) => !/\/(kernel|bias)$/.test(name))).toEqual([]);
      expect(optimized.layers.map(({ name }) => name)).not.toContain('dropout');
      expect(optimized.outputNames).toEqual(['predictions']);
      optimized.dispose();
      x.dispose();
    });
  });

  it('folded weights are the formula, on numbers that can be worked out by hand', () => {
    withModel({ ...SMALL, unit: { epsilon: 0.25 } }, (model) => {
      const fill = (value: number, shape: number[]) => tf.fill(shape, value);
      const channels = [16];
      tf.tidy(() =>
        model
          .getLayer('conv1')
          .setWeights([
            fill(3, [3, 3, 1, 16]),
            fill(0.5, channels),
            fill(4, channels),
            fill(7, channels),
            fill(1.5, channels),
            fill(3.75, channels),
          ]),
      );
      const optimized = optimizeForInference(model);
      // scale = 4 / sqrt(3.75 + 0.25) = 2: kernel 3 * 2, bias 7 + (0.5 - 1.5) * 2
      const [kernel, bias] = optimized.getLayer('conv1').getWeights();
      expect(new Set(kernel.dataSync())).toEqual(new Set([6]));
      expect(new Set(bias.dataSync())).toEqual(new Set([5]));
      optimized.dispose();
    });
  });

  it('leaves the given model alone and leaks nothing', () => {
    withModel({ ...SMALL, auxiliary: true }, (model) => {
      const before = tf.memory().numTensors;
      const layers = model.layers.map(({ name }) => name);
      const optimized = optimizeForInference(model);
      expect(tf.memory().numTensors - before).toBe(optimized.weights.length);
      optimized.dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect(model.layers.map(({ name }) => name)).toEqual(layers);
      expect(model.outputNames).toEqual(['predictions', 'aux1', 'aux2']);
    });
  });

  it('works on a model that was loaded, and what it makes can be saved', async () => {
    const model = googlenet(SMALL);
    disturbWeights(model);
    const loaded = await saveAndLoad(model);
    const again = await saveAndLoad(optimizeForInference(loaded));
    const x = image(model);
    expect(maxDifference(outputs(again, x)[0], outputs(model, x)[0])).toBeLessThan(1e-5);
  });
});

describe('saving and loading', () => {
  it.each<[string, GoogLeNetOptions]>([
    ['mnist', {}],
    ['cifar', { variant: 'cifar' }],
    ['paper, with its LRN', { variant: 'paper', inputShape: [81, 80, 3] }],
    ['torchvision, with its adaptive pools', { variant: 'torchvision', inputShape: [34, 33, 3] }],
    ['slim, without gamma', { variant: 'slim', inputShape: [81, 80, 3] }],
    ['with a regularizer', { kernelRegularizer: tfl.regularizers.l2({ l2: 2e-4 }) }],
  ])('%s: the stock loader gives the same model, auxiliary heads and all', async (_name, options) => {
    const model = googlenet({ ...SMALL, ...options, auxiliary: true });
    disturbWeights(model);
    const loaded = await saveAndLoad(model);
    const x = image(model);
    expect(loaded.outputNames).toEqual(['predictions', 'aux1', 'aux2']);
    expect(outputs(loaded, x)).toEqual(outputs(model, x));
    expect(endpoints(loaded)).toEqual(endpoints(model));
    expect(summarize(loaded).rows).toEqual(summarize(model).rows);
    expect(loaded.getConfig()).toEqual(JSON.parse(JSON.stringify(model.getConfig())));
    model.dispose();
    loaded.dispose();
    x.dispose();
  });
});
