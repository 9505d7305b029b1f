import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { setThreads } from '../index';
import { describeNative, expectNoTensors, expectSame, largestError, RandomCase } from '../testing/compare';

interface Case {
  data: RandomCase;
  x: [number, number, number, number];
  window: [number, number];
  strides: [number, number];
  pad: 'same' | 'valid';
  values: Float32Array;
  label: string;
}

function randomPool(seed: number): Case {
  const data = new RandomCase(seed);
  const window: [number, number] = [data.integer(1, 4), data.integer(1, 4)];
  const strides: [number, number] = [data.integer(1, 3), data.integer(1, 3)];
  const x: [number, number, number, number] = [
    data.integer(1, 3),
    window[0] + data.integer(0, 6),
    window[1] + data.integer(0, 6),
    data.integer(1, 40),
  ];
  const values = data.floats(x.reduce((a, b) => a * b));
  if (seed % 3 === 0) values.forEach((v, i) => (values[i] = Math.round(v * 2))); // ties
  if (seed % 5 === 0) values.forEach((v, i) => (values[i] = -Math.abs(v) - 0.1)); // nothing above zero
  const pad = data.pick(['same', 'valid'] as const);
  return {
    data,
    x,
    window,
    strides,
    pad,
    values,
    label: `seed ${seed}: ${JSON.stringify({ x, window, strides, pad })}`,
  };
}

describeNative('pools equal those of the cpu backend', () => {
  beforeAll(() => setThreads(1));
  afterAll(expectNoTensors);

  it('MaxPool and AvgPool on 200 random shapes', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { x, window, strides, pad, values, label } = randomPool(seed);
      const pool = seed % 2 === 0 ? tf.maxPool : tf.avgPool;
      expectSame(() => pool(tf.tensor4d(values, x), window, strides, pad), label, 1e-5);
    }
  });

  it('the gradient of MaxPool on 200 random shapes, with ties and with nothing above zero', () => {
    for (let seed = 1000; seed < 1200; seed++) {
      const { x, window, strides, pad, values, label, data } = randomPool(seed);
      const weights = data.floats(values.length);
      expectSame(
        () =>
          tf.grad((t) => {
            const y = tf.maxPool(t as tf.Tensor4D, window, strides, pad);
            return tf.sum(tf.mul(y, tf.tensor4d(weights.subarray(0, y.size), y.shape)));
          })(tf.tensor4d(values, x)),
        label,
        1e-5,
      );
    }
  });

  it('the gradient of AvgPool without padding on 100 random shapes', () => {
    for (let seed = 2000; seed < 2100; seed++) {
      const { x, window, strides, values, label } = randomPool(seed);
      expectSame(
        () =>
          tf.grad((t) => tf.sum(tf.mul(tf.avgPool(t as tf.Tensor4D, window, strides, 'valid'), 0.5)))(
            tf.tensor4d(values, x),
          ),
        label,
        1e-5,
      );
    }
  });

  it('the gradient of AvgPool with padding divides by the positions inside, as the pool does', () => {
    void tf.setBackend('onednn');
    const x: [number, number, number, number] = [1, 3, 3, 1];
    const dx = tf.tidy(() =>
      Array.from(
        tf
          .grad((t) => tf.sum(tf.avgPool(t as tf.Tensor4D, 3, 3, 'same')))(
            tf.tensor4d(new Float32Array(9), x),
          )
          .dataSync(),
      ),
    );
    expect(largestError(dx, new Array(9).fill(1 / 9) as number[])).toBeLessThan(1e-6);
    const corner = tf.tidy(() =>
      Array.from(
        tf
          .grad((t) => tf.sum(tf.avgPool(t as tf.Tensor4D, 2, 2, 'same')))(
            tf.tensor4d(new Float32Array(9), x),
          )
          .dataSync(),
      ),
    );
    // windows of 4, 2, 2 and 1 positions
    expect(largestError(corner, [0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1])).toBeLessThan(1e-6);
  });

  it('ceil and explicit padding', () => {
    const values = new RandomCase(5).floats(2 * 7 * 7 * 20);
    const x: [number, number, number, number] = [2, 7, 7, 20];
    expectSame(() => tf.maxPool(tf.tensor4d(values, x), 3, 2, 0, 'ceil'), 'ceil');
    expectSame(
      () =>
        tf.maxPool(
          tf.tensor4d(values, x),
          3,
          2,
          [
            [0, 0],
            [1, 0],
            [0, 1],
            [0, 0],
          ],
          'floor',
        ),
      'explicit',
    );
    expectSame(
      () => tf.grad((t) => tf.sum(tf.maxPool(t as tf.Tensor4D, 3, 2, 1, 'floor')))(tf.tensor4d(values, x)),
      'gradient',
    );
  });
});
