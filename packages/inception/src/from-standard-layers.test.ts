import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, convBatchNorm } from './conv-batch-norm';
import { fromStandardLayers } from './from-standard-layers';
import { Inception, inception, type InceptionOptions } from './inception-layer';
import { toStandardLayers } from './standard-layers';
import { expectClose, fillWithWaves, wave } from './testing/reference';

const FILTERS = [3, 2, 4, 2, 3, 2] as const;
const NAIVE_FILTERS = [3, 0, 4, 0, 3, 0] as const;

/** A padded stem, a module, a classifier; every weight has values of its own. */
function network({ kind, branch5x5, ...unit }: Omit<Partial<InceptionOptions>, 'filters'>): tfl.LayersModel {
  const image = tfl.input({ name: 'image', shape: [11, 10, 2] });
  const stem = convBatchNorm({ name: 'conv1', filters: 5, kernelSize: 5, strides: 2, padding: 3, ...unit });
  const module = inception({
    name: 'inception_3a',
    filters: kind === 'naive' ? NAIVE_FILTERS : FILTERS,
    kind,
    branch5x5,
    ...unit,
  });
  const pool = tfl.layers.globalAveragePooling2d({ name: 'global_pool' });
  const head = tfl.layers.dense({ name: 'logits', units: 3 });
  const features = [stem, module, pool].reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, image);
  const model = tfl.model({ inputs: image, outputs: head.apply(features) as tfl.SymbolicTensor });
  fillWithWaves([...stem.units, ...module.units]);
  return model;
}

describe.each<[string, Omit<Partial<InceptionOptions>, 'filters'>]>([
  ['one 5x5', {}],
  ['two 5x5', { branch5x5: 'two5x5' }],
  ['one 3x3', { branch5x5: 'one3x3', useBias: false, epsilon: 1e-5, momentum: 0.9 }],
  ['two 3x3', { branch5x5: 'two3x3' }],
  ['a naive module', { kind: 'naive' }],
  ['a naive module of two 3x3', { kind: 'naive', branch5x5: 'two3x3' }],
  ['without batch norm', { batchNorm: false }],
  ['frozen', { trainable: false }],
  ['linear with batch norm', { activation: 'linear' }],
])('fromStandardLayers, %s', (_, options) => {
  it('gives the network back that was taken apart, and leaks nothing', () => {
    const model = network(options);
    const before = tf.memory().numTensors;
    const standard = toStandardLayers(model);
    const own = fromStandardLayers(standard);
    standard.dispose();
    expect(own.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    for (const name of ['conv1', 'inception_3a']) {
      const { kernelInitializer: _own, ...found } = own.getLayer(name).getConfig();
      const { kernelInitializer: _model, ...expected } = model.getLayer(name).getConfig();
      expect(found).toEqual(expected);
    }
    const x = wave([2, 11, 10, 2], 50);
    tf.tidy(() => {
      expectClose(own.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-5);
      const training = { training: true };
      expectClose(own.apply(x, training) as tf.Tensor, model.apply(x, training) as tf.Tensor, 1e-4);
    });
    x.dispose();
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

it('finds a module by its structure, whoever built it and whatever its layers are called', () => {
  const image = tfl.input({ shape: [6, 6, 4] });
  const conv = (x: tfl.SymbolicTensor, filters: number, kernelSize: number) =>
    tfl.layers
      .conv2d({ filters, kernelSize, padding: 'same', activation: 'relu' })
      .apply(x) as tfl.SymbolicTensor;
  const pool = tfl.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' });
  const outputs = tfl.layers
    .concatenate({ name: 'mixed' })
    .apply([
      conv(image, 3, 1),
      conv(conv(image, 2, 1), 4, 3),
      conv(conv(image, 2, 1), 3, 5),
      conv(pool.apply(image) as tfl.SymbolicTensor, 2, 1),
    ]) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: image, outputs });
  const own = fromStandardLayers(model);
  const layer = own.getLayer('mixed') as Inception;
  expect(layer).toBeInstanceOf(Inception);
  expect(layer.settings).toMatchObject({ batchNorm: false, useBias: true, activation: 'relu' });
  const x = wave([2, 6, 6, 4], 30);
  expectClose(own.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-5);
});

it.each<[string, (x: tfl.SymbolicTensor) => tfl.SymbolicTensor[]]>([
  ['a branch that is too short', (x) => [x, x, x, x]],
  ['three branches', (x) => [x, x, x]],
])('copies what only looks like a module: %s', (_, branches) => {
  const image = tfl.input({ shape: [4, 4, 2] });
  const first = tfl.layers.conv2d({ filters: 2, kernelSize: 1, padding: 'same' }).apply(image);
  const outputs = tfl.layers.concatenate().apply(branches(first as tfl.SymbolicTensor));
  const model = tfl.model({ inputs: image, outputs: outputs as tfl.SymbolicTensor });
  const own = fromStandardLayers(model);
  expect(own.layers.map((layer) => layer.getClassName())).toEqual(
    model.layers.map((layer) => layer.getClassName()),
  );
});

it('leaves convolutions alone that no one has taken apart', () => {
  const image = tfl.input({ shape: [4, 4, 2] });
  const plain = tfl.layers.conv2d({ name: 'plain', filters: 2, kernelSize: 3, activation: 'relu' });
  const model = tfl.model({ inputs: image, outputs: plain.apply(image) as tfl.SymbolicTensor });
  const own = fromStandardLayers(model);
  expect(own.layers.some((layer) => layer instanceof ConvBatchNorm)).toBe(false);
  const weights = own.getLayer('plain').getWeights();
  expect(weights[0].dataId).not.toBe(plain.getWeights()[0].dataId);
  expect(weights[0].dataSync()).toEqual(plain.getWeights()[0].dataSync());
});
