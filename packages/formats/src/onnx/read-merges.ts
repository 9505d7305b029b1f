import * as tfl from '@tensorflow/tfjs-layers';
import { integerAttribute } from './constants';
import { arranged, asImage, asIs, CHANNELS_LAST, isWhole, plain, type Feature } from './feature';
import { type Operation, type Read, unsupported, featureOf, apply, normal } from './operation';

/*
 * Operations on several computed values.
 */

/** Two computed values that lie alike. */
function alike(
  operation: Operation,
  features: readonly Feature[],
): { tensors: tfl.SymbolicTensor[]; result: (tensor: tfl.SymbolicTensor) => Feature } {
  const { network, name } = operation;
  const [first, ...others] = features;
  const isAlike = others.every(
    ({ tensor, axes, map }) =>
      map === undefined &&
      tensor.shape.length === first.tensor.shape.length &&
      axes.every((axis, i) => axis === first.axes[i]),
  );
  if (isAlike && isWhole(first))
    return {
      tensors: features.map(({ tensor }) => tensor),
      result: (tensor) => ({
        tensor,
        shape: first.axes.map((axis) => tensor.shape[axis as number]),
        axes: first.axes,
        isPositive: false,
      }),
    };
  if (others.some(({ shape }) => shape.length !== first.shape.length))
    throw unsupported(
      operation,
      'inputs of equal rank',
      features.map(({ shape }) => shape),
    );
  const isImage = first.shape.length === 4;
  return {
    tensors: features.map((feature) =>
      isImage ? arranged(network, feature, CHANNELS_LAST, name) : plain(network, feature, name),
    ),
    result: isImage ? asImage : asIs,
  };
}

/** Features from all inputs. */
const featuresOf = (operation: Operation): Feature[] =>
  operation.inputs.map((_, i) => featureOf(operation, i));

export function merge(make: (options: { name: string }) => tfl.layers.Layer, keepsSign = true): Read {
  return (operation) => {
    const features = featuresOf(operation);
    if (features.length === 1) return features[0];
    const { tensors, result } = alike(operation, features);
    const merged = result(apply(operation, make({ name: operation.name }), tensors));
    return { ...merged, isPositive: keepsSign && features.every(({ isPositive }) => isPositive) };
  };
}

export const concat: Read = (operation) => {
  const features = featuresOf(operation);
  const [{ shape }] = features;
  const axis = normal(operation, integerAttribute(operation.node, 'axis', 1), shape.length);
  if (features.length === 1) return features[0];
  const { tensors, result } = alike(operation, features);
  const place = result(tensors[0]).axes[axis];
  if (place === undefined || place === 0) throw unsupported(operation, 'another axis than the batch', axis);
  // -1 is what modules of this project say.
  const last = place === tensors[0].shape.length - 1;
  const layer = tfl.layers.concatenate({ name: operation.name, axis: last ? -1 : place });
  const isPositive = features.every((feature) => feature.isPositive);
  return { ...result(apply(operation, layer, tensors)), isPositive };
};
