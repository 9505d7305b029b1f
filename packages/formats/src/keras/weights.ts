import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { FormatError } from '../errors';
import { countOf, floatTensor, toFloat32, type FileTensor } from '../tensors';
import { writeWeight } from '../write-weight';
import type { Config } from './layer-configs';
import { counter, snakeCase } from './write';

/** Where a model's weights are found; asked for each layer once, in the order of the model's configuration. */
export interface WeightSource {
  /** Tensors of a layer in Keras's order. */
  of(layer: { name: string; className: string }): FileTensor[];
  /** Where the weights of a model are that is a layer. */
  inside(model: { name: string; className: string }): WeightSource;
}

type Datasets = ReadonlyMap<string, FileTensor>;

/** The data sets below a path, by what is behind it. */
export function below(datasets: Datasets, prefix: string): Map<string, FileTensor> {
  return new Map(
    [...datasets].flatMap(([path, tensor]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

/** Weights of a `.keras` file: filed by a count of each class. */
export function countedWeights(datasets: Datasets): WeightSource {
  const unique = counter();
  const groups = new Map<string, Map<string, FileTensor>>();
  for (const [path, tensor] of datasets) {
    // `_layer_checkpoint_dependencies` in Keras 2.12 and 2.13.
    const match = /^(?:layers|_layer_checkpoint_dependencies)\/([^/]+)\/(.+)$/.exec(path);
    if (!match) continue;
    const [, group, rest] = match;
    groups.set(group, (groups.get(group) ?? new Map<string, FileTensor>()).set(rest, tensor));
  }
  const groupOf = (className: string) =>
    groups.get(unique(snakeCase(className))) ?? new Map<string, FileTensor>();
  return {
    of: ({ className }) =>
      [...below(groupOf(className), 'vars/')]
        .filter(([path]) => /^\d+$/.test(path))
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, tensor]) => tensor),
    inside: ({ className }) => countedWeights(groupOf(className)),
  };
}

/** Names of weights, in the order in which layers have them. */
const FIELDS = ['kernel', 'depthwise_kernel', 'gamma', 'beta', 'bias', 'moving_mean', 'moving_variance'];

/** Weights of a Keras 2 `.h5` file: filed by the names of layers; those of a model that is a layer lie together. */
export function namedWeights(datasets: Datasets): WeightSource {
  const fieldOf = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/:\d+$/, '');
  const known = (group: Datasets) =>
    [...group]
      .map(([path, tensor]) => ({ place: FIELDS.indexOf(fieldOf(path)), tensor }))
      .filter(({ place }) => place >= 0)
      .sort((a, b) => a.place - b.place)
      .map(({ tensor }) => tensor);
  const inModel = (group: Datasets): WeightSource => ({
    of: ({ name }) => known(new Map([...group].filter(([path]) => path.split('/').at(-2) === name))),
    inside: () => inModel(group),
  });
  return {
    of: ({ name }) => known(below(datasets, `${name}/`)),
    inside: ({ name }) => inModel(below(datasets, `${name}/`)),
  };
}

/** A batch norm's weights, with ones and zeros for those that it was made without. */
function completed(config: Config, weights: readonly FileTensor[], count: number): FileTensor[] {
  const result = [...weights];
  if (weights.length === 0 || weights.length >= count) return result;
  const { shape } = weights[weights.length - 1];
  const filled = (value: number) =>
    floatTensor(new Float32Array(countOf(shape, 'readKeras')).fill(value), shape);
  if (config.scale === false) result.unshift(filled(1));
  if (config.center === false) result.splice(1, 0, filled(0));
  return result;
}

/** Gives a built layer its weights. */
export function assignWeights(layer: tfl.layers.Layer, config: Config, found: readonly FileTensor[]): void {
  const wanted = layer.weights.map(({ shape }) => shape as number[]);
  const isNorm = layer.getClassName() === 'BatchNormalization';
  const weights = isNorm ? completed(config, found, wanted.length) : found;
  const fits =
    wanted.length === weights.length &&
    wanted.every((shape, i) => tf.util.arraysEqual(shape, [...weights[i].shape]));
  if (!fits) {
    const shapes = (all: readonly (readonly number[])[]) =>
      all.map((shape) => `[${shape.join(', ')}]`).join(' ') || 'none';
    throw new FormatError(
      'MISMATCH',
      `readKeras(${show(layer.name)}): expected weights ${shapes(wanted)}, got ${shapes(weights.map(({ shape }) => shape))}. Save the model again.`,
    );
  }
  weights.forEach((tensor, i) => writeWeight(layer.weights[i], toFloat32(tensor), wanted[i]));
}
