import { show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { toFloat32 } from '../tensors';
import { like, withAxisLast, type Feature } from './feature';
import {
  type Operation,
  type Read,
  unsupported,
  isConstant,
  featureOf,
  constantOf,
  apply,
} from './operation';

/*
 * Sums, differences, products and quotients with constants.
 */

/** A sum, difference, product or quotient, with a constant or of two computed values. */
export function arithmetic(
  made: Read | undefined,
  constant: (
    value: Float32Array,
    isLeft: boolean,
  ) => { scale?: Float32Array; shift?: Float32Array } | undefined,
): Read {
  return (operation) => {
    const isLeft = isConstant(operation.inputs[0]);
    if (!isLeft && !isConstant(operation.inputs[1])) {
      if (made) return made(operation);
      throw unsupported(operation, 'a constant input', 'two computed ones');
    }
    const given = constantOf(operation, isLeft ? 0 : 1);
    const change = constant(toFloat32(given), isLeft);
    if (!change) throw unsupported(operation, 'a constant divisor', 'a computed one');
    const feature = featureOf(operation, isLeft ? 1 : 0);
    return scaled(operation, feature, alignedShape(operation, given.shape, feature.shape.length), change);
  };
}

/** The shape of a constant as it is repeated: until opset 6 from an axis on, later from the last axis back. */
function alignedShape({ node, opset }: Operation, shape: readonly number[], rank: number): readonly number[] {
  const { axis } = node.attributes;
  if (opset >= 7 || typeof axis !== 'number') return shape;
  return [...shape, ...new Array<number>(Math.max(0, rank - axis - shape.length)).fill(1)];
}

/** `x * scale + shift` with numbers that are one for all or one a channel. */
function scaled(
  operation: Operation,
  feature: Feature,
  given: readonly number[],
  { scale, shift }: { scale?: Float32Array; shift?: Float32Array },
): Feature {
  const { name, network } = operation;
  if ((scale ?? shift)?.length === 1) {
    const layer = tfl.layers.rescaling({ name, scale: scale?.[0] ?? 1, offset: shift?.[0] ?? 0 });
    return like(feature, apply(operation, layer, feature.tensor));
  }
  const rank = feature.shape.length;
  const long = given
    .map((size, i) => ({ size, axis: i + rank - given.length }))
    .filter(({ size }) => size !== 1);
  const [{ size: channels, axis }] = long;
  if (long.length !== 1 || axis < 1 || feature.shape[axis] !== channels)
    throw unsupported(operation, `one number a channel of ${show(feature.shape)}`, given);
  const { tensor, result } = withAxisLast(network, feature, axis, name);
  const factors = scale ?? new Float32Array(channels).fill(1);
  const bias = shift ? [{ shape: [channels], values: shift }] : [];
  const common = { name, useBias: shift !== undefined, trainable: false };
  if (rank === 4) {
    const layer = tfl.layers.depthwiseConv2d({ ...common, kernelSize: 1, depthwiseInitializer: 'ones' });
    const kernel = { shape: [1, 1, channels, 1], values: factors };
    return result(apply(operation, layer, tensor, [kernel, ...bias]), false);
  }
  const diagonal = new Float32Array(network.reserve([channels, channels], name));
  factors.forEach((factor, i) => (diagonal[i * channels + i] = factor));
  const layer = tfl.layers.dense({ ...common, units: channels, kernelInitializer: 'zeros' });
  const kernel = { shape: [channels, channels], values: diagonal };
  return result(apply(operation, layer, tensor, [kernel, ...bias]), false);
}

export const negated = (values: Float32Array): Float32Array => values.map((value) => -value);
