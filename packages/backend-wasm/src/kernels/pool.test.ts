import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';

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
  // The cpu kernel ignores the rounding mode, so its gradient of a rounded average pool has other windows.
  if (dimRoundingMode !== 'ceil') cases.push({ name: 'AvgPoolGrad', inputs: { dy, input }, attrs });
  return cases;
}

describe('pooling', () => {
  it('equals the cpu backend’s over random windows, with ties, negative windows, infinities and NaN', async () => {
    const random = seeded(51);
    const cases = Array.from({ length: 130 }, () => poolCases(random)).flat();
    expect(await compareWithCpu(cases, 1e-5)).toEqual([]);
  });
});
