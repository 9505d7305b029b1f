import * as tf from '@tensorflow/tfjs-core';
import { describeNative, expectNoTensors, expectSame, RandomCase } from '../testing/compare';

describeNative('splits equal those of the cpu backend', () => {
  afterAll(expectNoTensors);

  it('SplitV on 100 random shapes, axes and sizes', () => {
    for (let seed = 0; seed < 100; seed++) {
      const data = new RandomCase(seed);
      const shape = Array.from({ length: data.integer(1, 4) }, () => data.integer(1, 5));
      const axis = data.integer(0, shape.length - 1);
      const sizes = Array.from({ length: data.integer(1, 3) }, () => data.integer(1, 4));
      shape[axis] = sizes.reduce((a, b) => a + b);
      const values = data.floats(shape.reduce((a, b) => a * b));
      const label = `seed ${seed}: ${JSON.stringify({ shape, axis, sizes })}`;
      const counted = data.pick([axis, axis - shape.length]);
      expectSame(() => tf.split(tf.tensor(values, shape), sizes, counted), label, 0);
    }
  });
});

describeNative('transposes equal those of the cpu backend', () => {
  afterAll(expectNoTensors);

  it.each([
    [
      [2, 35, 18, 33],
      [0, 3, 1, 2],
    ],
    [
      [2, 35, 18, 33],
      [0, 2, 3, 1],
    ],
    [
      [2, 35, 18, 33],
      [3, 2, 1, 0],
    ],
    [
      [1, 3, 50, 70],
      [0, 2, 3, 1],
    ],
    [
      [17, 129],
      [1, 0],
    ],
  ])('%j by %j, longer than the blocks that are copied at once', (shape, perm) => {
    const values = new RandomCase(1).floats(shape.reduce((a, b) => a * b));
    expectSame(() => tf.transpose(tf.tensor(values, shape), perm), `${perm.join()}`, 0);
  });
});
