import * as tf from '@tensorflow/tfjs-core';
import { WeightAverage } from './ema';
import { useCpu } from '../testing/tiny';
import { modelWeights, type Weight } from '../classifier/weights';
import * as tfl from '@tensorflow/tfjs-layers';

beforeAll(useCpu);

const weightOf = (...values: number[]): Weight => ({
  name: 'w',
  variable: tf.tidy(() => tf.variable(tf.tensor1d(values))),
  trainable: true,
  live: true,
});

describe('WeightAverage', () => {
  it('keeps `decay` of the old average at each step', () => {
    const weight = weightOf(1, -2);
    const average = new WeightAverage({ decay: 0.75, warmup: false }, [weight]);
    const expected = [1, -2];
    for (let step = 1; step <= 3; step++) {
      weight.variable.assign(tf.tensor1d([step, 10 * step]));
      average.update(step);
      [step, 10 * step].forEach((value, i) => (expected[i] = 0.75 * expected[i] + 0.25 * value));
    }
    average.averages[0].dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it('begins with a lower decay unless told not to', () => {
    const warm = new WeightAverage({ decay: 0.9 }, []);
    expect([1, 8, 1000].map((step) => warm.decayAt(step))).toEqual([2 / 11, 0.5, 0.9]);
    expect(new WeightAverage({ decay: 0.9, warmup: false }, []).decayAt(1)).toBe(0.9);
  });

  it('covers moving statistics', () => {
    const model = tfl.sequential({ layers: [tfl.layers.batchNormalization({ inputShape: [2] })] });
    const weights = modelWeights(model);
    const average = new WeightAverage({ decay: 0, warmup: false }, weights);
    model.apply(tf.tensor2d([1, 2, 3, 4], [2, 2]), { training: true });
    average.update(1);
    const mean = weights.findIndex((weight) => weight.name.endsWith('moving_mean'));
    expect(average.averages[mean].dataSync()[1]).toBeCloseTo(0.03, 6);
  });

  it('swaps in and out without a leak and without losing either', () => {
    const weight = weightOf(1);
    const average = new WeightAverage({ decay: 0, warmup: false }, [weight]);
    weight.variable.assign(tf.tensor1d([5]));
    const before = tf.memory();
    const restore = average.swapIn();
    expect(weight.variable.dataSync()[0]).toBe(1);
    restore();
    expect(weight.variable.dataSync()[0]).toBe(5);
    expect(average.averages[0].dataSync()[0]).toBe(1);
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
  });

  it('uses the kernel of an engine that has one', () => {
    const calls: unknown[] = [];
    tf.registerKernel({
      kernelName: 'EmaStep',
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push([Object.keys(inputs), attrs]);
        return [];
      },
    });
    try {
      new WeightAverage({ decay: 0.5, warmup: false }, [weightOf(1), weightOf(2)]).update(1);
    } finally {
      tf.unregisterKernel('EmaStep', 'cpu');
    }
    expect(calls).toEqual([[['param0', 'average0', 'param1', 'average1'], { decay: 0.5 }]]);
  });
});
