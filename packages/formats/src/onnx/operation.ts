import { show } from '@googlenet-tooling/shared/show';
import type * as tfl from '@tensorflow/tfjs-layers';
import { FormatError } from '../errors';
import { toFloat32, type FileTensor } from '../tensors';
import { floatAttribute, integerList } from './constants';
import { arranged, CHANNELS_LAST, type Feature } from './feature';
import type { LayerWeight, Network } from './network';
import type { OnnxNode } from './schema';

/*
 * What an ONNX operation is told of itself, and asks of its inputs.
 */

/** Everything that the reading of one operation needs. */
export interface Operation {
  readonly node: OnnxNode;
  readonly network: Network;
  /** Name for a layer, given out already. */
  readonly name: string;
  readonly opset: number;
  /** Batch size that the file fixes, which shapes within it may repeat. */
  readonly fixedBatch: number | undefined;
  /** What the inputs are; undefined where one is left out. */
  readonly inputs: readonly (Feature | FileTensor | undefined)[];
  /** The one operation that uses the output, where it is one and the output is not the graph's. */
  readonly next: OnnxNode | undefined;
  /** A constant of the graph that is known already. */
  readonly constantNamed: (name: string) => FileTensor | undefined;
  /** Says that the next operation is done with this one. */
  readonly takeNext: () => void;
}

export type Read = (operation: Operation) => Feature | FileTensor;

export function unsupported({ node }: Pick<Operation, 'node'>, expected: string, got: unknown): FormatError {
  return new FormatError(
    'UNSUPPORTED',
    `readOnnx(${show(node.name || node.outputs[0])}): expected ${node.opType} with ${expected}, got ${typeof got === 'string' ? got : show(got)}. Export the model without it.`,
  );
}

export const isConstant = (value: Feature | FileTensor | undefined): value is FileTensor =>
  value !== undefined && 'dtype' in value;

export function featureOf(operation: Operation, index = 0): Feature {
  const value = operation.inputs[index];
  if (value !== undefined && !isConstant(value)) return value;
  throw unsupported(operation, `a computed input ${index}`, value === undefined ? 'none' : 'a constant');
}

export function constantOf(operation: Operation, index: number): FileTensor {
  const value = operation.inputs[index];
  if (isConstant(value)) return value;
  throw unsupported(operation, `a constant input ${index}`, value === undefined ? 'none' : 'a computed one');
}

export const optionalConstant = (operation: Operation, index: number): FileTensor | undefined =>
  operation.inputs[index] === undefined ? undefined : constantOf(operation, index);

/** A float attribute. */
export function floatOf({ node }: Operation, name: string, fallback: number): number {
  return floatAttribute(node, name) ?? fallback;
}

/** A number that older operations have as an attribute and newer ones as an input. */
export function scalarOf(operation: Operation, name: string, index: number): number | undefined {
  const constant = optionalConstant(operation, index);
  return constant ? toFloat32(constant).at(0) : floatAttribute(operation.node, name);
}

/** Integers that older operations have as an attribute and newer ones as this input. */
export function listOf(operation: Operation, name: string, index: number): readonly number[] | undefined {
  return integerList(operation.node, name, optionalConstant(operation, index));
}

export function apply(
  { network }: Operation,
  layer: tfl.layers.Layer,
  inputs: tfl.SymbolicTensor | tfl.SymbolicTensor[],
  weights: readonly LayerWeight[] = [],
): tfl.SymbolicTensor {
  return network.apply(layer, inputs, weights);
}

/** An image with its channels last. */
export function imageOf(operation: Operation, index = 0): tfl.SymbolicTensor {
  const feature = featureOf(operation, index);
  if (feature.shape.length !== 4)
    throw unsupported(operation, 'images [batch, channels, height, width]', `${feature.shape.length} axes`);
  return arranged(operation.network, feature, CHANNELS_LAST, operation.name);
}

/** The sizes of a weight, once they are known to be as many as they should be. */
export function weightShape(operation: Operation, { shape }: FileTensor, rank: number): readonly number[] {
  if (shape.length === rank) return shape;
  throw unsupported(operation, `weights of ${rank} axes`, shape);
}

export function vector(operation: Operation, tensor: FileTensor, count: number): LayerWeight {
  const values = toFloat32(tensor);
  if (values.length !== count) throw unsupported(operation, `${count} numbers, one a channel`, tensor.shape);
  return { shape: [count], values };
}

/** An axis counted from the front. */
export function normal(operation: Operation, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive;
  throw unsupported(operation, `an axis of ${rank}`, axis);
}
