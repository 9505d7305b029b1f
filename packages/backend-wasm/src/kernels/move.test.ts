import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';
import { useWasm } from '../use-wasm';

function numbers(random: Random, shape: number[]) {
  const data = values(random, shape);
  return random() < 0.7 ? { data, shape } : { data: Int32Array.from(data, (value) => 99 * value), shape };
}

function cases(random: Random, most: number): Case[] {
  const shape = Array.from({ length: integer(random, 1, 5) }, () => integer(random, 1, most));
  const x = numbers(random, shape);
  const axes = shape.map((_, i) => i);
  const perm = axes
    .map((axis) => [random(), axis])
    .sort(([p], [q]) => p - q)
    .map(([, axis]) => axis);
  const begin = shape.map((size) => integer(random, 0, size - 1));
  const strides = shape.map(() => pick(random, [1, 1, 2, -1, -2]));
  const axis = integer(random, 0, shape.length - 1);
  const indices = Array.from({ length: integer(random, 1, 5) }, () => integer(random, 0, shape[axis] - 1));
  return [
    { name: 'Transpose', inputs: { x }, attrs: { perm } },
    { name: 'Reverse', inputs: { x }, attrs: { dims: axes.filter(() => random() < 0.5) } },
    { name: 'Tile', inputs: { x }, attrs: { reps: shape.map(() => integer(random, 1, 3)) } },
    {
      name: 'Slice',
      inputs: { x },
      attrs: { begin, size: shape.map((size, i) => integer(random, 1, size - begin[i])) },
    },
    {
      name: 'StridedSlice',
      inputs: { x },
      attrs: {
        begin: strides.map((stride, i) => (stride > 0 ? 0 : shape[i] - 1)),
        end: strides.map((stride, i) => (stride > 0 ? shape[i] : -shape[i] - 1)),
        strides,
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: strides.every((stride) => stride === 1) ? 1 : 0,
      },
    },
    {
      name: 'PadV2',
      inputs: { x },
      attrs: {
        paddings: shape.map(() => [integer(random, 0, 2), integer(random, 0, 2)]),
        constantValue: pick(random, [0, 3]),
      },
    },
    {
      name: 'GatherV2',
      inputs: { x, indices: { data: Int32Array.from(indices), shape: [indices.length] } },
      attrs: { axis, batchDims: 0 },
    },
    { name: 'Pack', inputs: [x, { ...x, data: x.data.slice().reverse() }], attrs: { axis } },
    { name: 'Unpack', inputs: { value: x }, attrs: { axis } },
    {
      name: 'Cumsum',
      inputs: { x },
      attrs: { axis, exclusive: random() < 0.5, reverse: random() < 0.5 },
    },
    {
      name: 'TopK',
      inputs: { x: { ...x, data: x.data.map((value) => Math.round(4 * value)) } },
      attrs: { k: integer(random, 1, shape[shape.length - 1]), sorted: true },
    },
  ];
}

describe('kernels that move numbers', () => {
  it('equal the cpu backend’s over random shapes and axes, floats and integers', async () => {
    const random = seeded(91);
    const all = Array.from({ length: 120 }, () => cases(random, 6)).flat();
    expect(await compareWithCpu(all, 1e-6)).toEqual([]);
  });

  it('equal the cpu backend’s on tensors that are shared between threads', async () => {
    const random = seeded(92);
    const x = numbers(random, [3, 44, 37, 30]);
    const perms = [
      [0, 3, 1, 2],
      [0, 2, 3, 1],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
    ];
    const all: Case[] = [
      ...perms.map((perm) => ({ name: 'Transpose', inputs: { x }, attrs: { perm } })),
      { name: 'Tile', inputs: { x }, attrs: { reps: [1, 2, 1, 2] } },
      {
        name: 'PadV2',
        inputs: { x },
        attrs: {
          paddings: [
            [0, 0],
            [1, 2],
            [2, 1],
            [0, 0],
          ],
          constantValue: 1,
        },
      },
    ];
    expect(await compareWithCpu(all, 1e-6)).toEqual([]);
  });

  it('gather refuses an index out of range', async () => {
    await useWasm({ threads: 1 });
    const [x, indices] = [tf.ones([3, 2]), tf.tensor1d([0, 3], 'int32')];
    expect(() => tf.gather(x, indices)).toThrow(/index value 3 is not in \[0, 2\]/);
    tf.dispose([x, indices]);
  });
});
