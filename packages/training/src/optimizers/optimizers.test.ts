import * as tf from '@tensorflow/tfjs-core';
import { createOptimizer, type OptimizerConfig } from './optimizers';
import { useCpu } from '../testing/tiny';

beforeAll(useCpu);

/** Three steps on a kernel [2, 2] and a bias [2], gradients 0.5 * weight + step. */
function run(config: OptimizerConfig): { kernel: number[]; bias: number[] } {
  const kernel = tf.tidy(() => tf.variable(tf.tensor2d([0.5, -1, 2, 0.1], [2, 2])));
  const bias = tf.tidy(() => tf.variable(tf.tensor1d([0.25, -0.75])));
  const optimizer = createOptimizer(config, [
    { name: 'dense/kernel', variable: kernel },
    { name: 'dense/bias', variable: bias },
  ]);
  for (let step = 1; step <= 3; step++) {
    const gradients = [kernel, bias].map((weight) => tf.tidy(() => tf.add(tf.mul(weight, 0.5), step)));
    optimizer.apply(gradients, 0.1);
    tf.dispose(gradients);
  }
  const values = { kernel: Array.from(kernel.dataSync()), bias: Array.from(bias.dataSync()) };
  optimizer.dispose();
  tf.dispose([kernel, bias]);
  return values;
}

/** Computed with scripts/optimizer_goldens.py. */
const GOLDEN: { name: string; config: OptimizerConfig; source: string; kernel: number[]; bias: number[] }[] =
  [
    {
      name: 'Adam',
      config: { kind: 'adam' },
      source: 'Keras 3.15.1',
      kernel: [0.2050692, -1.284359, 1.701936, -0.1933316],
      bias: [-0.04399261, -1.037333],
    },
    {
      name: 'AdamW',
      config: { kind: 'adamw', weightDecay: 0.05, beta1: 0.8 },
      source: 'Keras 3.15.1',
      kernel: [0.1943861, -1.274974, 1.670058, -0.1985049],
      bias: [-0.04897971, -1.043847],
    },
    {
      name: 'Adam with L2',
      config: { kind: 'adam', weightDecay: 0.05, epsilon: 1e-8 },
      source: 'PyTorch 2.15.0',
      kernel: [0.2048566, -1.282992, 1.701678, -0.1934319],
      bias: [-0.04399507, -1.037336],
    },
    {
      name: 'SGD with momentum',
      config: { kind: 'sgd' },
      source: 'Keras 3.15.1',
      kernel: [-0.5565625, -1.653625, 0.5404999, -0.8491125],
      bias: [-0.7394062, -1.470781],
    },
    {
      name: 'SGD with Nesterov momentum',
      config: { kind: 'sgd', nesterov: true },
      source: 'Keras 3.15.1',
      kernel: [-1.054293, -2.001487, -0.1070994, -1.306879],
      bias: [-1.212159, -1.843622],
    },
    {
      name: 'plain SGD',
      config: { kind: 'sgd', momentum: 0 },
      source: 'Keras 3.15.1',
      kernel: [-0.1515625, -1.437625, 1.1345, -0.4945125],
      bias: [-0.3659063, -1.223281],
    },
    {
      name: 'SGD of the paper',
      config: { kind: 'sgd', weightDecay: 0.2, biasLearningRateFactor: 2 },
      source: 'PyTorch 2.15.0',
      kernel: [-0.5956515, -1.541367, 0.350064, -0.8478423],
      bias: [-1.6665, -2.1525],
    },
  ];

describe('createOptimizer', () => {
  it.each(GOLDEN)('$name has the numbers of $source', ({ config, kernel, bias }) => {
    const values = run(config);
    values.kernel.forEach((value, i) => expect(value).toBeCloseTo(kernel[i], 5));
    values.bias.forEach((value, i) => expect(value).toBeCloseTo(bias[i], 5));
  });

  it('frees its state', () => {
    const before = tf.memory().numTensors;
    run({ kind: 'adamw' });
    run({ kind: 'sgd', nesterov: true, weightDecay: 0.1 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('skips a weight without a gradient and applies constraints', () => {
    const [a, b] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([1, -2]))];
    const optimizer = createOptimizer({ kind: 'adam' }, [
      { name: 'a', variable: a },
      { name: 'b', variable: b, constrain: (value) => tf.relu(value) },
    ]);
    optimizer.apply([null, tf.tensor1d([1, 1])], 0.5);
    expect(Array.from(a.dataSync())).toEqual([1, 2]);
    expect(b.dataSync()[0]).toBeCloseTo(0.5, 5);
    expect(b.dataSync()[1]).toBe(0);
    expect(optimizer.step).toBe(1);
  });

  it('gives the Adam, SGD and average kernels of an engine everything they need', () => {
    const calls: { name: string; inputs: string[]; attrs: unknown }[] = [];
    for (const name of ['AdamStep', 'SgdStep']) {
      tf.registerKernel({
        kernelName: name,
        backendName: 'cpu',
        kernelFunc: ({ inputs, attrs }: { inputs: object; attrs?: unknown }) => {
          calls.push({ name, inputs: Object.keys(inputs), attrs });
          return [];
        },
      });
    }
    try {
      run({ kind: 'adamw', weightDecay: 0.01 });
      run({ kind: 'sgd', momentum: 0, biasLearningRateFactor: 2 });
    } finally {
      tf.unregisterKernel('AdamStep', 'cpu');
      tf.unregisterKernel('SgdStep', 'cpu');
    }
    expect(calls).toHaveLength(6);
    expect(calls[2]).toEqual({
      name: 'AdamStep',
      inputs: ['param0', 'grad0', 'm0', 'v0', 'param1', 'grad1', 'm1', 'v1'],
      attrs: {
        learningRates: [0.1, 0.1],
        weightDecays: [0.01, 0],
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        step: 3,
        decoupled: true,
      },
    });
    expect(calls[3]).toEqual({
      name: 'SgdStep',
      inputs: ['param0', 'grad0', 'param1', 'grad1'],
      attrs: { learningRates: [0.1, 0.2], weightDecays: [0, 0], momentum: 0, nesterov: false },
    });
  });
});
