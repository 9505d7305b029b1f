import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useWasm } from '@googlenet/backend-wasm';
import { inception } from '@googlenet/inception';
import { pretrainedMnist } from '@googlenet/mnist-weights';
import { pixelSum, roundToSum } from '../inside/pixel-sum';
import { describeFirst, lookAtFirst } from './first-convolution';
import { findModules, Flow } from './graph';
import { traceMap } from './map-trace';
import { toInput } from './predict';
import { BRANCH_NAMES, type MapName } from './protocol';

const image = Uint8Array.from({ length: 784 }, (_, i) => {
  const [y, x] = [Math.floor(i / 28) - 14, (i % 28) - 14];
  return Math.abs(Math.hypot(y, x) - 8) < 2 ? 255 - 4 * (i % 28) : 0;
});

let model: tfl.LayersModel;
let input: tf.Tensor4D;

beforeAll(async () => {
  await useWasm({ threads: 1 });
  model = await pretrainedMnist();
  input = toInput(image);
});

/** The largest difference between a map and its sums, over all pixels, and the largest value of the map. */
async function check(name: MapName): Promise<{ gap: number; highest: number }> {
  const trace = await traceMap(model, input, name);
  let gap = 0;
  for (let row = 0; row < trace.height; row++) {
    for (let column = 0; column < trace.width; column++) {
      const sum = pixelSum(trace, row, column, 3);
      const listed = sum.parts.reduce((total, part) => total + part.sum, sum.rest.sum + sum.bias);
      expect(listed).toBeCloseTo(sum.total, 8);
      gap = Math.max(gap, Math.abs(sum.result - sum.activation));
    }
  }
  return { gap, highest: Math.max(...trace.activation) };
}

describe('the sum behind a pixel', () => {
  it.each(['conv1', 'inception_3b', 'inception_4c', 'inception_5b'])(
    'of %s is what the shipped network computed, at every pixel of the most active map',
    async (place) => {
      const branches = place === 'conv1' ? [undefined] : BRANCH_NAMES;
      const before = tf.memory().numTensors;
      for (const branch of branches) {
        const values = tf.tidy(() => {
          const flow = new Flow(model.inputs[0], input);
          const module = findModules(model).find(({ name }) => name === place);
          const output = module && branch ? flow.branches(module)[branch] : undefined;
          return tf
            .sum(output ?? flow.compute(model.getLayer(place).output as tfl.SymbolicTensor), [0, 1, 2])
            .dataSync();
        });
        const channel = values.indexOf(Math.max(...values));
        const { gap, highest } = await check({ place, ...(branch && { branch }), channel });
        expect(highest).toBeGreaterThan(0.1);
        expect(gap).toBeLessThan(1e-4);
      }
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('takes the maximum of nine activations in the pool branch, and zeros outside of the plane elsewhere', async () => {
    const pool = await traceMap(model, input, { place: 'inception_3a', branch: 'poolProj', channel: 1 });
    for (const [row, column] of [
      [0, 0],
      [13, 9],
      [27, 27],
    ]) {
      for (const { pooled = [], window } of pixelSum(pool, row, column, 4).parts) {
        expect(pooled).toHaveLength(9);
        expect(window).toEqual([Math.max(...pooled.map((value) => value ?? -Infinity))]);
      }
    }
    const corner = pixelSum(await traceMap(model, input, { place: 'conv1', channel: 0 }), 0, 0, 1);
    expect(corner.parts[0].window.map((value) => value === undefined)).toEqual(
      [1, 1, 1, 1, 0, 0, 1, 0, 0].map(Boolean),
    );
  });

  it('is of the last unit of the branch, and says where its input comes from', async () => {
    const of = async (branch: (typeof BRANCH_NAMES)[number]) => {
      const { unit, source } = await traceMap(model, input, { place: 'inception_4b', branch, channel: 0 });
      return [unit, source];
    };
    expect(await Promise.all(BRANCH_NAMES.map(of))).toEqual([
      ['1x1', ''],
      ['3x3', '3x3_reduce'],
      ['5x5_2', '5x5'],
      ['pool_proj', 'pool'],
    ]);
  });

  it('is there for a naive module, whose pool has no projection', async () => {
    const inputs = tfl.input({ shape: [28, 28, 1] });
    const filters = { conv1x1: 4, reduce3x3: 0, conv3x3: 4, reduce5x5: 0, conv5x5: 4, poolProj: 0 };
    const naive = inception({ name: 'naive', kind: 'naive', filters }).apply(inputs) as tfl.SymbolicTensor;
    const small = tfl.model({ inputs, outputs: naive });
    const trace = await traceMap(small, input, { place: 'naive', branch: 'poolProj', channel: 0 });
    const sum = pixelSum(trace, 7, 9, 1);
    expect(sum.result).toBeCloseTo(sum.activation, 6);
    expect(trace.unit).toBe('');
    small.dispose();
  });

  it('refuses places and channels that are not there', async () => {
    await expect(traceMap(model, input, { place: 'inception_9z', channel: 0 })).rejects.toThrow(
      /expected the first convolution or a module/,
    );
    await expect(traceMap(model, input, { place: 'conv1', channel: 48 })).rejects.toThrow(
      /expected a channel from 0 to 47, got 48/,
    );
  });
});

describe('the first convolution', () => {
  it('has its shapes, and all of its maps, the one with the highest activation first', async () => {
    expect(describeFirst(model)).toEqual({
      name: 'conv1',
      inputShape: [28, 28, 1],
      outputShape: [28, 28, 48],
      kernelSize: [3, 3],
    });
    const before = tf.memory().numTensors;
    const { maps, mean, highest } = await lookAtFirst(model, input);
    expect(tf.memory().numTensors).toBe(before);
    expect(maps.map(({ channel }) => channel).sort((a, b) => a - b)).toEqual([...Array(48).keys()]);
    expect(mean.pixels).toHaveLength(784);
    const trace = await traceMap(model, input, { place: 'conv1', channel: maps[0].channel });
    expect(Math.max(...trace.activation)).toBe(highest);
    const brightest = maps[0].pixels.indexOf(Math.max(...maps[0].pixels));
    expect(trace.activation[brightest]).toBe(Math.max(...trace.activation));
  });
});

describe('roundToSum', () => {
  it('keeps the sum, each number within one unit of itself', () => {
    const values = [0.3335, 0.3335, 0.333, -0.1234, 2.00049];
    const rounded = roundToSum(values, 3);
    const sum = values.reduce((total, value) => total + value, 0);
    expect(rounded.reduce((total, value) => total + value, 0)).toBeCloseTo(Number(sum.toFixed(3)), 9);
    rounded.forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(0.001));
    expect(roundToSum([0.25, 0.5], 1)).toEqual([0.3, 0.5]);
    expect(roundToSum([1.04, 1.04, 1.04], 1)).toEqual([1.1, 1, 1]);
    expect(roundToSum([-1.04, -1.04, -1.04], 1)).toEqual([-1.1, -1, -1]);
  });
});
