import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useWasm } from '../use-wasm';
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

type Pad =
  'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];

const data = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });

/** A random convolution: forward, with bias and ReLU, and both gradients. */
function convolutionCases(random: Random): Case[] {
  const channels = () => pick(random, [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 19]);
  const [inChannels, outChannels] = [channels(), channels()];
  const batch = integer(random, 1, 3);
  const kernel = [pick(random, [1, 2, 3, 3, 5]), pick(random, [1, 2, 3, 3, 5])];
  const dilated = random() < 0.15;
  const strides = dilated
    ? [1, 1]
    : pick(random, [
        [1, 1],
        [1, 1],
        [1, 1],
        [2, 2],
        [2, 1],
        [3, 2],
      ]);
  const dilations = dilated ? [2, integer(random, 1, 2)] : [1, 1];
  // TensorFlow.js measures both sides by the filter's height where the padding is a number.
  const reach = (Math.max(...kernel) - 1) * Math.max(...dilations);
  const size = () => integer(random, reach + 1, reach + 6);
  const shape = [batch, size(), size(), inChannels];
  const pad = pick<Pad>(random, [
    'same',
    'valid',
    integer(random, 0, 3),
    [
      [0, 0],
      [integer(random, 0, 2), 1],
      [1, integer(random, 0, 2)],
      [0, 0],
    ],
  ]);
  const dimRoundingMode = typeof pad === 'string' ? undefined : 'floor';
  const filterShape = [...kernel, inChannels, outChannels] as [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(
    shape as [number, number, number, number],
    filterShape,
    strides as [number, number],
    dilations as [number, number],
    pad,
    dimRoundingMode,
  );
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations, dimRoundingMode };
  const x = data(random, shape);
  const filter = data(random, filterShape);
  const dy = data(random, info.outShape);
  const forward: Case[] = [
    { name: 'Conv2D', inputs: { x, filter }, attrs },
    {
      name: 'FusedConv2D',
      inputs: { x, filter, bias: data(random, [outChannels]) },
      attrs: { ...attrs, activation: pick(random, ['relu', 'linear', 'relu6']) },
    },
    {
      name: 'FusedConv2D',
      inputs: { x, filter, bias: data(random, [outChannels]) },
      attrs: { ...attrs, activation: pick(random, ['elu', 'sigmoid', 'leakyrelu']), leakyreluAlpha: 0.3 },
    },
    {
      name: 'FusedConv2D',
      inputs: {
        x,
        filter,
        preluActivationWeights: data(random, pick(random, [[outChannels], [1, 1, outChannels], [1, 1, 1]])),
      },
      attrs: { ...attrs, activation: 'prelu' },
    },
  ];
  if (dilated) return forward;
  return [
    ...forward,
    { name: 'Conv2DBackpropInput', inputs: { dy, filter }, attrs: { ...attrs, inputShape: shape } },
    { name: 'Conv2DBackpropFilter', inputs: { x, dy }, attrs: { ...attrs, filterShape } },
  ];
}

describe('convolutions', () => {
  it('equal the cpu backend’s over random shapes, strides, paddings and dilations', async () => {
    const random = seeded(11);
    const cases = Array.from({ length: 100 }, () => convolutionCases(random)).flat();
    expect(cases.length).toBeGreaterThan(330);
    expect(await compareWithCpu(cases)).toEqual([]);
  });
});

describe('a filter’s gradient over thousands of pixels, in shares', () => {
  const gradientCase = (
    shape: [number, number, number, number],
    size: number,
    outChannels: number,
    stride: number,
  ): Case => {
    const random = seeded(12);
    const filterShape: [number, number, number, number] = [size, size, shape[3], outChannels];
    const info = tf.backend_util.computeConv2DInfo(shape, filterShape, stride, 1, 'same');
    return {
      name: 'Conv2DBackpropFilter',
      inputs: { x: data(random, shape), dy: data(random, info.outShape) },
      attrs: { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', filterShape },
    };
  };
  const cases = [
    gradientCase([3, 31, 29, 7], 1, 5, 1),
    gradientCase([2, 40, 35, 16], 1, 24, 1),
    gradientCase([5, 47, 47, 3], 3, 9, 2),
    gradientCase([9, 16, 16, 1], 3, 8, 1),
  ];

  it('equals the cpu backend’s', async () => {
    expect(await compareWithCpu(cases)).toEqual([]);
  });

  it('has the same bits with one thread and with two', async () => {
    const gradients = async (threads: number) => {
      await useWasm({ threads });
      return cases.map(runKernel);
    };
    expect(await gradients(2)).toEqual(await gradients(1));
  });
});
