import { show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { integerAttribute } from './constants';
import { like, withAxisLast, type Feature } from './feature';
import {
  type Operation,
  type Read,
  unsupported,
  featureOf,
  floatOf,
  scalarOf,
  apply,
  normal,
} from './operation';
import { isFloatType } from './tensor-proto';

/*
 * Operations value by value.
 */

type Activation = NonNullable<Parameters<typeof tfl.layers.activation>[0]>['activation'];

export function activation(name: Activation, isPositive = false): Read {
  return (operation) => activated(operation, name, isPositive);
}

function activated(operation: Operation, name: Activation, isPositive = false): Feature {
  return layered(operation, tfl.layers.activation({ name: operation.name, activation: name }), isPositive);
}

/** A layer that works value by value. */
export function layered(operation: Operation, layer: tfl.layers.Layer, isPositive = false): Feature {
  const feature = featureOf(operation);
  return like(feature, apply(operation, layer, feature.tensor), isPositive);
}

export const identity: Read = (operation) => featureOf(operation);

export const clip: Read = (operation) => {
  const [least, most] = [scalarOf(operation, 'min', 1), scalarOf(operation, 'max', 2)];
  if (least !== 0) throw unsupported(operation, 'a minimum of 0', least);
  const { name } = operation;
  if (most === 6) return activated(operation, 'relu6', true);
  const isOpen = most === undefined || most > 1e38;
  return isOpen
    ? activated(operation, 'relu', true)
    : layered(operation, tfl.layers.reLU({ name, maxValue: most }), true);
};

export const softmax: Read = (operation) => {
  const feature = featureOf(operation);
  const { opset, node, network, name } = operation;
  const rank = feature.shape.length;
  const axis = normal(operation, integerAttribute(node, 'axis', opset < 13 ? 1 : -1), rank);
  // Until opset 12 it runs over everything from the axis on.
  const rest = feature.shape.slice(axis + 1);
  if (opset < 13 && rest.some((size) => size !== 1)) throw unsupported(operation, 'the last axis', axis);
  const isLast = !feature.map && feature.axes[axis] === feature.tensor.shape.length - 1;
  if (isLast) return activated(operation, 'softmax', true);
  const { tensor, result } = withAxisLast(network, feature, axis, name);
  return result(apply(operation, tfl.layers.activation({ name, activation: 'softmax' }), tensor), true);
};

export const dropout: Read = (operation) => {
  const rate = scalarOf(operation, 'ratio', 1) ?? 0.5;
  if (!(rate >= 0 && rate < 1)) throw unsupported(operation, 'a ratio below 1', rate);
  const { isPositive } = featureOf(operation);
  return layered(operation, tfl.layers.dropout({ name: operation.name, rate }), isPositive);
};

export const hardSigmoid: Read = (operation) => {
  const [alpha, beta] = [floatOf(operation, 'alpha', 0.2), floatOf(operation, 'beta', 0.5)];
  if (Math.abs(alpha - 0.2) > 1e-6 || Math.abs(beta - 0.5) > 1e-6)
    throw unsupported(operation, 'alpha 0.2 and beta 0.5', [alpha, beta]);
  return activated(operation, 'hardSigmoid', true);
};

export const cast: Read = (operation) => {
  if (!isFloatType(integerAttribute(operation.node, 'to', 0)))
    throw unsupported(operation, 'floating point', `type ${show(operation.node.attributes.to)}`);
  return featureOf(operation);
};
