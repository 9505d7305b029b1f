import * as tfl from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { convolutionCost, inceptionCost } from './costs';
import { inception, type InceptionOptions } from './inception-layer';

type Row = [
  module: string,
  channels: number,
  filters: [number, number, number, number, number, number],
  size: number,
];

/** Table 1 of the paper with multiply-accumulates (millions), weights (thousands), naive over reduced. */
const TABLE: [...Row, macs: number, weights: number, ratio: number][] = [
  ['3a', 192, [64, 96, 128, 16, 32, 32], 28, 128.0, 163.3, 2.37],
  ['3b', 256, [128, 128, 192, 32, 96, 64], 28, 304.3, 388.1, 2.81],
  ['4a', 480, [192, 96, 208, 16, 48, 64], 14, 73.6, 375.6, 4.17],
  ['4b', 512, [160, 112, 224, 24, 64, 64], 14, 87.9, 448.5, 4.31],
  ['4c', 512, [128, 128, 256, 24, 64, 64], 14, 99.9, 509.4, 4.05],
  ['4d', 512, [112, 144, 288, 32, 64, 64], 14, 118.5, 604.7, 3.64],
  ['4e', 528, [256, 160, 320, 32, 128, 128], 14, 170.0, 867.3, 3.86],
  ['5a', 832, [256, 160, 320, 32, 128, 128], 7, 51.1, 1042.4, 5.06],
  ['5b', 832, [384, 192, 384, 48, 128, 128], 7, 70.7, 1442.8, 4.06],
];

describe('convolutionCost', () => {
  it('counts the worked example of a 1x1 reduction: 27,225,000 against 635,250', () => {
    const map = { height: 11, width: 11 };
    const direct = convolutionCost({ ...map, inputChannels: 300, filters: 30, kernelSize: 5 });
    const reduction = convolutionCost({ ...map, inputChannels: 300, filters: 5, kernelSize: 1 });
    const after = convolutionCost({ ...map, inputChannels: 5, filters: 30, kernelSize: 5 });
    expect([direct.macs, reduction.macs, after.macs]).toEqual([27_225_000, 181_500, 453_750]);
    expect(direct.macs / (reduction.macs + after.macs)).toBeCloseTo(42.86, 2);
  });

  it('counts strides, bias and kernels that are not square', () => {
    const options = { height: 7, width: 8, inputChannels: 3, filters: 4, kernelSize: [1, 5] as const };
    expect(convolutionCost({ ...options, strides: 2 })).toEqual({ parameters: 64, macs: 4 * 4 * 60 });
    expect(convolutionCost({ ...options, useBias: false }).parameters).toBe(60);
  });

  it.each(['height', 'width', 'inputChannels', 'filters', 'strides'])('refuses %s = 0', (name) => {
    const options = { height: 2, width: 2, inputChannels: 2, filters: 2, kernelSize: 2, [name]: 0 };
    expect(() => convolutionCost(options)).toThrow(
      new RangeError(
        `convolutionCost: expected ${name} to be a positive integer, got 0. Give sizes in pixels and channels.`,
      ),
    );
  });
});

describe.each(TABLE)('inceptionCost of %s', (_, inputChannels, filters, size, macs, weights, ratio) => {
  const options = { height: size, width: size, inputChannels, filters, useBias: false, batchNorm: false };

  it('is what the table says, the naive module included', () => {
    const reduced = inceptionCost(options);
    const naive = inceptionCost({ ...options, kind: 'naive' });
    expect(reduced.macs / 1e6).toBeCloseTo(macs, 1);
    expect(reduced.parameters / 1e3).toBeCloseTo(weights, 1);
    expect(naive.macs / reduced.macs).toBeCloseTo(ratio, 2);
  });
});

it('splits the cost of 3a by branch', () => {
  const { branches, macs } = inceptionCost({
    height: 28,
    width: 28,
    inputChannels: 192,
    filters: TABLE[0][2],
  });
  expect(branches.conv5x5.macs).toBe(784 * (192 * 16 + 25 * 16 * 32));
  expect(branches.poolProj).toEqual({ parameters: 192 * 32 + 3 * 32, macs: 784 * 192 * 32 });
  expect(Object.values(branches).reduce((sum, branch) => sum + branch.macs, 0)).toBe(macs);
});

it.each<[string, Partial<InceptionOptions>]>([
  ['with the defaults', {}],
  ['naive, two 5x5', { kind: 'naive', branch5x5: 'two5x5' }],
  ['two 3x3, without bias', { branch5x5: 'two3x3', useBias: false }],
  ['without gamma', { scale: false }],
  ['without batch norm', { batchNorm: false }],
])('counts the parameters that the layer has, %s', (_, options) => {
  const layer = inception({ filters: [3, 2, 4, 2, 3, 2], ...options });
  layer.apply(tfl.input({ shape: [6, 7, 5] }));
  const trainable = layer.trainableWeights.reduce(
    (sum, { shape }) => sum + (shape as number[]).reduce((product, n) => product * n, 1),
    0,
  );
  const { filters: _filters, ...rest } = options;
  const cost = inceptionCost({ height: 6, width: 7, inputChannels: 5, filters: [3, 2, 4, 2, 3, 2], ...rest });
  expect(cost.parameters).toBe(trainable);
});
