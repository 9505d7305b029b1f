import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useQuickCpu } from './quick-cpu';
import { expectClose, wave } from './reference';

it.each<[string, number, 'same' | 'valid' | number]>([
  ['same', 1, 'same'],
  ['same, stride 2', 2, 'same'],
  ['valid', 1, 'valid'],
  ['3 pixels, stride 2', 2, 3],
])('the quick filter gradient equals the cpu engine, %s', async (_, strides, pad) => {
  const gradient = () =>
    tf.tidy(() => {
      const x = wave<tf.Tensor4D>([2, 6, 7, 3], 1);
      const loss = (kernel: tf.Tensor) =>
        tf.sum(tf.square(tf.conv2d(x, kernel as tf.Tensor4D, strides, pad)));
      return tf.grad(loss)(wave([3, 5, 3, 4], 2));
    });
  await tf.setBackend('cpu');
  const expected = gradient();
  await useQuickCpu();
  expectClose(gradient(), expected, 1e-5);
});
