import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import {
  compareWithCpu,
  integer,
  pick,
  runKernel,
  seeded,
  values,
  type Case,
  type Random,
} from '../testing/compare';
import { useWasm } from '../use-wasm';

type Pad = 'same' | 'valid' | number;

/** Values with many ties, some NaN, some infinities, mostly negative. */
function numbers(random: Random, shape: number[]) {
  const kind = random();
  const special = () => pick(random, [NaN, -Infinity, Infinity]);
  const data = values(random, shape).map((value) => {
    if (kind < 0.3) return Math.round(2 * value) - 1;
    return kind < 0.5 && random() < 0.1 ? special() : value - 0.5;
  });
  return { data, shape };
}

function poolCases(random: Random): Case[] {
  const filterSize: [number, number] = [integer(random, 1, 4), integer(random, 1, 4)];
  const strides: [number, number] = [integer(random, 1, 3), integer(random, 1, 3)];
  const pad = pick<Pad>(random, [
    'same',
    'valid',
    'same',
    'valid',
    Math.min(1, ...filterSize.map((size) => size - 1)),
  ]);
  const shape = [
    integer(random, 1, 3),
    integer(random, 4, 10),
    integer(random, 4, 10),
    pick(random, [1, 3, 4, 7, 8, 70]),
  ];
  const dimRoundingMode = typeof pad === 'number' ? pick(random, ['floor', 'ceil'] as const) : undefined;
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const attrs = { filterSize, strides, pad, dimRoundingMode };
  const input = numbers(random, shape);
  const dy = { data: values(random, info.outShape), shape: info.outShape };
  const output = dy;
  const cases: Case[] = [
    { name: 'MaxPool', inputs: { x: input }, attrs },
    { name: 'AvgPool', inputs: { x: input }, attrs },
    { name: 'MaxPoolGrad', inputs: { dy, input, output }, attrs },
  ];
  // The cpu kernel divides by the whole window even where part of it is padding.
  if (pad === 'valid') cases.push({ name: 'AvgPoolGrad', inputs: { dy, input }, attrs });
  return cases;
}

describe('pooling', () => {
  it('equals the cpu backend’s over random windows, with ties, negative windows, infinities and NaN', async () => {
    const random = seeded(51);
    const cases = Array.from({ length: 130 }, () => poolCases(random)).flat();
    expect(await compareWithCpu(cases, 1e-5)).toEqual([]);
  });

  it('equals it where each window is a pixel with its neighbours, one thread and several', async () => {
    const random = seeded(53);
    const cases = Array.from({ length: 60 }, (): Case => {
      const channels = pick(random, [1, 3, 4, 7, 8, 70, 130]);
      const shape = [integer(random, 1, 9), integer(random, 1, 7), integer(random, 1, 7), channels];
      const input = numbers(random, shape);
      const dy = { data: values(random, shape), shape };
      const attrs = { filterSize: 3, strides: 1, pad: pick(random, ['same', 1] as const) };
      return { name: 'MaxPoolGrad', inputs: { dy, input, output: input }, attrs };
    });
    expect(await compareWithCpu(cases, 1e-5)).toEqual([]);
  });

  it('has a gradient of averages that is the transpose of its forward pass', async () => {
    await useWasm({ threads: 2 });
    const random = seeded(52);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, j) => sum + value * b[j], 0);
    for (let i = 0; i < 60; i++) {
      const shape = [2, integer(random, 1, 9), integer(random, 1, 9), pick(random, [1, 3, 8, 70])];
      const size = (): [number, number] => [integer(random, 1, 4), integer(random, 1, 4)];
      const attrs = { filterSize: size(), strides: size(), pad: 'same' };
      const x = { data: values(random, shape), shape };
      const [y] = runKernel({ name: 'AvgPool', inputs: { x }, attrs });
      const dy = { data: values(random, y.shape), shape: y.shape };
      const [dx] = runKernel({ name: 'AvgPoolGrad', inputs: { dy, input: x }, attrs });
      expect(dx.shape).toEqual(shape);
      expect(dot(dx.data, x.data)).toBeCloseTo(dot(dy.data, y.data), 3);
    }
  });
});
