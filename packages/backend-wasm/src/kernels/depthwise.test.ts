import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';

const data = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });

/** A random depthwise convolution: forward, fused, and both gradients. */
function cases(random: Random): Case[] {
  const channels = pick(random, [1, 2, 3, 4, 5, 7, 8, 12, 16, 19]);
  const kernel = [pick(random, [1, 2, 3, 3, 5]), pick(random, [1, 3, 3, 4, 5])];
  const dilated = random() < 0.2;
  const strides = dilated ? 1 : pick(random, [1, 1, 2, 3]);
  const dilations = dilated ? pick(random, [2, 3]) : 1;
  // TensorFlow.js measures both sides by the filter's height where the padding is a number.
  const reach = (Math.max(...kernel) - 1) * dilations;
  const size = () => integer(random, reach + 1, reach + 11);
  const shape = [integer(random, 1, 3), size(), size(), channels];
  const pad = pick(random, ['same', 'valid', 1] as const);
  const dimRoundingMode = pad === 1 ? ('floor' as const) : undefined;
  const filterShape = [...kernel, channels, 1];
  const info = tf.backend_util.computeConv2DInfo(
    shape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations, dimRoundingMode };
  const x = data(random, shape);
  const filter = data(random, filterShape);
  const dy = data(random, info.outShape);
  const bias = data(random, [channels]);
  const forward: Case[] = [
    { name: 'DepthwiseConv2dNative', inputs: { x, filter }, attrs },
    {
      name: 'FusedDepthwiseConv2D',
      inputs: { x, filter, bias },
      attrs: { ...attrs, activation: pick(random, ['relu', 'relu6', 'linear', 'elu', 'sigmoid']) },
    },
    {
      name: 'FusedDepthwiseConv2D',
      inputs: { x, filter, bias, preluActivationWeights: data(random, [channels]) },
      attrs: { ...attrs, activation: 'prelu' },
    },
  ];
  // TensorFlow.js has no gradients of dilated depthwise convolutions.
  if (dilated) return forward;
  return [
    ...forward,
    {
      name: 'DepthwiseConv2dNativeBackpropInput',
      inputs: { dy, filter },
      attrs: { ...attrs, inputShape: shape },
    },
    {
      name: 'DepthwiseConv2dNativeBackpropFilter',
      inputs: { x, dy },
      attrs: { ...attrs, filterShape },
    },
  ];
}

describe('depthwise convolutions', () => {
  it('equal the cpu backend’s over random shapes, strides, paddings and dilations', async () => {
    const random = seeded(81);
    const all = Array.from({ length: 120 }, () => cases(random)).flat();
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });
});
