import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { batchNormTrain, type StatisticsGroup } from './batch-norm-train';
import { expectClose, wave } from './testing/reference';

const EPSILON = 1e-3;
const x = () => wave<tf.Tensor4D>([3, 4, 5, 6], 1, 2);
const gamma = () => tf.add<tf.Tensor1D>(1, wave([6], 2, 0.5));
const beta = () => wave<tf.Tensor1D>([6], 3, 0.5);

function plain(activation: 'relu' | 'linear') {
  return (input: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const { mean, variance } = tf.moments(input, [0, 1, 2]);
    const xhat = tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, EPSILON)));
    const y = tf.add(tf.mul(xhat, scale), shift);
    return activation === 'relu' ? tf.relu(y) : y;
  };
}

describe.each(['relu', 'linear'] as const)('batchNormTrain with %s', (activation) => {
  it('equals the formula and returns the biased statistics of the batch', () => {
    tf.tidy(() => {
      const input = x();
      const { y, mean, variance } = batchNormTrain(input, gamma(), beta(), { epsilon: EPSILON, activation });
      expectClose(y, plain(activation)(input, gamma(), beta()), 1e-5);
      const moments = tf.moments(input, [0, 1, 2]);
      expectClose(mean, moments.mean, 1e-6);
      expectClose(variance, moments.variance, 1e-6);
    });
  });

  it('has the gradient of the formula for x, gamma and beta', () => {
    tf.tidy(() => {
      const weights = wave([3, 4, 5, 6], 9);
      const loss = (f: (...args: [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D]) => tf.Tensor) =>
        tf.grads((...args: tf.Tensor[]) =>
          tf.sum(tf.mul(f(...(args as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D])), weights)),
        )([x(), gamma(), beta()]);
      const actual = loss((a, b, c) => batchNormTrain(a, b, c, { epsilon: EPSILON, activation }).y);
      const expected = loss(plain(activation));
      actual.forEach((gradient, i) => expectClose(gradient, expected[i], 1e-4));
    });
  });
});

it('leaves no tensor behind but the three that it returns, with and without a gradient', () => {
  const [input, scale, shift] = [x(), gamma(), beta()];
  const before = tf.memory().numTensors;
  const { y, mean, variance } = batchNormTrain(input, scale, shift);
  expect(tf.memory().numTensors).toBe(before + 3);
  tf.dispose([y, mean, variance]);
  const gradient = tf.grad((value) => tf.sum(batchNormTrain(value as tf.Tensor4D, scale, shift).y))(input);
  gradient.dispose();
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([input, scale, shift]);
});

it('gives the engine the documented inputs where it has the kernels, and computes nothing itself', async () => {
  tf.copyRegisteredKernels('cpu', 'batch-norm-engine');
  tf.registerBackend('batch-norm-engine', () => tf.findBackend('cpu'));
  const seen: Record<string, unknown> = {};
  const ones = (shape: number[]) => tf.ones(shape);
  tf.registerKernel({
    kernelName: 'BatchNormTrain',
    backendName: 'batch-norm-engine',
    kernelFunc: ({ inputs, attrs }) => {
      seen.forward = { inputs: Object.keys(inputs), attrs };
      return [tf.mul(inputs.x as tf.Tensor, 3), ones([6]), tf.mul(ones([6]), 2)];
    },
  });
  tf.registerKernel({
    kernelName: 'BatchNormTrainGrad',
    backendName: 'batch-norm-engine',
    kernelFunc: ({ inputs, attrs }) => {
      seen.backward = { inputs: Object.keys(inputs).sort(), attrs };
      seen.variance = Array.from((inputs.variance as tf.Tensor).dataSync());
      return [tf.mul(inputs.dy as tf.Tensor, 7), tf.mul(ones([6]), 8), tf.mul(ones([6]), 9)];
    },
  });
  await tf.setBackend('batch-norm-engine');
  try {
    tf.tidy(() => {
      const options = { epsilon: 0.5, activation: 'relu' as const };
      const run = (...args: tf.Tensor[]) =>
        tf.sum(
          batchNormTrain(args[0] as tf.Tensor4D, args[1] as tf.Tensor1D, args[2] as tf.Tensor1D, options).y,
        );
      const { value, grads } = tf.valueAndGrads(run)([tf.ones([1, 2, 2, 6]), tf.ones([6]), tf.zeros([6])]);
      expect(value.dataSync()[0]).toBe(72);
      expect(grads.map((gradient) => gradient.dataSync()[0])).toEqual([7, 8, 9]);
      expect(seen).toEqual({
        forward: { inputs: ['x', 'gamma', 'beta'], attrs: options },
        backward: { inputs: ['beta', 'dy', 'gamma', 'mean', 'variance', 'x', 'y'], attrs: options },
        variance: [2, 2, 2, 2, 2, 2],
      });
    });
  } finally {
    await tf.setBackend('cpu');
  }
});

/**
 * Processes of a group, one after the other: each is run again and again, and gets one more of the sums each time, until none
 * asks for a sum that is not known yet.
 */
function inGroup<T>(
  parts: readonly { counted: boolean }[],
  images: number,
  run: (group: StatisticsGroup, i: number) => T,
): T[] {
  const known: Float32Array[] = [];
  for (;;) {
    const asked: Float32Array[] = [];
    const results: T[] = [];
    parts.forEach(({ counted }, i) => {
      let call = 0;
      const sum = (values: Float32Array) => {
        if (call === known.length) {
          asked.push(values.slice());
          throw new Error('not known yet');
        }
        values.set(known[call++]);
      };
      try {
        results.push(run({ images, counted, sum }, i));
      } catch (error) {
        if ((error as Error).message !== 'not known yet') throw error;
      }
    });
    if (asked.length === 0) return results;
    expect(asked).toHaveLength(parts.length);
    known.push(asked.reduce((a, b) => a.map((value, k) => value + b[k])));
  }
}

it.each(['relu', 'linear'] as const)(
  'a group of processes has the statistics, outputs and gradients of one batch, with %s',
  (activation) => {
    tf.tidy(() => {
      const [input, scale, shift] = [wave<tf.Tensor4D>([5, 4, 5, 6], 1, 2), gamma(), beta()];
      const weights = wave<tf.Tensor4D>([5, 4, 5, 6], 9);
      const run = (rows: tf.Tensor4D, factor: tf.Tensor, group?: StatisticsGroup) => {
        const { y, mean, variance } = batchNormTrain(rows, scale, shift, { activation, group });
        const [dx, dgamma, dbeta] = tf.grads((...args: tf.Tensor[]) =>
          tf.sum(
            tf.mul(
              batchNormTrain(args[0] as tf.Tensor4D, args[1] as tf.Tensor1D, args[2] as tf.Tensor1D, {
                activation,
                group,
              }).y,
              factor,
            ),
          ),
        )([rows, scale, shift]);
        return { y, mean, variance, dx, dgamma, dbeta };
      };
      const whole = run(input, weights);
      const parts = [
        { first: 0, count: 2, counted: true },
        { first: 2, count: 3, counted: true },
        { first: 0, count: 1, counted: false }, // keeps step
      ];
      const ranks = inGroup(parts, 5, (group, i) => {
        const { first, count, counted } = parts[i];
        const factor = tf.mul(tf.slice(weights, first, count), Number(counted));
        return run(tf.slice(input, first, count), factor, group);
      });
      const counted = ranks.slice(0, 2);
      expectClose(tf.concat(counted.map(({ y }) => y)), whole.y, 1e-5);
      expectClose(tf.concat(counted.map(({ dx }) => dx)), whole.dx, 1e-4);
      for (const { mean, variance } of ranks) {
        expectClose(mean, whole.mean, 1e-6);
        expectClose(variance, whole.variance, 1e-5);
      }
      expectClose(tf.addN(ranks.map(({ dgamma }) => dgamma)), whole.dgamma, 1e-4);
      expectClose(tf.addN(ranks.map(({ dbeta }) => dbeta)), whole.dbeta, 1e-4);
      expect(Math.max(...tf.abs(ranks[2].dx).dataSync())).toBe(0);
    });
  },
);
