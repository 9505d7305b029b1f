import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { findFirstConvolution, Flow } from './graph';
import { channelOf, highestOf, largestIndices, toGreyMap } from './grey-map';
import { inputOf } from './inspect';
import type { FirstConvolution, FirstView } from './protocol';

/** The first convolution with its shapes; nothing where the network begins otherwise. */
export function describeFirst(model: tfl.LayersModel): FirstConvolution | undefined {
  const layer = findFirstConvolution(model);
  if (!layer) return undefined;
  const plane = ({ shape }: tfl.SymbolicTensor) => shape.slice(1) as [number, number, number];
  return {
    name: layer.name,
    inputShape: plane(layer.input as tfl.SymbolicTensor),
    outputShape: plane(layer.output as tfl.SymbolicTensor),
    kernelSize: layer.kernelSize,
  };
}

/**
 * The maps of the first convolution for a picture.
 *
 * @param image - one picture as the network takes it
 * @throws {RangeError} if the network does not begin with a convolution
 */
export async function lookAtFirst(model: tfl.LayersModel, image: tf.Tensor): Promise<FirstView> {
  const layer = findFirstConvolution(model);
  if (!layer)
    throw new RangeError(
      'lookAtFirst(): expected a network that begins with a convolution, got none. Open a module.',
    );
  const output = tf.tidy(() => new Flow(inputOf(model), image).compute(layer.output as tfl.SymbolicTensor));
  try {
    const [, height = 0, width = 0, channels = 0] = output.shape;
    const values = await output.data();
    const highest = highestOf(values);
    const peaks = new Float64Array(channels);
    const mean = new Float32Array(height * width);
    values.forEach((value, i) => {
      peaks[i % channels] = Math.max(peaks[i % channels], value);
      mean[Math.floor(i / channels)] += value / channels;
    });
    return {
      mean: toGreyMap(mean, height, width, highestOf(mean)),
      maps: largestIndices(peaks, channels).map((channel) => ({
        channel,
        ...toGreyMap(channelOf(values, channels, channel), height, width, highest, true),
      })),
      highest,
    };
  } finally {
    output.dispose();
  }
}
