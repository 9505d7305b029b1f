import * as tf from '@tensorflow/tfjs-core';
import { describeNative } from './testing/compare';

describeNative('what must not be hidden or crash', () => {
  beforeAll(() => void tf.setBackend('onednn'));

  it('a tensor larger than an ArrayBuffer can be is the documented error, and the engine goes on', () => {
    const tooLarge = () => tf.tidy(() => tf.add(tf.zeros([2 ** 16, 1]), tf.zeros([1, 2 ** 25])));
    for (let i = 0; i < 3; i++)
      expect(tooLarge).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }) as Error);
    const sum = tf.tidy(() => tf.add(tf.zeros([300, 1]), tf.zeros([1, 300])).dataSync());
    expect(sum).toHaveLength(90_000);
    expect(sum.every((value) => value === 0)).toBe(true);
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'NaN passes through a fused convolution with %s, the rest is as before',
    (activation) => {
      for (const [size, channels] of [
        [8, 16],
        [12, 24],
        [5, 3],
      ]) {
        const values = Float32Array.from({ length: size * size * channels }, (_, i) => Math.sin(i));
        values[0] = NaN;
        const y = tf.tidy(() =>
          tf.fused
            .conv2d({
              x: tf.tensor4d(values, [1, size, size, channels]),
              filter: tf.tensor4d(
                Float32Array.from({ length: 9 * channels * 32 }, (_, i) => Math.cos(i)),
                [3, 3, channels, 32],
              ),
              strides: 1,
              pad: 'same',
              activation,
            })
            .dataSync(),
        );
        expect(y.slice(0, 32).every(Number.isNaN)).toBe(true);
        expect(y.slice(-32).some(Number.isNaN)).toBe(false);
        if (activation === 'relu') expect(y.slice(-32).every((value) => value >= 0)).toBe(true);
      }
    },
  );

  it('NaN passes through pointwise, 1x1 and depthwise kernels', () => {
    const x = tf.tensor4d([NaN, -1, 1, 7], [1, 1, 2, 2]);
    const [a, b, c, d] = tf.tidy(() => [
      Array.from(tf.relu(x).dataSync()),
      Array.from(tf.relu6(x).dataSync()),
      Array.from(tf.conv2d(x, tf.tensor4d([1, 0, 0, 1], [1, 1, 2, 2]), 1, 'valid').dataSync()),
      Array.from(
        tf.fused
          .depthwiseConv2d({
            x,
            filter: tf.tensor4d([1, 1], [1, 1, 2, 1]),
            strides: 1,
            pad: 'same',
            activation: 'relu6',
          })
          .dataSync(),
      ),
    ]);
    expect(a).toEqual([NaN, 0, 1, 7]);
    expect(b).toEqual([NaN, 0, 1, 6]);
    expect(c).toEqual([NaN, NaN, 1, 7]);
    expect(d).toEqual([NaN, 0, 1, 6]);
  });
});
