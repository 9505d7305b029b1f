import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import {
  compareWithCpu,
  ENGINES,
  integer,
  pick,
  seeded,
  values,
  type Case,
  type Inputs,
  type Random,
} from '../testing/compare';
import { useWasm } from '../use-wasm';

interface Norm {
  x: Float32Array;
  dy: Float32Array;
  gamma: Float32Array;
  beta: Float32Array;
  channels: number;
  epsilon: number;
  relu: boolean;
}

/** The operation by its definition, in double precision. */
function reference({ x, dy, gamma, beta, channels, epsilon, relu }: Norm): number[][] {
  const rows = x.length / channels;
  const [y, dx] = [Array<number>(x.length), Array<number>(x.length)];
  const [means, variances, dgammas, dbetas]: number[][] = [[], [], [], []];
  for (let c = 0; c < channels; c++) {
    const column = Array.from({ length: rows }, (_, r) => x[r * channels + c]);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    const normal = column.map((value) => (value - mean) * inverse);
    const out = normal.map((value) => value * gamma[c] + beta[c]);
    const g = out.map((value, r) => (relu && value <= 0 ? 0 : dy[r * channels + c]));
    const dbeta = g.reduce((sum, value) => sum + value, 0);
    const dgamma = g.reduce((sum, value, r) => sum + value * normal[r], 0);
    for (let r = 0; r < rows; r++) {
      y[r * channels + c] = relu ? Math.max(0, out[r]) : out[r];
      dx[r * channels + c] = gamma[c] * inverse * (g[r] - dbeta / rows - (normal[r] * dgamma) / rows);
    }
    means.push(mean);
    variances.push(variance);
    dgammas.push(dgamma);
    dbetas.push(dbeta);
  }
  return [y, means, variances, dx, dgammas, dbetas];
}

function run({ x, dy, gamma, beta, epsilon, relu }: Norm, shape: number[]): number[][] {
  const attrs = { epsilon, activation: relu ? 'relu' : 'linear' };
  const runKernel = (name: string, inputs: Record<string, tf.Tensor>): tf.Tensor[] =>
    tf.engine().runKernel(name, inputs, attrs);
  const read: number[][] = [];
  tf.tidy(() => {
    const inputs = { x: tf.tensor(x, shape), gamma: tf.tensor1d(gamma), beta: tf.tensor1d(beta) };
    const [y, mean, variance] = runKernel('BatchNormTrain', inputs);
    const gradients = runKernel('BatchNormTrainGrad', {
      ...inputs,
      dy: tf.tensor(dy, shape),
      y,
      mean,
      variance,
    });
    for (const tensor of [y, mean, variance, ...gradients]) read.push([...tensor.dataSync()]);
  });
  return read;
}

function randomNorm(random: Random, shape: number[], offset: number): Norm {
  const channels = shape[3];
  return {
    x: values(random, shape).map((value) => value + offset),
    dy: values(random, shape),
    gamma: values(random, [channels]),
    beta: values(random, [channels]),
    channels,
    epsilon: pick(random, [1e-3, 1e-5]),
    relu: random() < 0.5,
  };
}

describe('BatchNormTrain', () => {
  it.each(ENGINES)('equals its definition in double precision with %o', async (options) => {
    await useWasm(options);
    const random = seeded(61);
    for (let i = 0; i < 60; i++) {
      const shape = [
        integer(random, 1, 4),
        integer(random, 1, 9),
        integer(random, 2, 9),
        pick(random, [1, 2, 3, 4, 5, 8, 13, 64]),
      ];
      const norm = randomNorm(random, shape, pick(random, [0, 0, 3, 100]));
      const expected = reference(norm);
      const actual = run(norm, shape);
      const names = ['y', 'mean', 'variance', 'dx', 'dgamma', 'dbeta'];
      expected.forEach((numbers, output) => {
        const scale = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const worst = numbers.reduce(
          (most, value, j) => Math.max(most, Math.abs(value - actual[output][j])),
          0,
        );
        expect({ output: names[output], shape, close: worst <= 2e-4 * scale }).toEqual({
          output: names[output],
          shape,
          close: true,
        });
      });
    }
  });

  it('gives the same bits with one thread and with two', async () => {
    const shape = [8, 14, 14, 96];
    const norm = randomNorm(seeded(62), shape, 0);
    await useWasm({ threads: 1 });
    const one = run(norm, shape);
    await useWasm({ threads: 2 });
    expect(run(norm, shape)).toEqual(one);
  });
});

function inferenceCase(random: Random): Case {
  const channels = integer(random, 1, 20);
  const numbers = (shape: number[]) => ({ data: values(random, shape), shape });
  const x = numbers([integer(random, 1, 3), integer(random, 1, 5), integer(random, 1, 5), channels]);
  const variance = { data: values(random, [channels]).map(Math.abs), shape: [channels] };
  const optional: Inputs = random() < 0.7 ? { scale: numbers([channels]), offset: numbers([channels]) } : {};
  return {
    name: 'FusedBatchNorm',
    inputs: { x, mean: numbers([channels]), variance, ...optional },
    attrs: { varianceEpsilon: 1e-3 },
  };
}

describe('FusedBatchNorm', () => {
  it('equals the cpu backend’s', async () => {
    const random = seeded(63);
    expect(await compareWithCpu(Array.from({ length: 100 }, () => inferenceCase(random)))).toEqual([]);
  });
});
