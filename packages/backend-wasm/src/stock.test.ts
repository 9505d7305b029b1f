import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { trainableStockWasm } from './stock';

type Run = () => tf.Tensor | tf.Tensor[];

async function on(backend: string, run: Run): Promise<number[][]> {
  await tf.setBackend(backend);
  await tf.ready();
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => {
    const result = run();
    return (Array.isArray(result) ? result : [result]).map((tensor) => [...tensor.dataSync()]);
  });
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

async function expectSameAsCpu(run: Run): Promise<void> {
  const expected = await on('cpu', run);
  const actual = await on('wasm', run);
  expect(actual).toHaveLength(expected.length);
  expected.forEach((values, i) => {
    expect(actual[i]).toHaveLength(values.length);
    values.forEach((value, j) => expect(actual[i][j]).toBeCloseTo(value, 4));
  });
}

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

beforeAll(() => {
  trainableStockWasm();
  trainableStockWasm();
});

describe('trainableStockWasm', () => {
  const cases = [
    { kernel: [1, 1], strides: 1, pad: 'same' },
    { kernel: [3, 3], strides: 1, pad: 'same' },
    { kernel: [5, 5], strides: 1, pad: 'same' },
    { kernel: [5, 3], strides: 1, pad: 'valid' },
    { kernel: [3, 3], strides: 2, pad: 'same' },
    { kernel: [7, 7], strides: 2, pad: 3 },
    { kernel: [3, 2], strides: 3, pad: 'valid' },
    { kernel: [1, 1], strides: 1, pad: 2 },
  ] as const;
  it.each(cases)('gives the cpu backend’s convolution gradients for %o', async ({ kernel, strides, pad }) => {
    await expectSameAsCpu(() => {
      const x = random([2, 9, 10, 3], 1) as tf.Tensor4D;
      const filter = random([...kernel, 3, 4], 2) as tf.Tensor4D;
      const { grads } = tf.valueAndGrads((a, b) => {
        const y = tf.conv2d(
          a as tf.Tensor4D,
          b as tf.Tensor4D,
          strides,
          pad,
          'NHWC',
          1,
          pad === 'same' || pad === 'valid' ? undefined : 'floor',
        );
        return tf.sum(tf.mul(y, random(y.shape, 3)));
      })([x, filter]);
      return grads;
    });
  });

  it('routes max-pool gradients through windows that are all negative', async () => {
    await expectSameAsCpu(() => {
      const x = tf.sub(random([2, 7, 7, 5], 4), 2);
      return tf.grad((input: tf.Tensor) => tf.sum(tf.maxPool(input as tf.Tensor4D, 3, 2, 'same')))(x);
    });
  });

  it('gives the first of several equal maxima the whole gradient', async () => {
    await expectSameAsCpu(() => {
      const x = tf.zeros([1, 5, 5, 2]);
      return tf.grad((input: tf.Tensor) => tf.sum(tf.maxPool(input as tf.Tensor4D, 3, 1, 'same')))(x);
    });
  });
});
