import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';

const numbers = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });

function matMulCases(random: Random): Case[] {
  const large = random() < 0.2;
  const size = () => (large ? integer(random, 30, 90) : integer(random, 1, 20));
  const [m, k, n] = [size(), size(), size()];
  const [transposeA, transposeB] = [random() < 0.5, random() < 0.5];
  const [aBatch, bBatch] = pick(random, [
    [[], []],
    [[3], [3]],
    [[1], [2]],
    [
      [2, 2],
      [1, 1],
    ],
    [[2], []],
  ]);
  const a = numbers(random, [...aBatch, ...(transposeA ? [k, m] : [m, k])]);
  const b = numbers(random, [...bBatch, ...(transposeB ? [n, k] : [k, n])]);
  const bias = numbers(random, pick(random, [[n], [1, n], [1]]));
  const activation = pick(random, ['relu', 'linear', 'elu', undefined]);
  return [
    { name: 'BatchMatMul', inputs: { a, b }, attrs: { transposeA, transposeB } },
    { name: '_FusedMatMul', inputs: { a, b, bias }, attrs: { transposeA, transposeB, activation } },
    { name: '_FusedMatMul', inputs: { a, b }, attrs: { transposeA, transposeB, activation } },
  ];
}

describe('matrix products', () => {
  it('equal the cpu backend’s over random shapes, transposes and batches', async () => {
    const random = seeded(41);
    const cases = Array.from({ length: 120 }, () => matMulCases(random)).flat();
    expect(await compareWithCpu(cases)).toEqual([]);
  });
});
