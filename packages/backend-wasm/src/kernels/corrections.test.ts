import { runTensorFlowCase, TENSORFLOW_CASES } from '@googlenet-tooling/engine-tests';
import { useWasm } from '../use-wasm';

describe('kernels that are wrong in the cpu backend', () => {
  beforeAll(() => useWasm({ threads: 2 }));

  it.each(TENSORFLOW_CASES)('are those of TensorFlow: $kernelName, $attributes, case $#', (one) => {
    const { shape, values, leaked } = runTensorFlowCase(one);
    expect({ shape, leaked }).toEqual({ shape: one.shape, leaked: 0 });
    expect(values).toHaveLength(one.expected.length);
    one.expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 4));
  });
});
