import * as tf from '@tensorflow/tfjs-core';
import { describeNative } from './testing/compare';

describeNative('what is read of a tensor', () => {
  beforeAll(() => void tf.setBackend('onednn'));

  const cases: [string, () => tf.Tensor, number[]][] = [
    ['made of numbers', () => tf.tensor1d([1, 0, 1]), [1, 0, 1]],
    ['made of a typed array', () => tf.tensor1d(Float32Array.of(1, 0, 1)), [1, 0, 1]],
    ['of integers', () => tf.tensor1d([1, 0, 1], 'int32'), [1, 0, 1]],
    ['of booleans', () => tf.tensor1d([true, false, true], 'bool'), [1, 0, 1]],
    ['that a kernel made', () => tf.relu(tf.tensor1d([1, -1, 1])), [1, 0, 1]],
    ['that shares its numbers', () => tf.reshape(tf.tensor2d([[1, 0, 1]]), [3]), [1, 0, 1]],
  ];

  it.each(cases)('is a copy, of a tensor %s', async (_name, make, expected) => {
    const x = tf.tidy(make);
    (x.dataSync() as Float32Array)[0] = 9;
    ((await x.data()) as Float32Array)[1] = 9;
    x.bufferSync().set(9, 2);
    expect([...x.dataSync()]).toEqual(expected);
    x.dispose();
  });

  it('is a copy of strings and complex numbers too', () => {
    const words = tf.tensor1d(['a', 'b']);
    (words.dataSync() as unknown as string[])[0] = 'c';
    expect([...(words.dataSync() as unknown as string[])]).toEqual(['a', 'b']);
    const z = tf.complex(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
    (z.dataSync() as Float32Array)[0] = 9;
    expect([...z.dataSync()]).toEqual([1, 3, 2, 4]);
    tf.dispose([words, z]);
  });
});
