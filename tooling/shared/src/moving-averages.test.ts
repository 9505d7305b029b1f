import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { MOVING_AVERAGES } from './moving-averages';
import { hasKernels, numbered, OPTIONAL_KERNELS, runKernel } from './optional-kernels';
import { replaceKernel } from './replace-kernel';

const BACKEND = 'with-moving-averages';

beforeAll(async () => {
  tf.copyRegisteredKernels('cpu', BACKEND);
  tf.registerBackend(BACKEND, () => tf.findBackend('cpu'));
  replaceKernel(BACKEND, MOVING_AVERAGES);
  await tf.setBackend(BACKEND);
});
afterAll(() => tf.setBackend('cpu'));

it('moves every average towards its value, the offset added where there is one, and leaves the inputs alone', () => {
  expect(hasKernels(OPTIONAL_KERNELS.movingAverages)).toBe(true);
  const first = { average: tf.tensor1d([1, 2]), value: tf.tensor1d([3, 4]), offset: tf.tensor1d([10, 0]) };
  const second = { average: tf.tensor1d([8, 0, 4]), value: tf.tensor1d([0, 4, 4]) };
  const moved = runKernel(OPTIONAL_KERNELS.movingAverages, numbered<string, tf.Tensor>([first, second]), {
    decay: 0.75,
  });
  expect(moved.map((tensor) => Array.from(tensor.dataSync()))).toEqual([
    [4, 2.5],
    [6, 1, 4],
  ]);
  expect(Array.from(first.average.dataSync())).toEqual([1, 2]);
});

it('refuses values of another size', () => {
  const group = { average: tf.zeros([2]), value: tf.zeros([3]) };
  expect(() => runKernel(OPTIONAL_KERNELS.movingAverages, numbered([group]), { decay: 0.9 })).toThrow(
    'MovingAverages: expected 2 values of group 0, got 3 with no offsets. Pass tensors that belong together.',
  );
});
