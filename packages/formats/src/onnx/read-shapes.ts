import { integerTensor } from '../tensors';
import { integerAttribute, isOrder, orderOf } from './constants';
import { asIs, plain, withShape, type Feature, type Sizes } from './feature';
import { type Operation, type Read, unsupported, featureOf, listOf, normal } from './operation';

/*
 * Operations that move axes and sizes.
 */

function reshapedTo(operation: Operation, target: Sizes): Feature {
  if (target[0] !== null) throw unsupported(operation, 'the batch as its first axis', target);
  return withShape(operation.network, featureOf(operation), target, operation.name);
}

/** Numbers of one example; undefined where a size is free. */
function countOf(sizes: Sizes): number | undefined {
  return sizes.includes(null) ? undefined : (sizes as number[]).reduce((product, size) => product * size, 1);
}

export const flatten: Read = (operation) => {
  const { shape } = featureOf(operation);
  const given = integerAttribute(operation.node, 'axis', 1);
  const axis = given === shape.length ? given : normal(operation, given, shape.length);
  if (axis < 1 || shape.slice(1, axis).some((size) => size !== 1))
    throw unsupported(operation, 'the batch as its first axis', given);
  const count = countOf(shape.slice(axis));
  if (count === undefined) throw unsupported(operation, 'an image of fixed size', shape);
  return reshapedTo(operation, [null, count]);
};

export const reshape: Read = (operation) => {
  const { shape } = featureOf(operation);
  const { node, fixedBatch } = operation;
  const given = listOf(operation, 'shape', 1) ?? [];
  const keepsZero = integerAttribute(node, 'allowzero', 0) === 1;
  const sizes = given.map((size, axis) => (size === 0 && !keepsZero ? (shape[axis] ?? null) : size));
  const [batch, ...rest] = sizes;
  const total = countOf(shape.slice(1));
  const known = countOf(rest.filter((size) => size !== -1));
  const isBatch =
    batch === null || batch === fixedBatch || (batch === -1 && known === total && !rest.includes(-1));
  if (!isBatch || rest.filter((size) => size === -1).length > 1)
    throw unsupported(operation, 'the batch as its first axis', given);
  const filled = rest.map((size) =>
    size === -1 ? (total === undefined || !known ? null : total / known) : size,
  );
  const isFree = total === undefined;
  if (!isFree && (countOf(filled) !== total || filled.some((size) => !Number.isInteger(size))))
    throw unsupported(operation, `${total} numbers an image`, given);
  if (
    isFree &&
    filled.filter((size) => size === null).length !== shape.slice(1).filter((size) => size === null).length
  )
    throw unsupported(operation, 'an image of fixed size', shape);
  return reshapedTo(operation, [null, ...filled]);
};

export const squeeze: Read = (operation) => {
  const { shape } = featureOf(operation);
  const axes = listOf(operation, 'axes', 1)?.map((axis) => normal(operation, axis, shape.length));
  const stays = shape.map((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  if (shape.some((size, axis) => !stays[axis] && size !== 1))
    throw unsupported(operation, 'axes of size 1', shape);
  return reshapedTo(
    operation,
    shape.filter((_, axis) => stays[axis]),
  );
};

export const unsqueeze: Read = (operation) => {
  const { shape } = featureOf(operation);
  const given = listOf(operation, 'axes', 1) ?? [];
  const rank = shape.length + given.length;
  const added = new Set(given.map((axis) => normal(operation, axis, rank)));
  const rest = [...shape];
  return reshapedTo(
    operation,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null))),
  );
};

export const transpose: Read = (operation) => {
  const given = featureOf(operation);
  const order = orderOf(operation.node, given.shape.length);
  if (!isOrder(order, given.shape) || order[0] !== 0)
    throw unsupported(operation, 'the batch as its first axis', order);
  const feature = given.map ? asIs(plain(operation.network, given, operation.name), given.isPositive) : given;
  return {
    ...feature,
    shape: order.map((axis) => feature.shape[axis]),
    axes: order.map((axis) => feature.axes[axis]),
  };
};

/** Sizes as numbers: 0 for the batch, which a reshape understands as "as it was". */
export const shapeOf: Read = (operation) => {
  const sizes = featureOf(operation).shape.map((size, axis) => (axis === 0 ? 0 : (size ?? -1)));
  const { start, end } = operation.node.attributes;
  return integerTensor(sizes.slice(start as number | undefined, end as number | undefined));
};
