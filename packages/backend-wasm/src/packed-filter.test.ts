import * as tf from '@tensorflow/tfjs-core';
import { seeded, values } from './testing/compare';
import { useWasm } from './use-wasm';

const usedBytes = () => (tf.memory() as tf.MemoryInfo & { usedBytes: number }).usedBytes;
const random = seeded(11);
const image = values(random, [1, 9, 10, 24]);
const weights = new Map([1, 3, 5].map((size) => [size, values(random, [size, size, 24, 40])]));

function convolve(filter: tf.Tensor, size: number): Float32Array {
  return tf.tidy(() => {
    const kernel = filter as tf.Tensor4D;
    return tf.conv2d(tf.tensor4d(image, [1, 9, 10, 24]), kernel, size === 1 ? 2 : 1, 'same').dataSync();
  }) as Float32Array;
}

describe('filters that come again', () => {
  beforeAll(async () => {
    await useWasm({ threads: 1 });
    // The engine's scratch memory, which stays.
    tf.tidy(() => {
      for (const [size, filter] of weights) convolve(tf.tensor(filter, [size, size, 24, 40]), size);
    });
  });

  it.each([1, 3, 5])('of size %d give the same bits, and are kept packed as long as their tensor', (size) => {
    const before = usedBytes();
    const filter = tf.tensor(weights.get(size) ?? [], [size, size, 24, 40]);
    const first = convolve(filter, size);
    const unpacked = usedBytes();
    const others = [1, 2, 3].map(() => convolve(filter, size));
    expect(others).toEqual([first, first, first]);
    expect(usedBytes()).toBeGreaterThan(unpacked);
    filter.dispose();
    expect(usedBytes()).toBe(before);
  });

  it('are packed anew after an optimizer step and an assignment', () => {
    const [size, shape] = [3, [3, 3, 24, 40]];
    const filter = tf.variable(tf.tensor(weights.get(size) ?? [], shape));
    const repeat = () => [1, 2, 3].map(() => convolve(filter, size))[2];
    const fresh = () => {
      const copy = tf.tensor(filter.dataSync(), shape);
      const result = convolve(copy, size);
      copy.dispose();
      return result;
    };
    const original = repeat();
    const grad0 = tf.ones(shape);
    const attributes = { learningRates: [0.1], weightDecays: [0], momentum: 0, nesterov: false };
    tf.engine().runKernel('SgdStep', { param0: filter, grad0 }, attributes);
    expect(fresh()).not.toEqual(original);
    expect(repeat()).toEqual(fresh());
    filter.assign(tf.tensor(weights.get(size) ?? [], shape));
    expect(repeat()).toEqual(original);
  });

  it('of a matrix product give the same bits for one row and for many', () => {
    const b = tf.tensor2d(values(random, [70, 64]), [70, 64]);
    for (const rows of [1, 60]) {
      const a = tf.tensor2d(values(random, [rows, 70]), [rows, 70]);
      const [first, ...others] = [1, 2, 3].map(() => tf.tidy(() => tf.matMul(a, b).dataSync()));
      expect(others).toEqual([first, first]);
    }
  });
});
