import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';

const numbers = (random: Random, shape: number[], scale = 1) => ({
  data: values(random, shape).map((value) => scale * value),
  shape,
});

function cases(random: Random): Case[] {
  const shape = [1, 2, 3, integer(random, 1, 21)];
  const attrs = {
    depthRadius: integer(random, 0, 5),
    bias: pick(random, [1, 2]),
    alpha: pick(random, [1, 1e-4, 0.3]),
    beta: pick(random, [0.5, 0.75, 1]),
  };
  const rows = [integer(random, 1, 4), integer(random, 1, 19)];
  const logits = numbers(random, rows, 30);
  return [
    { name: 'LRN', inputs: { x: numbers(random, shape) }, attrs },
    {
      name: 'LRNGrad',
      inputs: { x: numbers(random, shape), y: numbers(random, shape), dy: numbers(random, shape) },
      attrs,
    },
    { name: 'Softmax', inputs: { logits }, attrs: { dim: 1 } },
  ];
}

describe('normalisations over the last axis', () => {
  it('equal the cpu backend’s over random shapes', async () => {
    const random = seeded(97);
    const all = Array.from({ length: 120 }, () => cases(random)).flat();
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });
});
