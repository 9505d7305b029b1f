import * as tf from '@tensorflow/tfjs-core';
import { AdaptiveAveragePooling2D } from './index';
import { maxDifference, useCpu } from './testing/models';

beforeAll(useCpu);

it("7x6 is pooled to 4x4 as PyTorch's adaptive pool does", () => {
  // Computed with PyTorch 2.15: AdaptiveAvgPool2d((4, 4)) of sin(0), sin(1), ... in 7 rows of 6.
  const expected = [
    0.304761, 0.849278, -0.186896, -0.814935, -0.056657, 0.686657, 0.176381, -0.608064, -0.505185, 0.306736,
    0.597347, -0.19115, -0.756847, -0.049945, 0.809476, 0.171848,
  ];
  tf.tidy(() => {
    const x = tf.tensor4d(
      Float32Array.from({ length: 42 }, (_, i) => Math.sin(i)),
      [1, 7, 6, 1],
    );
    const y = new AdaptiveAveragePooling2D({ outputSize: [4, 4] }).apply(x) as tf.Tensor;
    expect(y.shape).toEqual([1, 4, 4, 1]);
    expect(maxDifference(Array.from(y.dataSync()), expected)).toBeLessThan(2e-6);
  });
});

it('14 rows fall into windows of four at 0, 3, 7 and 10', () => {
  tf.tidy(() => {
    const x = tf.tile(tf.reshape(tf.range(0, 14), [1, 14, 1, 1]), [1, 1, 14, 2]);
    const layer = new AdaptiveAveragePooling2D({ outputSize: [4, 1] });
    const y = layer.apply(x) as tf.Tensor;
    expect(y.shape).toEqual(layer.computeOutputShape([1, 14, 14, 2]));
    expect(Array.from(y.dataSync())).toEqual([1.5, 1.5, 4.5, 4.5, 8.5, 8.5, 11.5, 11.5]);
  });
});

it('a broken output size is refused', () => {
  expect(() => new AdaptiveAveragePooling2D({ name: 'aux1_pool', outputSize: [4, 0] })).toThrow(
    'AdaptiveAveragePooling2D("aux1_pool"): expected outputSize to be two positive integers, got [4,0].',
  );
});
