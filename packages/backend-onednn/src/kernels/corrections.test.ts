import { runTensorFlowCase, TENSORFLOW_CASES } from '@googlenet-tooling/engine-tests';
import * as tf from '@tensorflow/tfjs-core';
import { describeNative, expectNoTensors, largestError } from '../testing/compare';

describeNative('kernels that are wrong in the cpu backend', () => {
  beforeAll(() => tf.setBackend('onednn'));
  afterAll(expectNoTensors);

  it.each(TENSORFLOW_CASES)('are those of TensorFlow: $kernelName, $attributes, case $#', (one) => {
    const { shape, values, leaked } = runTensorFlowCase(one);
    expect({ shape, leaked }).toEqual({ shape: one.shape, leaked: 0 });
    expect(largestError(values, one.expected)).toBeLessThan(1e-5);
  });
});
