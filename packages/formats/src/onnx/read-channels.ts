import { show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { Lrn } from '@googlenet/model';
import { integersOf } from '../tensors';
import { integerAttribute, isFloat } from './constants';
import { asImage, asIs, plain } from './feature';
import {
  type Read,
  unsupported,
  featureOf,
  constantOf,
  floatOf,
  apply,
  imageOf,
  vector,
  normal,
} from './operation';

/*
 * Operations on channels.
 */

export const batchNormalization: Read = (operation) => {
  const { name, node } = operation;
  const feature = featureOf(operation);
  const isImage = feature.shape.length === 4;
  if (!isImage && feature.shape.length !== 2)
    throw unsupported(operation, 'images or rows', `${feature.shape.length} axes`);
  const tensor = isImage ? imageOf(operation) : plain(operation.network, feature, name);
  const channels = Number(tensor.shape.at(-1));
  if (integerAttribute(node, 'spatial', 1) === 0)
    throw unsupported(operation, 'statistics of channels', 'of pixels');
  const weights = [1, 2, 3, 4].map((index) => vector(operation, constantOf(operation, index), channels));
  const layer = tfl.layers.batchNormalization({
    name,
    axis: -1,
    epsilon: floatOf(operation, 'epsilon', 1e-5),
    momentum: floatOf(operation, 'momentum', 0.9),
  });
  const output = apply(operation, layer, tensor, weights);
  return isImage ? asImage(output) : asIs(output);
};

export const localResponseNormalization: Read = (operation) => {
  const { name, node } = operation;
  const { isPositive } = featureOf(operation);
  const size = integerAttribute(node, 'size', 0);
  if (size < 1 || size % 2 === 0) throw unsupported(operation, 'an odd size', size);
  const layer = new Lrn({
    name,
    size,
    alpha: floatOf(operation, 'alpha', 1e-4),
    beta: floatOf(operation, 'beta', 0.75),
    bias: floatOf(operation, 'bias', 1),
  });
  return asImage(apply(operation, layer, imageOf(operation)), isPositive);
};

/** One channel of an image, by a convolution that looks at no other. */
export const gather: Read = (operation) => {
  const feature = featureOf(operation);
  const { node, name, network } = operation;
  const index = constantOf(operation, 1);
  const axis = normal(operation, integerAttribute(node, 'axis', 0), feature.shape.length);
  const [chosen, ...others] = integersOf(index);
  const channels = feature.shape[axis];
  if (feature.shape.length !== 4 || axis !== 1 || others.length > 0 || channels === null || isFloat(index))
    throw unsupported(operation, 'one channel of an image', `indices ${show(index.shape)} on axis ${axis}`);
  const channel = normal(operation, chosen, channels);
  const values = new Float32Array(network.reserve([1, 1, channels, 1], name));
  values[channel] = 1;
  const options = { name, filters: 1, kernelSize: 1, useBias: false, trainable: false };
  const layer = tfl.layers.conv2d({ ...options, kernelInitializer: 'zeros' });
  const image = apply(operation, layer, imageOf(operation), [{ shape: [1, 1, channels, 1], values }]);
  const result = asImage(image, feature.isPositive);
  if (index.shape.length === 1) return result;
  const stays = (_: unknown, place: number) => place !== 1;
  return { ...result, shape: result.shape.filter(stays), axes: result.axes.filter(stays) };
};
