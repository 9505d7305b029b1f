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
  type Random,
} from '../testing/compare';
import { useWasm } from '../use-wasm';
import { convShape } from './conv-shape';
import { isWinograd } from './winograd';

type Shape4D = [number, number, number, number];

const numbers = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });

function winogradCases(random: Random): Case[] {
  const size = pick(random, [3, 5]);
  const [inChannels, outChannels] = [pick(random, [8, 12]), pick(random, [8, 12, 16])];
  const shape: Shape4D = [2, integer(random, size + 1, 8), integer(random, size + 1, 8), inChannels];
  const pad = pick<'same' | 'valid' | number>(random, ['same', 'same', 'valid', integer(random, 0, 4)]);
  const dimRoundingMode = typeof pad === 'number' ? 'floor' : undefined;
  const filterShape: Shape4D = [size, size, inChannels, outChannels];
  const info = tf.backend_util.computeConv2DInfo(shape, filterShape, 1, 1, pad, dimRoundingMode);
  if (!isWinograd(convShape(info))) return [];
  const attrs = { strides: 1, pad, dataFormat: 'NHWC', dilations: 1, dimRoundingMode };
  const [x, filter, dy] = [shape, filterShape, info.outShape].map((one) => numbers(random, one));
  const bias = numbers(random, [outChannels]);
  return [
    { name: 'Conv2D', inputs: { x, filter }, attrs },
    {
      name: 'FusedConv2D',
      inputs: { x, filter, bias },
      attrs: { ...attrs, activation: pick(random, ['relu', 'linear']) },
    },
    { name: 'Conv2DBackpropInput', inputs: { dy, filter }, attrs: { ...attrs, inputShape: shape } },
    { name: 'Conv2DBackpropFilter', inputs: { x, dy }, attrs: { ...attrs, filterShape } },
  ];
}

describe('Winograd convolutions', () => {
  it('equal the cpu backend’s over random shapes and paddings', async () => {
    const random = seeded(81);
    const cases = Array.from({ length: 40 }, () => winogradCases(random)).flat();
    expect(cases.length).toBeGreaterThan(60);
    expect(await compareWithCpu(cases)).toEqual([]);
  });

  it.each(ENGINES)(
    'err by less than 2e-5 of the largest output on the network’s widest layers with %o',
    async (options) => {
      await useWasm(options);
      const random = seeded(82);
      for (const [size, inChannels, outChannels] of [
        [3, 192, 64],
        [5, 128, 32],
      ]) {
        const [x, filter] = [
          values(random, [2, 7, 7, inChannels]),
          values(random, [size, size, inChannels, outChannels]),
        ];
        const y = tf.tidy(() =>
          tf
            .conv2d(
              tf.tensor4d(x, [2, 7, 7, inChannels]),
              tf.tensor4d(filter, [size, size, inChannels, outChannels]),
              1,
              'same',
            )
            .dataSync(),
        );
        const scale = Array.from(y as Float32Array).reduce(
          (most, value) => Math.max(most, Math.abs(value)),
          0,
        );
        for (let i = 0; i < 200; i++) {
          const index = integer(random, 0, y.length - 1);
          const exact = exactOutput(x, filter, size, inChannels, outChannels, index);
          expect(Math.abs(y[index] - exact)).toBeLessThan(2e-5 * scale);
        }
      }
    },
  );

  it('give the same filter gradient with one thread and with two', async () => {
    const random = seeded(83);
    const [x, dy] = [values(random, [6, 14, 14, 24]), values(random, [6, 14, 14, 32])];
    const gradient = () =>
      tf.tidy(() => {
        const inputs = { x: tf.tensor(x, [6, 14, 14, 24]), dy: tf.tensor(dy, [6, 14, 14, 32]) };
        const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 24, 32] };
        const dw: tf.Tensor = tf.engine().runKernel('Conv2DBackpropFilter', inputs, attrs);
        return dw.dataSync();
      });
    await useWasm({ threads: 1 });
    const one = gradient();
    await useWasm({ threads: 2 });
    expect(gradient()).toEqual(one);
  });
});

/** One output of a `same` convolution over 7x7 images, in double precision. */
function exactOutput(
  x: Float32Array,
  filter: Float32Array,
  size: number,
  inChannels: number,
  outChannels: number,
  index: number,
): number {
  const channel = index % outChannels;
  const pixel = Math.floor(index / outChannels);
  const [image, row, column] = [Math.floor(pixel / 49), Math.floor(pixel / 7) % 7, pixel % 7];
  const half = (size - 1) / 2;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [r, c] = [row + i - half, column + j - half];
      if (r < 0 || r >= 7 || c < 0 || c >= 7) continue;
      for (let k = 0; k < inChannels; k++) {
        sum +=
          x[((image * 7 + r) * 7 + c) * inChannels + k] *
          filter[((i * size + j) * inChannels + k) * outChannels + channel];
      }
    }
  }
  return sum;
}
