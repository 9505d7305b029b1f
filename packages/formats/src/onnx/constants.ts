import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import {
  countOf,
  DTYPE_BYTES,
  floatTensor,
  integersOf,
  integerTensor,
  permute,
  toFloat32,
  type FileTensor,
} from '../tensors';
import type { Network } from './network';
import type { OnnxNode } from './schema';
import { isFloatType } from './tensor-proto';

/*
 * What is known before the network runs: weights that are widened, turned or reshaped, and the arithmetic of shapes that exporters write
 * into graphs.
 */

/** `inputs` has nothing where an input is left out. */
type Fold = (node: OnnxNode, inputs: readonly FileTensor[], network: Network) => FileTensor;

/** Whether a number type is floating point. */
export const isFloat = ({ dtype }: FileTensor): boolean => dtype.includes('F');

/** An attribute that is one integer. */
export function integerAttribute({ attributes }: OnnxNode, name: string, fallback: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : fallback;
}

/** An attribute that is a list of integers. */
export function integersAttribute({ attributes }: OnnxNode, name: string): readonly number[] | undefined {
  const value = attributes[name];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

/** An attribute that is text. */
export function textAttribute({ attributes }: OnnxNode, name: string, fallback: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : fallback;
}

/** An attribute that is a float. */
export function floatAttribute({ attributes }: OnnxNode, name: string): number | undefined {
  const value = attributes[name];
  return typeof value === 'object' && 'float' in value ? value.float : undefined;
}

/** Integers that older operations have as an attribute and newer ones as an input. */
export function integerList(
  node: OnnxNode,
  name: string,
  input: FileTensor | undefined,
): readonly number[] | undefined {
  return input ? integersOf(input) : integersAttribute(node, name);
}

/** The order that a `Transpose` gives the axes: the last first where it says none. */
export function orderOf(node: OnnxNode, rank: number): readonly number[] {
  return integersAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

/** Whether an order names each axis once. */
export function isOrder(order: readonly number[], axes: readonly unknown[]): boolean {
  return (
    order.length === axes.length && new Set(order).size === axes.length && order.every((axis) => axis in axes)
  );
}

function malformed(node: OnnxNode, what: string): FormatError {
  return new FormatError(
    'MALFORMED',
    `readOnnx(${show(node.name)}): expected ${node.opType} of fitting constants, got ${what}. Export the model again.`,
  );
}

const reshape: Fold = (node, [tensor, given]) => {
  const wanted = (integerList(node, 'shape', given) ?? []).map((size, axis) =>
    size === 0 ? (tensor.shape[axis] ?? 0) : size,
  );
  const known = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = wanted.map((size) => (size === -1 ? countOf(tensor.shape, 'readOnnx') / known : size));
  return inShape(node, tensor, shape);
};

/** The same numbers in another shape. */
function inShape(node: OnnxNode, tensor: FileTensor, shape: readonly number[]): FileTensor {
  const where = `readOnnx(${show(node.name)})`;
  if (countOf(shape, where) !== countOf(tensor.shape, where))
    throw malformed(node, `the shape ${show(shape)} for ${show(tensor.shape)}`);
  return { ...tensor, shape };
}

const unsqueeze: Fold = (node, [tensor, given]) => {
  const axes = integerList(node, 'axes', given) ?? [];
  const rank = tensor.shape.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...tensor.shape];
  return inShape(
    node,
    tensor,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1))),
  );
};

const squeeze: Fold = (node, [tensor, given]) => {
  const rank = tensor.shape.length;
  const axes = integerList(node, 'axes', given)?.map((axis) => (axis < 0 ? axis + rank : axis));
  const stays = (size: number, axis: number) => (axes ? !axes.includes(axis) : size !== 1);
  return inShape(node, tensor, tensor.shape.filter(stays));
};

const transpose: Fold = (node, [tensor], network) => {
  const { shape } = tensor;
  const order = orderOf(node, shape.length);
  if (!isOrder(order, shape)) throw malformed(node, `the order ${show(order)} for ${shape.length} axes`);
  network.reserve(shape, node.name);
  const turned = shape.length < 2 ? toFloat32(tensor) : permute(toFloat32(tensor), shape, order);
  return floatTensor(
    turned,
    order.map((axis) => shape[axis]),
  );
};

const cast: Fold = (node, [tensor], network) => {
  const isToFloat = isFloatType(integerAttribute(node, 'to', 1));
  if (!isToFloat && isFloat(tensor)) return integerTensor(integersOf(tensor), tensor.shape);
  if (!isToFloat || tensor.dtype === 'F32') return tensor;
  network.reserve(tensor.shape, node.name);
  return floatTensor(toFloat32(tensor), tensor.shape);
};

const dequantize: Fold = (node, [tensor, scale, zeroPoint], network) => {
  const count = network.reserve(tensor.shape, node.name);
  const [steps, scales] = [toFloat32(tensor), toFloat32(scale)];
  const zeros = zeroPoint ? toFloat32(zeroPoint) : new Float32Array(scales.length);
  const rank = tensor.shape.length;
  const axis = integerAttribute(node, 'axis', 1);
  const isOne = scales.length === 1;
  const place = axis < 0 ? axis + rank : axis;
  if (zeros.length !== scales.length || (!isOne && tensor.shape[place] !== scales.length))
    throw malformed(
      node,
      `${scales.length} scales and ${zeros.length} zero points for ${show(tensor.shape)}`,
    );
  const inner = isOne ? count : tensor.shape.slice(place + 1).reduce((product, size) => product * size, 1);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const channel = isOne ? 0 : Math.floor(i / inner) % scales.length;
    values[i] = (steps[i] - zeros[channel]) * scales[channel];
  }
  return floatTensor(values, tensor.shape);
};

const constantOfShape: Fold = (node, [given], network) => {
  const shape = integersOf(given);
  const { value } = node.attributes;
  const filling: FileTensor =
    typeof value === 'object' && 'dtype' in value ? value : floatTensor(new Float32Array(1), [1]);
  const count = network.reserve(shape, node.name);
  if (filling.data.length !== DTYPE_BYTES[filling.dtype])
    throw malformed(node, `${show(filling.shape)} values`);
  const data = new Uint8Array(count * DTYPE_BYTES[filling.dtype]);
  const { length } = filling.data;
  if (filling.data.some((byte) => byte !== 0))
    for (let at = 0; at < data.length; at += length) data.set(filling.data, at);
  return { dtype: filling.dtype, shape, data };
};

const gather: Fold = (node, [tensor, given]) => {
  if (tensor.shape.length !== 1 || given.shape.length > 1)
    throw malformed(node, `a choice from ${show(tensor.shape)}`);
  const values = integersOf(tensor);
  const chosen = integersOf(given).map((index) => values.at(index));
  if (chosen.includes(undefined)) throw malformed(node, 'a choice beyond the end');
  return integerTensor(chosen as number[], given.shape);
};

const slice: Fold = (node, [tensor, starts, ends, , steps]) => {
  const [start] = integerList(node, 'starts', starts) ?? [];
  const [end] = integerList(node, 'ends', ends) ?? [];
  if (tensor.shape.length !== 1 || (steps && integersOf(steps).some((step) => step !== 1)))
    throw malformed(node, `a part of ${show(tensor.shape)}`);
  return integerTensor(integersOf(tensor).slice(start, end));
};

const concat: Fold = (_node, inputs) => integerTensor(inputs.flatMap(integersOf));

const multiply: Fold = (node, [a, b]) => {
  const [left, right] = [integersOf(a), integersOf(b)];
  if (left.length !== right.length) throw malformed(node, 'integers of other lengths');
  return integerTensor(
    left.map((value, i) => value * right[i]),
    a.shape,
  );
};

const FOLDS: Readonly<Record<string, Fold>> = {
  Cast: cast,
  ConstantOfShape: constantOfShape,
  DequantizeLinear: dequantize,
  Identity: (_node, [tensor]) => tensor,
  Reshape: reshape,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

/** Those that are only for shapes, and small. */
const SHAPE_FOLDS: Readonly<Record<string, Fold>> = {
  Concat: concat,
  Gather: gather,
  Mul: multiply,
  Slice: slice,
};

/** Inputs that an operation cannot do without, where they are more than one. */
const LEAST_INPUTS: Readonly<Record<string, number>> = { DequantizeLinear: 2, Gather: 2, Mul: 2 };

/** Integers of a shape, of which there are few. */
const MAX_SHAPE_NUMBERS = 1024;

/** Operations that need no layer where their inputs are constants. */
export const FOLDED_OPERATIONS: readonly string[] = [
  ...Object.keys(FOLDS),
  ...Object.keys(SHAPE_FOLDS),
  'Constant',
];

/** What an operation gives whose inputs are all constants; undefined where it is not computed here. */
export function foldConstants(
  node: OnnxNode,
  inputs: readonly FileTensor[],
  network: Network,
): FileTensor | undefined {
  if (node.opType === 'Constant') return constantOf(node);
  if (inputs.length === 0 || node.domain !== undefined) return undefined;
  const least = LEAST_INPUTS[node.opType] ?? 1;
  if (Array.from({ length: least }, (_, i) => inputs[i]).includes(undefined as never))
    throw malformed(node, `fewer than ${least} inputs`);
  if (Object.hasOwn(FOLDS, node.opType)) return FOLDS[node.opType](node, inputs, network);
  const counts = inputs.filter(Boolean).map(({ shape }) => countOf(shape, 'readOnnx'));
  const areSmall =
    counts.every((count) => count <= MAX_SHAPE_NUMBERS) && !inputs.filter(Boolean).some(isFloat);
  if (!areSmall || !Object.hasOwn(SHAPE_FOLDS, node.opType)) return undefined;
  network.reserve([counts.reduce((sum, count) => sum + count, 0)], node.name);
  return SHAPE_FOLDS[node.opType](node, inputs, network);
}

function constantOf(node: OnnxNode): FileTensor {
  const {
    value,
    value_float: float,
    value_floats: floats,
    value_int: integer,
    value_ints: integers,
  } = node.attributes;
  if (typeof value === 'object' && 'dtype' in value) return value;
  if (typeof float === 'object' && 'float' in float) return floatTensor(Float32Array.of(float.float), []);
  if (typeof floats === 'object' && 'floats' in floats)
    return floatTensor(Float32Array.from(floats.floats), [floats.floats.length]);
  if (typeof integer === 'number') return integerTensor([integer], []);
  if (Array.isArray(integers)) return integerTensor(integers as readonly number[]);
  throw new FormatError(
    'UNSUPPORTED',
    `readOnnx(${show(node.name)}): expected a constant of numbers, got ${show(Object.keys(node.attributes))}. Export the model again.`,
  );
}
