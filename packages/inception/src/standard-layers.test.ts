import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, type ConvBatchNormOptions } from './conv-batch-norm';
import { inception, type InceptionOptions } from './inception-layer';
import { toStandardLayers } from './standard-layers';
import { expectClose, fillWithWaves, wave } from './testing/reference';

const FILTERS = [3, 2, 4, 2, 3, 2] as const;
const STANDARD = [
  'InputLayer',
  'Conv2D',
  'BatchNormalization',
  'Activation',
  'MaxPooling2D',
  'Concatenate',
  'ZeroPadding2D',
  'Dense',
  'GlobalAveragePooling2D',
];

function expectEqualModels(actual: tfl.LayersModel, expected: tfl.LayersModel, shape: number[]): void {
  const x = wave(shape, 50);
  tf.tidy(() => {
    expectClose(actual.predict(x) as tf.Tensor, expected.predict(x) as tf.Tensor, 1e-5);
    const training = { training: true };
    expectClose(actual.apply(x, training) as tf.Tensor, expected.apply(x, training) as tf.Tensor, 1e-4);
    expectClose(actual.predict(x) as tf.Tensor, expected.predict(x) as tf.Tensor, 1e-4);
  });
  x.dispose();
}

const classNames = (model: tfl.LayersModel) => new Set(model.layers.map((layer) => layer.getClassName()));

describe.each<[string, Partial<InceptionOptions>]>([
  ['reduced', {}],
  ['naive', { kind: 'naive' }],
  ['two 5x5', { branch5x5: 'two5x5' }],
  ['two 3x3 without bias', { branch5x5: 'two3x3', useBias: false }],
  ['without gamma', { scale: false }],
  ['linear', { activation: 'linear' }],
  ['without batch norm', { batchNorm: false }],
])('toStandardLayers of a module, %s', (_, options) => {
  it('predicts, trains and moves its statistics as the module does', () => {
    const image = tfl.input({ shape: [6, 7, 5] });
    const layer = inception({ name: 'inception_3a', filters: FILTERS, ...options });
    const model = tfl.model({ inputs: image, outputs: layer.apply(image) as tfl.SymbolicTensor });
    fillWithWaves(layer.units);
    const standard = toStandardLayers(layer);
    for (const name of classNames(standard)) expect(STANDARD).toContain(name);
    expectEqualModels(standard, model, [2, 6, 7, 5]);
    standard.dispose();
    model.dispose();
  });
});

it.each<[string, Partial<ConvBatchNormOptions>]>([
  ['same', {}],
  ['valid, stride 2', { padding: 'valid', strides: 2 }],
  ['padded by 3, stride 2, 7x7', { padding: 3, strides: 2, kernelSize: 7 }],
  ['3x1', { kernelSize: [3, 1] }],
])('toStandardLayers of a ConvBatchNorm, %s, equals it', (_, options) => {
  const image = tfl.input({ shape: [9, 10, 3] });
  const layer = convBatchNorm({ name: 'conv1', filters: 4, kernelSize: 3, ...options });
  const model = tfl.model({ inputs: image, outputs: layer.apply(image) as tfl.SymbolicTensor });
  fillWithWaves(layer.units);
  const standard = toStandardLayers(layer);
  expect(standard.outputs[0].shape).toEqual(layer.computeOutputShape([null, 9, 10, 3]));
  expectEqualModels(standard, model, [2, 9, 10, 3]);
  standard.dispose();
  model.dispose();
});

it('converts a whole model, weights, names and outputs kept, and leaks nothing', async () => {
  const image = tfl.input({ name: 'image', shape: [8, 8, 1] });
  const stem = convBatchNorm({ name: 'conv1', filters: 4, kernelSize: 3 });
  const module = inception({ name: 'inception_3a', filters: FILTERS });
  const pool = tfl.layers.globalAveragePooling2d({ name: 'global_pool' });
  const head = tfl.layers.dense({ name: 'logits', units: 3 });
  const features = [stem, module, pool].reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, image);
  const model = tfl.model({
    name: 'net',
    inputs: image,
    outputs: head.apply(features) as tfl.SymbolicTensor,
  });
  fillWithWaves([...stem.units, ...module.units]);
  const before = tf.memory().numTensors;
  const standard = toStandardLayers(model);
  expect(standard.countParams()).toBe(model.countParams());
  expect(standard.layers.map((layer) => layer.name)).toEqual(
    expect.arrayContaining([
      'image',
      'conv1_conv',
      'conv1',
      'inception_3a_3x3_reduce_bn',
      'inception_3a',
      'logits',
    ]),
  );
  expectEqualModels(standard, model, [2, 8, 8, 1]);
  const json = JSON.stringify(standard.toJSON(null, false));
  expect(json).not.toContain('Inception"');
  const loaded = await tfl.models.modelFromJSON(JSON.parse(json) as tfl.ModelAndWeightsConfig);
  expect(loaded.countParams()).toBe(model.countParams());
  loaded.dispose();
  standard.dispose();
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

it('copies the values of the weights, so that an engine may train the source in place', () => {
  const image = tfl.input({ shape: [6, 6, 4] });
  const stem = convBatchNorm({ name: 'stem', filters: 2, kernelSize: 1 });
  const head = tfl.layers.dense({ name: 'head', units: 2 });
  const model = tfl.model({ inputs: image, outputs: head.apply(stem.apply(image)) as tfl.SymbolicTensor });
  const standard = toStandardLayers(model);
  const own = new Set(model.weights.map((weight) => weight.read().dataId));
  expect(own.size).toBe(8);
  for (const weight of standard.weights) expect(own).not.toContain(weight.read().dataId);
});

it('converts a layer that is used twice into layers that are used twice', () => {
  const image = tfl.input({ shape: [6, 6, 4] });
  const stem = convBatchNorm({ name: 'shared', filters: 4, kernelSize: 3 });
  const twice = stem.apply(stem.apply(image)) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: image, outputs: twice });
  fillWithWaves(stem.units);
  const standard = toStandardLayers(model);
  expect(standard.countParams()).toBe(model.countParams());
  expectEqualModels(standard, model, [2, 6, 6, 4]);
});

it('uses what a custom layer names as its equal, and keeps one that names none', () => {
  class OwnRelu extends tfl.layers.Layer {
    static className = 'OwnReluForTest';
    override call(x: tf.Tensor | tf.Tensor[]) {
      return tf.relu(Array.isArray(x) ? x[0] : x);
    }
  }
  class NamedRelu extends OwnRelu {
    static override className = 'NamedReluForTest';
    toStandardLayer() {
      return tfl.layers.activation({ name: this.name, activation: 'relu' });
    }
  }
  const image = tfl.input({ shape: [2, 3] });
  const outputs = new OwnRelu({ name: 'b' }).apply(new NamedRelu({ name: 'a' }).apply(image));
  const model = tfl.model({ inputs: image, outputs: outputs as tfl.SymbolicTensor });
  const standard = toStandardLayers(model);
  expect(standard.layers.map((layer) => layer.getClassName())).toEqual([
    'InputLayer',
    'Activation',
    'OwnReluForTest',
  ]);
  expectEqualModels(standard, model, [2, 2, 3]);
});

it('refuses a layer that is not built and anything else', () => {
  expect(() => toStandardLayers(inception({ name: 'a', filters: FILTERS }))).toThrow(
    /^toStandardLayers: expected a model or a built Inception or ConvBatchNorm layer, got "a"\. Apply/,
  );
  expect(() => toStandardLayers(tfl.layers.dense({ units: 1, name: 'd' }) as never)).toThrow(/got "d"/);
  expect(() => toStandardLayers(null as never)).toThrow(/got null/);
});
