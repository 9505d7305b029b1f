import * as tfl from '@tensorflow/tfjs-layers';
import { integersOf, inverseOrder, permute, toFloat32 } from '../tensors';
import { integerAttribute, integersAttribute, textAttribute } from './constants';
import { arranged, asImage, type Feature } from './feature';
import { windowOf, type Window } from './windows';
import {
  type Operation,
  type Read,
  unsupported,
  featureOf,
  constantOf,
  optionalConstant,
  scalarOf,
  listOf,
  apply,
  imageOf,
  weightShape,
  vector,
  normal,
} from './operation';

/*
 * Convolutions, pools and padding.
 */

function windowFor(operation: Operation, image: tfl.SymbolicTensor, kernel: readonly number[]): Window {
  if (kernel.length !== 2) throw unsupported(operation, 'a window of two axes', kernel);
  const window = windowOf(operation.node, image.shape.slice(1, 3), [kernel[0], kernel[1]]);
  if (typeof window === 'string') throw unsupported(operation, 'a window on images of fixed size', window);
  return window;
}

/** Zeros around an image. */
function bordered(operation: Operation, image: tfl.SymbolicTensor, { border }: Window): tfl.SymbolicTensor {
  if (border === undefined) return image;
  const name = operation.network.names.unique(`${operation.name}_pad`);
  return apply(operation, tfl.layers.zeroPadding2d({ name, padding: border }), image);
}

export const convolution: Read = (operation) => {
  const { node, name, network } = operation;
  const image = imageOf(operation);
  const kernel = constantOf(operation, 1);
  const [filters, perGroup, height, width] = weightShape(operation, kernel, 4);
  const groups = integerAttribute(node, 'group', 1);
  const channels = image.shape[3];
  if (groups < 1 || perGroup * groups !== channels || filters % groups !== 0)
    throw unsupported(operation, `a kernel for ${channels} channels`, kernel.shape);
  const window = windowFor(operation, image, [height, width]);
  const bias = optionalConstant(operation, 2);
  const { strides, dilations, padding } = window;
  const options = {
    name,
    kernelSize: [height, width] as [number, number],
    strides,
    dilationRate: dilations,
    padding,
    useBias: bias !== undefined,
  };
  const weights = bias ? [vector(operation, bias, filters)] : [];
  const isDepthwise = groups > 1 && perGroup === 1;
  const shape = isDepthwise
    ? [height, width, groups, filters / groups]
    : [height, width, perGroup * groups, filters];
  network.reserve(shape, name);
  const values = toFloat32(kernel);
  const source = bordered(operation, image, window);
  if (isDepthwise) {
    const turned = permute(values, [groups, filters / groups, height, width], [2, 3, 0, 1]);
    const layer = tfl.layers.depthwiseConv2d({
      ...options,
      depthMultiplier: filters / groups,
      depthwiseInitializer: 'zeros',
    });
    return asImage(apply(operation, layer, source, [{ shape, values: turned }, ...weights]));
  }
  const whole = groups === 1 ? values : ungrouped(values, kernel.shape, groups);
  const turned = permute(whole, [filters, perGroup * groups, height, width], [2, 3, 1, 0]);
  const layer = tfl.layers.conv2d({ ...options, filters, kernelInitializer: 'zeros' });
  return asImage(apply(operation, layer, source, [{ shape, values: turned }, ...weights]));
};

/** A kernel over all channels that has zeros where a group does not look. */
function ungrouped(values: Float32Array, shape: readonly number[], groups: number): Float32Array {
  const [filters, perGroup, height, width] = shape;
  const row = perGroup * height * width;
  const result = new Float32Array(filters * row * groups);
  for (let filter = 0; filter < filters; filter++) {
    const group = Math.floor(filter / (filters / groups));
    result.set(values.subarray(filter * row, (filter + 1) * row), (filter * groups + group) * row);
  }
  return result;
}

/** What goes into a pool, and its window. */
function poolOf(operation: Operation) {
  const { isPositive } = featureOf(operation);
  const image = imageOf(operation);
  const poolSize = (integersAttribute(operation.node, 'kernel_shape') ?? []) as [number, number];
  const window = windowFor(operation, image, poolSize);
  const { dilations } = window;
  if (dilations.some((rate) => rate !== 1)) throw unsupported(operation, 'a dense window', dilations);
  return { isPositive, image, poolSize, window };
}

export const maxPool: Read = (operation) => {
  const { name } = operation;
  const { isPositive, image, poolSize, window } = poolOf(operation);
  const { strides, padding, border } = window;
  if (border && !isPositive)
    throw unsupported(operation, 'padding as TensorFlow has it, or an input without negative values', border);
  const layer = tfl.layers.maxPooling2d({ name, poolSize, strides, padding });
  return asImage(apply(operation, layer, bordered(operation, image, window)), isPositive);
};

export const averagePool: Read = (operation) => {
  const { node, name } = operation;
  const { isPositive, image, poolSize, window } = poolOf(operation);
  const { strides, padding, border, within } = window;
  const countsZeros = integerAttribute(node, 'count_include_pad', 0) === 1;
  if (within && !countsZeros) {
    const whole = tfl.layers.averagePooling2d({ name, poolSize: within, strides, padding: 'valid' });
    return asImage(apply(operation, whole, image), isPositive);
  }
  const isPadded = border !== undefined || padding === 'same';
  const fits = padding === 'same' ? !countsZeros : countsZeros;
  const isCeiling = integerAttribute(node, 'ceil_mode', 0) === 1;
  if (isPadded && poolSize.some((size) => size > 1) && (!fits || (isCeiling && border)))
    throw unsupported(
      operation,
      'padding as TensorFlow has it, or one that counts',
      countsZeros ? 'counted padding' : 'padding that is not counted',
    );
  const layer = tfl.layers.averagePooling2d({ name, poolSize, strides, padding });
  return asImage(apply(operation, layer, bordered(operation, image, window)), isPositive);
};

export function globalPool(make: (options: { name: string }) => tfl.layers.Layer): Read {
  return (operation) => {
    const { isPositive } = featureOf(operation);
    return pooled(apply(operation, make({ name: operation.name }), imageOf(operation)), isPositive);
  };
}

/** A tensor `[batch, channels]` that ONNX has with a height and width of 1. */
function pooled(tensor: tfl.SymbolicTensor, isPositive: boolean): Feature {
  const [batch, channels] = tensor.shape;
  return { tensor, shape: [batch, channels, 1, 1], axes: [0, 1, undefined, undefined], isPositive };
}

export const reduceMean: Read = (operation) => {
  const feature = featureOf(operation);
  const { axes: places, shape, isPositive } = feature;
  const reduced = listOf(operation, 'axes', 1)?.map((axis) => normal(operation, axis, shape.length));
  const isSpatial =
    shape.length === 4 &&
    !places.includes(undefined) &&
    reduced?.length === 2 &&
    reduced.every((axis) => places[axis] === 1 || places[axis] === 2);
  if (!isSpatial) throw unsupported(operation, 'height and width as its axes', reduced);
  const tensor = apply(
    operation,
    tfl.layers.globalAveragePooling2d({ name: operation.name }),
    arranged(operation.network, feature, inverseOrder(places as number[]), operation.name),
  );
  const keeps = integerAttribute(operation.node, 'keepdims', 1) === 1;
  const kept = places.map((place) => (place === 0 ? 0 : place === 3 ? 1 : undefined));
  const sizes = shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
  const stays = (_: unknown, axis: number) => keeps || !reduced.includes(axis);
  return { tensor, shape: sizes.filter(stays), axes: kept.filter(stays), isPositive };
};

export const pad: Read = (operation) => {
  const feature = featureOf(operation);
  const { node, name } = operation;
  const { isPositive, shape } = feature;
  const mode = textAttribute(node, 'mode', 'constant');
  const given = listOf(operation, 'pads', 1) ?? integersAttribute(node, 'paddings') ?? [];
  const axes = optionalConstant(operation, 3);
  const value = scalarOf(operation, 'value', 2) ?? 0;
  const which = axes
    ? integersOf(axes).map((axis) => normal(operation, axis, shape.length))
    : shape.map((_, axis) => axis);
  const sides = shape.map((_, axis): [number, number] => {
    const at = which.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + which.length] ?? 0];
  });
  if (sides.flat().every((side) => side === 0)) return feature;
  if (mode !== 'constant' || value !== 0)
    throw unsupported(operation, 'zeros', mode === 'constant' ? value : mode);
  const image = imageOf(operation);
  const [rows, columns] = [sides[2], sides[3]];
  if ([...sides[0], ...sides[1]].some((side) => side !== 0) || [...rows, ...columns].some((side) => side < 0))
    throw unsupported(operation, 'pixels around an image', sides);
  return asImage(
    apply(operation, tfl.layers.zeroPadding2d({ name, padding: [rows, columns] }), image),
    isPositive,
  );
};
