import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Inception, inception, type InceptionOptions } from './inception-layer';
import { useQuickCpu } from './testing/quick-cpu';
import { expectClose, fillWithWaves, plainModule, wave } from './testing/reference';

beforeAll(useQuickCpu);

const FILTERS = [3, 2, 4, 2, 3, 2] as const;
const CHANNELS = 5;
const CASES: [string, Partial<InceptionOptions>][] = [
  ['reduced, one 5x5', {}],
  ['reduced, two 5x5', { branch5x5: 'two5x5' }],
  ['reduced, one 3x3', { branch5x5: 'one3x3' }],
  ['reduced, two 3x3', { branch5x5: 'two3x3' }],
  ['naive', { kind: 'naive' }],
  ['naive, two 5x5', { kind: 'naive', branch5x5: 'two5x5' }],
  ['without bias', { useBias: false }],
  ['without batch norm', { batchNorm: false }],
  ['without gamma', { scale: false }],
];

function build(options: Partial<InceptionOptions> = {}): Inception {
  const layer = inception({ name: 'inception_3a', filters: FILTERS, ...options });
  layer.apply(tfl.input({ shape: [6, 7, CHANNELS] }));
  fillWithWaves(layer.units);
  return layer;
}

const input = (batch = 2) => wave<tf.Tensor4D>([batch, 6, 7, CHANNELS], 99);
const TRAIN = { training: true };

describe.each(CASES)('inception, %s', (_, options) => {
  it('equals the module computed unit by unit, in inference and in training', () => {
    tf.tidy(() => {
      const layer = build(options);
      for (const training of [false, true]) {
        const expected = tf.concat(plainModule(input(), layer.units, training), 3);
        expectClose(layer.apply(input(), { training }) as tf.Tensor, expected, 1e-4);
        expect(layer.computeOutputShape([2, 6, 7, CHANNELS])).toEqual(expected.shape);
      }
    });
  });

  it('gives every weight and the input the gradient of the plain module', () => {
    tf.tidy(() => {
      const layer = build(options);
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const x = tf.variable(input());
      const weights = wave(layer.computeOutputShape([2, 6, 7, CHANNELS]) as number[], 5);
      const gradients = (f: () => tf.Tensor) =>
        tf.variableGrads(() => tf.sum(tf.mul(f(), weights)), [...variables, x]).grads;
      const actual = gradients(() => layer.apply(x, TRAIN) as tf.Tensor);
      const expected = gradients(() =>
        tf.concat(plainModule(x as tf.Tensor as tf.Tensor4D, layer.units, true), 3),
      );
      for (const variable of [...variables, x]) {
        const gradient = actual[variable.name];
        if (/bias/.test(variable.name) && options.batchNorm !== false) {
          expect(Array.from(gradient.dataSync()).every((value) => value === 0)).toBe(true);
        } else {
          expectClose(gradient, expected[variable.name], 2e-4);
          expect(tf.max(tf.abs(gradient)).dataSync()[0]).toBeGreaterThan(1e-4);
        }
      }
      x.dispose();
    });
  });

  it('passes the gradient of inference on as well, for saliency maps and fine-tuning with frozen statistics', () => {
    tf.tidy(() => {
      const layer = build(options);
      const x = tf.variable(input());
      const variables = [...layer.trainableWeights.map((weight) => weight.read() as tf.Variable), x];
      const weights = wave(layer.computeOutputShape([2, 6, 7, CHANNELS]) as number[], 5);
      const gradients = (f: () => tf.Tensor) =>
        tf.variableGrads(() => tf.sum(tf.mul(f(), weights)), variables).grads;
      const actual = gradients(() => layer.apply(x) as tf.Tensor);
      const expected = gradients(() =>
        tf.concat(plainModule(x as tf.Tensor as tf.Tensor4D, layer.units, false), 3),
      );
      for (const { name } of variables) expectClose(actual[name], expected[name], 2e-4);
      x.dispose();
    });
  });

  it('puts out its branches side by side', () => {
    tf.tidy(() => {
      const layer = build(options);
      const { conv1x1, conv3x3, conv5x5, poolProj } = layer.branches(input());
      plainModule(input(), layer.units, false).forEach((expected, i) =>
        expectClose([conv1x1, conv3x3, conv5x5, poolProj][i], expected, 1e-4),
      );
      expectClose(
        tf.concat([conv1x1, conv3x3, conv5x5, poolProj], 3),
        layer.apply(input()) as tf.Tensor,
        1e-6,
      );
    });
  });

  it('makes the same layer again from its config', () => {
    const layer = build(options);
    const copy = new (layer.constructor as typeof Inception)(
      layer.getConfig() as unknown as InceptionOptions,
    );
    copy.apply(tfl.input({ shape: [6, 7, CHANNELS] }));
    expect(copy.getConfig()).toEqual(layer.getConfig());
    copy.setWeights(layer.getWeights());
    tf.tidy(() => expectClose(copy.apply(input()) as tf.Tensor, layer.apply(input()) as tf.Tensor, 1e-7));
  });
});

it('moves its moving statistics as Keras 3 does, the bias being part of the mean', () => {
  tf.tidy(() => {
    const layer = build({ momentum: 0.9 });
    const reduce = layer.units[1];
    const kernel = reduce.kernel.read() as tf.Tensor4D;
    const z = tf.add(tf.conv2d(input(), kernel, 1, 'same'), reduce.bias!.read());
    const { mean, variance } = tf.moments(z, [0, 1, 2]);
    const expectedMean = tf.add(tf.mul(reduce.movingMean!.read(), 0.9), tf.mul(mean, 0.1));
    const expectedVariance = tf.add(tf.mul(reduce.movingVariance!.read(), 0.9), tf.mul(variance, 0.1));
    layer.apply(input(), TRAIN);
    expectClose(reduce.movingMean!.read(), expectedMean, 1e-6);
    expectClose(reduce.movingVariance!.read(), expectedVariance, 1e-6);
  });
});

it('gives the same inference numbers whether the scale goes into the kernel or onto the output', () => {
  tf.tidy(() => {
    const layer = inception({ filters: FILTERS });
    layer.apply(tfl.input({ shape: [2, 2, 40] }));
    fillWithWaves(layer.units);
    const one = wave([1, 2, 2, 40], 3);
    const many = tf.tile(one, [200, 1, 1, 1]);
    const y = tf.slice(layer.apply(many) as tf.Tensor, [199], [1]);
    expectClose(layer.apply(one) as tf.Tensor, y, 1e-5);
  });
});

it('keeps its moving statistics and its weights while frozen, by layer or by model', () => {
  for (const freeze of ['layer', 'model'] as const) {
    const image = tfl.input({ shape: [6, 7, CHANNELS] });
    const layer = inception({ filters: FILTERS });
    const model = tfl.model({ inputs: image, outputs: layer.apply(image) as tfl.SymbolicTensor });
    (freeze === 'layer' ? layer : model).trainable = false;
    const before = layer.getWeights().map((weight) => Array.from(weight.dataSync()));
    tf.tidy(() => {
      expectClose(layer.apply(input(), TRAIN) as tf.Tensor, layer.apply(input()) as tf.Tensor, 1e-7);
    });
    expect(layer.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
    expect(layer.trainableWeights).toEqual([]);
    model.dispose();
  }
});

it('names and orders its weights as documented, for two modules in one model', () => {
  const image = tfl.input({ shape: [6, 7, CHANNELS] });
  const first = inception({ name: 'inception_3a', filters: FILTERS, branch5x5: 'two5x5' });
  const second = inception({ name: 'inception_3b', filters: FILTERS, kind: 'naive' });
  const model = tfl.model({
    inputs: image,
    outputs: second.apply(first.apply(image)) as tfl.SymbolicTensor,
  });
  const units = ['1x1', '3x3_reduce', '3x3', '5x5_reduce', '5x5', '5x5_2', 'pool_proj'];
  const names = (layer: string, list: string[]) => [
    ...list.flatMap((unit) => ['kernel', 'bias', 'gamma', 'beta'].map((name) => `${layer}/${unit}/${name}`)),
    ...list.flatMap((unit) => ['moving_mean', 'moving_variance'].map((name) => `${layer}/${unit}/${name}`)),
  ];
  expect(first.weights.map((weight) => weight.originalName)).toEqual(names('inception_3a', units));
  expect(second.weights.map((weight) => weight.originalName)).toEqual(
    names('inception_3b', ['1x1', '3x3', '5x5']),
  );
  expect(first.countParams()).toBe(
    5 * 3 + 5 * 2 + 9 * 2 * 4 + 5 * 2 + 25 * 2 * 3 + 25 * 3 * 3 + 5 * 2 + 5 * (3 + 2 + 4 + 2 + 3 + 3 + 2),
  );
  model.dispose();
});

it('is saved and loaded by stock tfjs, regularizers, seeds and frozen state included', async () => {
  const image = tfl.input({ shape: [6, 7, CHANNELS] });
  const layer = inception({
    name: 'inception_3a',
    filters: { conv1x1: 3, reduce3x3: 2, conv3x3: 4, reduce5x5: 2, conv5x5: 3, poolProj: 2 },
    branch5x5: 'two3x3',
    kernelInitializer: tfl.initializers.heNormal({ seed: 4 }),
    kernelRegularizer: tfl.regularizers.l2({ l2: 2e-4 }),
    epsilon: 1e-4,
    momentum: 0.9,
  });
  const model = tfl.model({ inputs: image, outputs: layer.apply(image) as tfl.SymbolicTensor });
  layer.trainable = false;
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const json = JSON.parse(JSON.stringify(saved!.modelTopology)) as tf.io.ModelJSON['modelTopology'];
  const loaded = await tfl.loadLayersModel(tf.io.fromMemory({ ...saved!, modelTopology: json }));
  expect(loaded.layers[1].getConfig()).toEqual(layer.getConfig());
  expect(loaded.layers[1].trainable).toBe(false);
  tf.tidy(() => {
    expectClose(loaded.predict(input()) as tf.Tensor, model.predict(input()) as tf.Tensor, 1e-7);
  });
  model.dispose();
  loaded.dispose();
});

it('adds the penalty of its regularizers to the losses of the model', () => {
  tf.tidy(() => {
    const layer = build({ kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }), biasRegularizer: 'l1l2' });
    const losses = layer.calculateLosses();
    expect(losses).toHaveLength(12);
    const penalty = losses.reduce((sum, loss) => sum + loss.dataSync()[0], 0);
    const sumOf = (f: (value: number) => number, values: tf.Tensor) =>
      Array.from(values.dataSync()).reduce((sum, value) => sum + f(value), 0);
    const expected = layer.units.reduce(
      (sum, { kernel, bias }) =>
        sum +
        sumOf((v) => 0.5 * v * v, kernel.read()) +
        sumOf((v) => 0.01 * (Math.abs(v) + v * v), bias!.read()),
      0,
    );
    expect(penalty).toBeCloseTo(expected, 3);
  });
});

it('starts units of equal shape with different kernels under one seed, and the same way each time', () => {
  const kernels = () => {
    const layer = inception({
      filters: [2, 2, 2, 2, 2, 2],
      kernelInitializer: tfl.initializers.glorotUniform({ seed: 7 }),
    });
    layer.apply(tfl.input({ shape: [6, 7, CHANNELS] }));
    return layer.units.map(({ kernel }) => Array.from(kernel.read().dataSync()));
  };
  const first = kernels();
  expect(kernels()).toEqual(first);
  expect(first[0]).not.toEqual(first[1]);
  expect(first[0]).not.toEqual(first[5]);
});

it('leaves no tensor behind over training steps and predictions', () => {
  const layer = build({ kernelRegularizer: tfl.regularizers.l2({ l2: 1e-3 }) });
  const x = input();
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const step = () => {
    const { value, grads } = tf.variableGrads(
      () => tf.mean<tf.Scalar>(tf.square(layer.apply(x, TRAIN) as tf.Tensor)),
      variables,
    );
    tf.dispose([value, grads]);
    tf.dispose(layer.apply(x) as tf.Tensor);
    tf.dispose(Object.values(layer.branches(x)));
  };
  step();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
});

it('says what is wrong with its options and its input', () => {
  const message = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return `${(error as Error).name} ${(error as Error).message}`;
    }
    return 'no error';
  };
  const make = (options: object) => message(() => inception({ name: 'a', filters: FILTERS, ...options }));
  expect(make({ filters: [1, 2, 3] })).toMatch(
    /^TypeError inception\("a"\): expected filters as six numbers .* got \[1, 2, 3\]\./,
  );
  expect(make({ filters: undefined })).toMatch(/^TypeError .* got nothing\./);
  expect(make({ filters: [1, 2, 3, 4, 5, 0] })).toMatch(
    /^RangeError inception\("a"\): expected filters.poolProj to be a positive integer, got 0\./,
  );
  expect(make({ filters: [1.5, 2, 3, 4, 5, 6] })).toMatch(/filters.conv1x1 .* got 1.5\./);
  expect(make({ kind: 'simple' })).toMatch(/expected kind to be one of reduced, naive, got "simple"\./);
  expect(make({ branch5x5: 'three3x3' })).toMatch(/one of one5x5, two5x5, one3x3, two3x3, got "three3x3"\./);
  expect(make({ activation: 'gelu' })).toMatch(/one of relu, linear, got "gelu"\./);
  expect(make({ epsilon: 0 })).toMatch(/^RangeError .* expected epsilon above 0, got 0\./);
  expect(make({ momentum: 1.5 })).toMatch(/expected momentum from 0 to 1, got 1.5\./);
  expect(make({ momentum: Number.NaN })).toMatch(/expected momentum from 0 to 1, got NaN\./);
  expect(make({ batchNorm: 'yes' })).toMatch(
    /^TypeError .* expected batchNorm to be true or false, got "yes"\./,
  );
  expect(make({ kernelInitializer: 'heUniversal' })).toMatch(
    /^TypeError .* expected kernelInitializer to be a name .* got "heUniversal"\./,
  );
  expect(
    message(() => inception({ name: 'inception_3a', filters: FILTERS }).apply(tfl.input({ shape: [784] }))),
  ).toMatch(
    /^TypeError inception\("inception_3a"\): expected rank-4 NHWC input .* got shape \[null, 784\]\. Reshape/,
  );
  expect(message(() => inception({ filters: FILTERS }).branches(input()))).toMatch(
    /branches: expected a built layer/,
  );
});

it('refuses an option that it does not know and names the one that was meant', () => {
  const make = (options: object) => () => inception({ name: 'a', filters: FILTERS, ...options });
  expect(make({ branch5X5: 'two3x3', batchNorn: false })).toThrow(
    new RangeError(
      'inception("a"): expected only options that it knows, got "branch5X5". Did you mean "branch5x5"?\n' +
        'inception("a"): expected only options that it knows, got "batchNorn". Did you mean "batchNorm"?',
    ),
  );
  expect(make({ groups: 2 })).toThrow(/got "groups"\. Use any of filters, kind, branch5x5, batchNorm, .*\.$/);
  expect(make({ groups: undefined })).not.toThrow();
});

it('takes every option that tfjs gives a layer, and ignores what it does not know in a saved configuration', () => {
  const layer = inception({
    filters: FILTERS,
    ...{ name: 'a', trainable: true, batchInputShape: [2, 4, 4, 1], dtype: 'float32', batchSize: 2 },
    ...{ inputShape: [4, 4, 1], inputDType: 'float32', weights: undefined },
  });
  const config = { ...layer.getConfig(), ofALaterVersion: 1 };
  expect(Inception.fromConfig(Inception as never, config).getConfig()).toEqual(layer.getConfig());
});

it('refuses filter counts that no engine can hold before it makes a weight', () => {
  const before = tf.memory().numTensors;
  const layer = inception({ name: 'a', filters: [1, 2, 3, 4, 1e12, 6] });
  expect(() => layer.apply(tfl.input({ shape: [4, 4, 1] }))).toThrow(
    new RangeError(
      'inception("a"): expected kernel 5x5 of at most 2147483647 weights, got 5x5x4x1000000000000. Use fewer filters.',
    ),
  );
  expect(tf.memory().numTensors).toBe(before);
});
