import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { tinyModel, useCpu } from '../testing/tiny';
import { leafLayers, modelWeights, ownData } from './weights';

beforeAll(useCpu);

describe('modelWeights', () => {
  it('keeps the order of layers, whatever is frozen', () => {
    const model = tinyModel();
    const names = modelWeights(model).map((weight) => weight.name);
    model.layers[0].trainable = false;
    model.layers[1].trainable = false;
    const frozen = modelWeights(model);
    expect(frozen.map((weight) => weight.name)).toEqual(names);
    expect(frozen.map((weight) => [weight.trainable, weight.live])).toEqual([
      ...Array.from({ length: 6 }, () => [false, false]),
      [true, true],
      [true, true],
    ]);
    expect(modelWeights(tinyModel()).filter((weight) => weight.live && !weight.trainable)).toHaveLength(2);
  });

  it('opens nested models, freezes them with their model, and counts shared layers once', () => {
    const inner = tinyModel();
    const outer = tfl.sequential({ layers: [inner, tfl.layers.dense({ units: 2 })] });
    expect(leafLayers(outer)).toHaveLength(inner.layers.length + 1);
    inner.trainable = false;
    expect(modelWeights(outer).map((weight) => weight.live)).toEqual([
      ...Array.from({ length: 8 }, () => false),
      true,
      true,
    ]);
    const input = tfl.input({ shape: [3] });
    const shared = tfl.layers.dense({ units: 3 });
    const twice = tfl.model({
      inputs: input,
      outputs: shared.apply(shared.apply(input)) as tfl.SymbolicTensor,
    });
    expect(modelWeights(twice)).toHaveLength(2);
  });
});

describe('ownData', () => {
  it('parts a variable from the tensor that it was set from', () => {
    const tensor = tf.tensor1d([1, 2]);
    const variable = tf.variable(tensor);
    expect(variable.dataId).toBe(tensor.dataId);
    const before = tf.memory().numTensors;
    ownData([variable]);
    expect(variable.dataId).not.toBe(tensor.dataId);
    expect(Array.from(variable.dataSync())).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
