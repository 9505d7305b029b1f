import * as tfl from '@tensorflow/tfjs-layers';
import { inverseOrder } from '../tensors';
import type { Network } from './network';

/*
 * Tensors of a graph as they lie in a layers model. Moving an axis costs nothing until an operation asks for another order: then a layer is put in.
 */

/** Sizes of a tensor; `null` is free. */
export type Sizes = readonly (number | null)[];

/** A tensor of the graph. */
export interface Feature {
  /** As it lies here. Axes that ONNX does not have are of size 1. */
  readonly tensor: tfl.SymbolicTensor;
  /** Sizes by ONNX's axes, the batch first. */
  readonly shape: Sizes;
  /** For each of ONNX's axes that of `tensor`; undefined where it is of size 1 and not there. */
  readonly axes: readonly (number | undefined)[];
  /** Whether no value is below zero. */
  readonly isPositive: boolean;
  /** Where the tensor is a flat `[height, width, channels]` that ONNX has flat as `[channels, height, width]`: these sizes. */
  readonly map?: readonly [height: number, width: number, channels: number];
}

/** ONNX's axes of an image, in our order. */
export const CHANNELS_LAST = [0, 2, 3, 1] as const;

/** A tensor whose axes are ONNX's. */
export function asIs(tensor: tfl.SymbolicTensor, isPositive = false): Feature {
  return { tensor, shape: tensor.shape, axes: tensor.shape.map((_, axis) => axis), isPositive };
}

/** A feature map `[batch, height, width, channels]` that ONNX has with its channels second. */
export function asImage(tensor: tfl.SymbolicTensor, isPositive = false): Feature {
  const [batch, height, width, channels] = tensor.shape;
  return { tensor, shape: [batch, channels, height, width], axes: [0, 3, 1, 2], isPositive };
}

/** Whether the tensor has all of ONNX's axes and no other, in whatever order. */
export function isWhole({ tensor, axes, map }: Feature): boolean {
  return !map && axes.length === tensor.shape.length && !axes.includes(undefined);
}

/** What another layer makes of a tensor value by value. */
export function like(feature: Feature, tensor: tfl.SymbolicTensor, isPositive = false): Feature {
  return { ...feature, tensor, isPositive };
}

/** A tensor whose axes are those of ONNX in this order, by a layer where they lie otherwise. */
export function arranged(
  network: Network,
  given: Feature,
  order: readonly number[],
  name: string,
): tfl.SymbolicTensor {
  const feature = given.map ? unflattened(network, given, name) : given;
  const { shape, axes } = feature;
  let { tensor } = feature;
  const wanted = order.map((axis) => axes[axis]);
  const sizes = order.map((axis) => shape[axis]);
  const isThere = wanted.length === tensor.shape.length && wanted.every((axis, i) => axis === i);
  if (isThere) return tensor;
  const long = wanted.filter((axis) => axis !== undefined && tensor.shape[axis] !== 1) as number[];
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]))
    return reshaped(network, tensor, sizes, network.names.unique(`${name}_reshape`));
  let from = wanted;
  if (wanted.length !== tensor.shape.length || wanted.includes(undefined)) {
    const present = wanted.filter((axis) => axis !== undefined).sort((a, b) => a - b);
    const compact: (number | undefined)[] = [...present, ...wanted.filter((axis) => axis === undefined)];
    tensor = reshaped(
      network,
      tensor,
      compact.map((axis) => (axis === undefined ? 1 : tensor.shape[axis])),
      network.names.unique(`${name}_reshape`),
    );
    let absent = present.length;
    from = wanted.map((axis) => (axis === undefined ? absent++ : present.indexOf(axis)));
  }
  const dims = from.slice(1) as number[];
  const layer = tfl.layers.permute({ name: network.names.unique(`${name}_permute`), dims });
  return network.apply(layer, tensor);
}

function reshaped(
  network: Network,
  tensor: tfl.SymbolicTensor,
  sizes: Sizes,
  name: string,
): tfl.SymbolicTensor {
  const targetShape = sizes.slice(1) as number[];
  return network.apply(tfl.layers.reshape({ name, targetShape }), tensor);
}

/** The numbers in ONNX's order, where they lie flat in ours. */
function unflattened(network: Network, { tensor, map, isPositive }: Feature, name: string): Feature {
  const image = reshaped(network, tensor, [null, ...(map ?? [])], network.names.unique(`${name}_reshape`));
  const dims = [3, 1, 2];
  const turned = network.apply(
    tfl.layers.permute({ name: network.names.unique(`${name}_permute`), dims }),
    image,
  );
  const flat = tfl.layers.flatten({ name: network.names.unique(`${name}_flatten`) });
  return asIs(network.apply(flat, turned), isPositive);
}

/** With its axes as ONNX has them. */
export function plain(network: Network, feature: Feature, name: string): tfl.SymbolicTensor {
  return arranged(
    network,
    feature,
    feature.shape.map((_, axis) => axis),
    name,
  );
}

/** A tensor with one of its axes behind the others, and what one that lies like it is. */
export function withAxisLast(
  network: Network,
  feature: Feature,
  axis: number,
  name: string,
): { tensor: tfl.SymbolicTensor; result: (tensor: tfl.SymbolicTensor, isPositive: boolean) => Feature } {
  const { shape } = feature;
  const order = [...shape.keys()].filter((one) => one !== axis).concat(axis);
  return {
    tensor: arranged(network, feature, order, name),
    result: (tensor, isPositive) => ({ tensor, shape, axes: inverseOrder(order), isPositive }),
  };
}

/** The same numbers in another shape; a layer of this name only where more than axes of size 1 change. */
export function withShape(network: Network, given: Feature, target: Sizes, name: string): Feature {
  const feature = given.map && target.length !== 2 ? unflattened(network, given, name) : given;
  const { shape, tensor, isPositive } = feature;
  const long = (sizes: Sizes) => sizes.filter((size) => size !== 1);
  const [before, after] = [long(shape), long(target)];
  if (before.length === after.length && before.every((size, i) => size === after[i]))
    return withAxes(feature, target);
  const isImage = shape.length === 4 && feature.axes.every((axis, i) => axis === [0, 3, 1, 2][i]);
  if (target.length === 2 && !feature.map) {
    if (isImage && tensor.shape.length === 4) {
      const [, height, width, channels] = tensor.shape as number[];
      const flat = network.apply(tfl.layers.flatten({ name }), tensor);
      const isSame = height * width === 1 || channels === 1;
      return { ...asIs(flat, isPositive), ...(isSame ? {} : { map: [height, width, channels] as const }) };
    }
    const source = plain(network, feature, name);
    return asIs(network.apply(tfl.layers.flatten({ name }), source), isPositive);
  }
  return asIs(reshaped(network, plain(network, feature, name), target, name), isPositive);
}

/** Axes of size 1 come and go; those that lie in the tensor are taken first. */
function withAxes(feature: Feature, target: Sizes): Feature {
  const { tensor, shape, axes } = feature;
  const long = axes.filter((_, axis) => shape[axis] !== 1);
  const spare = tensor.shape.map((_, axis) => axis).filter((axis) => axis > 0 && tensor.shape[axis] === 1);
  const next = target.map((size) => (size === 1 ? spare.shift() : long.shift()));
  return { ...feature, shape: target, axes: next };
}
