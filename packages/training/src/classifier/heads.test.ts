import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { tinyModel, tinyModelWithHeads } from '../testing/tiny';
import { mainLogits, mainOutput } from './heads';

const images = tf.tensor4d(
  Array.from({ length: 32 }, (_, i) => Math.sin(i)),
  [2, 4, 4, 1],
);

/** What the model answers, and the softmax of its main logits. */
function both(model: tfl.LayersModel): number[][] {
  return tf.tidy(() => {
    const outputs = [model.predict(images)].flat();
    const logits = tfl.model({ inputs: model.inputs, outputs: mainLogits(model) });
    const softmax = tf.softmax(logits.predict(images) as tf.Tensor2D);
    return [outputs[mainOutput(model)], softmax].map((values) => [...values.dataSync()]);
  });
}

describe('mainOutput', () => {
  it('goes by name, and is the first where no output is called predictions or logits', () => {
    expect(mainOutput(tinyModelWithHeads())).toBe(1);
    expect(mainOutput({ outputNames: ['aux1', 'logits'] } as tfl.LayersModel)).toBe(1);
    expect(mainOutput({ outputNames: ['dense'] } as tfl.LayersModel)).toBe(0);
  });
});

describe('mainLogits', () => {
  it.each([
    ['a softmax layer', tinyModelWithHeads],
    ['a dense layer with a softmax', () => tinyModel()],
  ])('is what %s is taken of', (_, make) => {
    const [answer, softmax] = both(make());
    expect(answer).toHaveLength(6);
    answer.forEach((value, i) => expect(softmax[i]).toBeCloseTo(value, 6));
  });

  it('is the output itself where that is no softmax', () => {
    const model = tinyModel({ softmax: false });
    expect(mainLogits(model).sourceLayer).toBe(model.layers.at(-1));
    const sigmoid = tfl.sequential({
      layers: [tfl.layers.dense({ units: 2, inputShape: [3], activation: 'sigmoid' })],
    });
    expect(mainLogits(sigmoid)).toBe(sigmoid.outputs[0]);
  });

  it('is made once for a model', () => {
    const model = tinyModel();
    expect(mainLogits(model)).toBe(mainLogits(model));
  });
});
