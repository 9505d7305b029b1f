import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, seeded, values, type Case, type Random } from '../testing/compare';
import { useWasm } from '../use-wasm';

const numbers = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });
const shapeOf = (random: Random) =>
  Array.from({ length: integer(random, 1, 4) }, () => integer(random, 1, 7));

function cases(random: Random): Case[] {
  const shape = shapeOf(random);
  const axis = integer(random, 0, shape.length - 1);
  const widths = Array.from({ length: integer(random, 2, 4) }, () => integer(random, 1, 9));
  const withAxis = (size: number) => shape.map((dimension, i) => (i === axis ? size : dimension));
  const begin = shape.map((dimension) => (random() < 0.5 ? 0 : integer(random, 0, dimension - 1)));
  const size = shape.map((dimension, i) =>
    random() < 0.5 ? dimension - begin[i] : integer(random, 1, dimension - begin[i]),
  );
  const joined = withAxis(widths.reduce((sum, width) => sum + width, 0));
  return [
    { name: 'Concat', inputs: widths.map((width) => numbers(random, withAxis(width))), attrs: { axis } },
    { name: 'Slice', inputs: { x: numbers(random, shape) }, attrs: { begin, size } },
    { name: 'SplitV', inputs: { x: numbers(random, joined) }, attrs: { numOrSizeSplits: widths, axis } },
  ];
}

function reductions(random: Random): Case[] {
  const shape = shapeOf(random);
  const first = integer(random, 0, shape.length - 1);
  const axis = Array.from({ length: integer(random, 1, shape.length - first) }, (_, i) => first + i);
  const far = shape.length > 2 ? [0, shape.length - 1] : [0];
  const keepDims = random() < 0.5;
  return ['Sum', 'Mean', 'Max', 'Min'].flatMap((name) =>
    [axis, far].map((axes) => ({
      name,
      inputs: { x: numbers(random, shape) },
      attrs: { [name === 'Max' ? 'reductionIndices' : 'axis']: axes, keepDims },
    })),
  );
}

describe('kernels that move and reduce', () => {
  it('equal the cpu backend’s over random shapes and axes', async () => {
    const random = seeded(31);
    const all = Array.from({ length: 120 }, () => [...cases(random), ...reductions(random)]).flat();
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });

  it('reduce large tensors on all threads', async () => {
    const random = seeded(32);
    const x = numbers(random, [9, 70, 130]);
    const axes = [[0], [1], [2], [0, 1], [1, 2], [0, 1, 2]];
    const all = axes.flatMap((axis) =>
      ['Sum', 'Mean', 'Min'].map((name) => ({ name, inputs: { x }, attrs: { axis, keepDims: false } })),
    );
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });

  it('give slices that outlive their source', async () => {
    await useWasm({ threads: 1 });
    const source = tf.relu(tf.tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]));
    const part = tf.slice(source, [1, 0, 0], [1, 1, 2]);
    source.dispose();
    const other = tf.fill([2, 2, 2], 9);
    tf.relu(other).dispose();
    expect([...part.dataSync()]).toEqual([5, 6]);
  });
});
