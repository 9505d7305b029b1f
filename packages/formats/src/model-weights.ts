import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, Inception } from '@googlenet/inception';
import { FormatError } from './errors';
import {
  countOf,
  encodeFloats,
  inverseOrder,
  permute,
  toFloat32,
  type FileTensor,
  type FloatDtype,
} from './tensors';
import type { LazyPart } from './parts';
import { torchName, weightName, type WeightLayout } from './weight-names';
import { writeWeight } from './write-weight';

/** A weight of a model, and how it lies in a file. */
export interface WeightSlot {
  /** Name in the file. */
  readonly name: string;
  /** Shape in the file. */
  readonly shape: readonly number[];
  readonly variable: tfl.LayerVariable;
  /** Shape here, perhaps with an axis taken apart, and the order in which the file has its axes. */
  readonly split: readonly number[];
  readonly order: readonly number[];
}

/** Every weight of a model, those of models within it included, in the order of the layers. */
export function weightSlots(model: tfl.LayersModel, layout: WeightLayout): WeightSlot[] {
  const slots = model.layers.flatMap((layer): WeightSlot[] => {
    if (layer instanceof tfl.LayersModel) return weightSlots(layer, layout);
    const isUnit = layer instanceof Inception || layer instanceof ConvBatchNorm;
    return layer.weights.map((variable) => {
      const own = weightName(layer, variable);
      const shape = variable.shape as number[];
      if (layout === 'keras') {
        return { name: own, shape, variable, split: shape, order: shape.map((_, axis) => axis) };
      }
      return { name: torchName(own, isUnit), variable, ...torchAxes(layer, own, shape) };
    });
  });
  const names = new Set<string>();
  for (const { name } of slots) {
    if (names.has(name)) {
      throw new FormatError(
        'UNSUPPORTED',
        `weights: expected a name of its own for each weight, got ${show(name)} twice. Name the layers differently.`,
      );
    }
    names.add(name);
  }
  return slots;
}

/** PyTorch's shape and axes of a weight. */
function torchAxes(layer: tfl.layers.Layer, name: string, shape: number[]) {
  if (name.endsWith('depthwise_kernel')) {
    const [height, width, channels, multiplier] = shape;
    return { shape: [channels * multiplier, 1, height, width], split: shape, order: [2, 3, 0, 1] };
  }
  if (shape.length === 4)
    return { shape: [3, 2, 0, 1].map((axis) => shape[axis]), split: shape, order: [3, 2, 0, 1] };
  if (shape.length !== 2) return { shape, split: shape, order: shape.map((_, axis) => axis) };
  // A flattened feature map is [height, width, channels] here and [channels, height, width] there.
  const map = flattenedShape(layer);
  const torchShape = [shape[1], shape[0]];
  return map === undefined
    ? { shape: torchShape, split: shape, order: [1, 0] }
    : { shape: torchShape, split: [...map, shape[1]], order: [3, 2, 0, 1] };
}

/** Height, width, channels of the feature map that a dense layer sees flat. */
function flattenedShape(layer: tfl.layers.Layer): number[] | undefined {
  for (let at = layer; at.inboundNodes.length > 0;) {
    const input = at.getInputAt(0);
    if (Array.isArray(input)) return undefined;
    at = input.sourceLayer;
    if (at.getClassName() === 'Flatten') {
      const flat = at.getInputAt(0);
      if (Array.isArray(flat)) return undefined;
      const shape = flat.shape.slice(1);
      return shape.length === 3 && shape.every((size) => size !== null) ? shape : undefined;
    }
    if (!/Dropout$|^Activation$/.test(at.getClassName())) return undefined;
  }
  return undefined;
}

/** The bytes of a weight in the file's type and order of axes, read from the engine when the file is put together. */
export function lazyWeight(
  { variable, split, order }: Pick<WeightSlot, 'variable' | 'split' | 'order'>,
  dtype: FloatDtype,
): LazyPart {
  const count = countOf(split, 'weight');
  return {
    byteLength: count * (dtype === 'F32' ? 4 : 2),
    fill: async (target) => {
      const values = (await variable.read().data()) as Float32Array;
      const isAsHere = order.every((axis, i) => axis === i);
      encodeFloats(isAsHere ? values : permute(values, split, order), dtype, target);
    },
  };
}

/** A weight's numbers in our order of axes. */
function valuesOf({ split, order }: WeightSlot, tensor: FileTensor): Float32Array {
  const values = toFloat32(tensor);
  if (order.every((axis, i) => axis === i)) return values;
  return permute(
    values,
    order.map((axis) => split[axis]),
    inverseOrder(order),
  );
}

/** What of a file is not a weight of the model, and why that may be right. */
function isExpectedExtra(name: string, tensor: FileTensor): boolean {
  if (name.endsWith('num_batches_tracked')) return true;
  return /\.bn\.weight$/.test(name) && toFloat32(tensor).every((value) => value === 1);
}

/**
 * Gives a model the weights of a file; all are checked before the first is changed.
 *
 * @param where - the function's name for error messages.
 * @param strict - whether a tensor that is no weight of the model is an error. PyTorch's `num_batches_tracked`, and a scale of ones
 * where the model has none, never are.
 * @throws {FormatError} `MISMATCH` that names every missing, unexpected or ill-shaped tensor (the first few of each).
 */
export function assignWeights(
  model: tfl.LayersModel,
  tensors: ReadonlyMap<string, FileTensor>,
  { layout, strict, where }: { layout: WeightLayout; strict: boolean; where: string },
): void {
  const slots = weightSlots(model, layout);
  const known = new Set(slots.map(({ name }) => name));
  const tensorOf = (name: string): FileTensor => tensors.get(name) as FileTensor;
  const missing = slots.filter(({ name }) => !tensors.has(name)).map(({ name }) => name);
  const unexpected = strict
    ? [...tensors]
        .filter(([name, tensor]) => !known.has(name) && !isExpectedExtra(name, tensor))
        .map(([name]) => name)
    : [];
  const misshapen = slots
    .filter(
      ({ name, shape }) => tensors.has(name) && !tf.util.arraysEqual([...tensorOf(name).shape], [...shape]),
    )
    .map(({ name, shape }) => `${name} [${tensorOf(name).shape.join(', ')}] for [${shape.join(', ')}]`);
  const problems = [
    ['missing', missing] as const,
    ['unexpected', unexpected] as const,
    ['of another shape', misshapen] as const,
  ].filter(([, names]) => names.length > 0);
  if (problems.length > 0) {
    const list = problems.map(
      ([what, names]) =>
        `${names.length} ${what} (${names.slice(0, 3).join('; ')}${names.length > 3 ? '; ...' : ''})`,
    );
    throw new FormatError(
      'MISMATCH',
      `${where}: expected the weights of the model ${show(model.name)}, got ${list.join(', ')}. Build the model with the options it was written with, and check the layout (${layout}).`,
    );
  }
  for (const slot of slots)
    writeWeight(slot.variable, valuesOf(slot, tensorOf(slot.name)), slot.variable.shape as number[]);
}
