import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { engineProfile, setThreads, setExact } from './index';
import { describeNative, expectNoTensors, RandomCase } from './testing/compare';

const data = new RandomCase(1);
const x = data.floats(16 * 9 * 10 * 24);
const weights = [3, 5].map((size) => data.floats(size * size * 24 * 40));

function convolve(filter: tf.Tensor4D): Float32Array {
  return tf.tidy(() =>
    Float32Array.from(tf.conv2d(tf.tensor4d(x, [16, 9, 10, 24]), filter, 1, 'same').dataSync<'float32'>()),
  );
}

const reorderMs = (run: () => unknown) => {
  engineProfile();
  run();
  return engineProfile().weightReorder;
};

describeNative('filters that come again', () => {
  beforeAll(async () => {
    await tf.setBackend('onednn');
    setThreads(1);
  });
  afterEach(() => setExact(false));
  afterAll(expectNoTensors);

  it.each([
    ['3x3', 3, true],
    ['5x5', 5, true],
    ['5x5 without Winograd', 5, false],
  ])('%s: the same result, and arranged once', (_, size, winograd) => {
    setExact(!winograd);
    const filter = tf.tensor4d(weights[size === 3 ? 0 : 1], [size, size, 24, 40]);
    const [first, second, third] = [1, 2, 3].map(() => convolve(filter));
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(reorderMs(() => convolve(filter))).toBe(0);
    filter.dispose();
  });

  it('an optimizer step, an assignment and a setting make them anew', () => {
    const filter = tf.tidy(() => tf.variable(tf.tensor4d(weights[0], [3, 3, 24, 40])));
    const fresh = () => {
      const copy = tf.tidy(() => tf.tensor4d(filter.dataSync(), [3, 3, 24, 40]));
      const result = convolve(copy);
      copy.dispose();
      return result;
    };
    const repeat = () => [1, 2, 3].map(() => convolve(filter as tf.Tensor4D))[2];
    expect(repeat()).toEqual(fresh());
    tf.tidy(() => {
      const grad = tf.tensor4d(weights[0], [3, 3, 24, 40]);
      const attributes = { learningRates: [0.1], weightDecays: [0], momentum: 0, nesterov: false };
      tf.engine().runKernel('SgdStep', { param0: filter, grad0: grad }, attributes);
    });
    expect(repeat()).toEqual(fresh());
    tf.tidy(() => {
      filter.assign(tf.tensor4d(weights[0], [3, 3, 24, 40]));
    });
    expect(repeat()).toEqual(fresh());
    setExact(true);
    expect(repeat()).toEqual(fresh());
    filter.dispose();
  });
});
