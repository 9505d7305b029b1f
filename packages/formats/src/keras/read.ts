import { isObject } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Lrn } from '@googlenet/model';
import { FormatError } from '../errors';
import { decodeHdf5 } from '../hdf5/read';
import { toFloat32, type FileTensor } from '../tensors';
import { readZip, type ZipOptions } from '../zip';
import { readLayerConfig, type Config } from './layer-configs';
import { counter, snakeCase } from './write';

/** Largest config.json that is believed, in bytes. */
const MAX_CONFIG_BYTES = 2 ** 26;

/** A layer as it stands in config.json. */
interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  /** Names of the layers whose outputs go in; numbers of an operation. */
  readonly inputs: readonly string[];
  readonly constants: readonly number[];
  readonly weights: readonly FileTensor[];
}

function malformed(what: string): FormatError {
  return new FormatError(
    'MALFORMED',
    `readKeras: expected a model that Keras saved, got ${what}. Save it again with model.save("name.keras").`,
  );
}

/**
 * A model of built-in layers (and `Lrn`) from a `.keras` file of Keras 3: a functional model whose layers are each applied once, or a sequential one.
 *
 * @param file - the whole file.
 * @param options - `maxBytes`, the largest weights that are believed.
 * @returns a new model with the file's weights, which the caller disposes.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, `UNSUPPORTED` that names the layer, `MISMATCH` where weights and layers disagree.
 */
export async function readKeras(file: Uint8Array, options: ZipOptions = {}): Promise<tfl.LayersModel> {
  const entries = readZip(file, options);
  const [config, weights] = ['config.json', 'model.weights.h5'].map((name) => entries.get(name));
  if (config === undefined || weights === undefined)
    throw malformed(`a zip file of ${show([...entries.keys()])}`);
  if (config.size > MAX_CONFIG_BYTES) {
    throw new FormatError(
      'TOO_LARGE',
      `readKeras: expected at most ${MAX_CONFIG_BYTES} bytes of config.json, got ${config.size}. Get the file again.`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await config.read()));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(
      'MALFORMED',
      'readKeras: expected JSON in config.json, got something else. Get the file again.',
      { cause },
    );
  }
  return build(json, decodeHdf5(await weights.read()));
}

function record(value: unknown, what: string): Config {
  if (isObject(value)) return value;
  throw malformed(`${show(value)} for ${what}`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(`${show(value)} for ${what}`);
}

function build(json: unknown, datasets: ReadonlyMap<string, FileTensor>): tfl.LayersModel {
  const top = record(json, 'the model');
  const config = record(top.config, 'its config');
  const isSequential = top.class_name === 'Sequential';
  if (!isSequential && top.class_name !== 'Functional') {
    throw new FormatError(
      'UNSUPPORTED',
      `readKeras: expected a functional or sequential model, got ${show(top.class_name)}. Rebuild it as a functional one.`,
    );
  }
  const layers = layersOf(list(config.layers, 'layers'), datasets, isSequential);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const tensors = new Map<string, tfl.SymbolicTensor>();
  const made: tfl.layers.Layer[] = [];
  const inputs: tfl.SymbolicTensor[] = [];
  try {
    // Keras lists layers in an order in which each comes after its inputs.
    for (const layer of layers) {
      const get = (name: string): tfl.SymbolicTensor => {
        const tensor = tensors.get(name);
        if (tensor !== undefined) return tensor;
        throw malformed(`layer ${show(layer.name)} before its input ${show(name)}`);
      };
      if (layer.className === 'InputLayer') {
        const input = tfl.input({ name: layer.name, batchShape: shapeOf(layer.config.batch_shape) });
        tensors.set(layer.name, input);
        inputs.push(input);
        continue;
      }
      const part = lrnPart(layer, byName);
      if (part === 'inner') continue;
      const own = part ?? readLayerConfig(layer.className, layer.config);
      made.push(own);
      const sources = (part ? [layer.inputs[0]] : layer.inputs).map(get);
      if (sources.length === 0) throw malformed(`layer ${show(layer.name)} without an input`);
      tensors.set(layer.name, own.apply(sources.length === 1 ? sources[0] : sources) as tfl.SymbolicTensor);
      if (!part) assign(own, layer.weights);
    }
    const names = (value: unknown, what: string): string[] => {
      const all = list(value, what);
      return (typeof all[0] === 'string' ? [all] : all).map((item) => String(list(item, what)[0]));
    };
    const last = layers.at(-1)?.name ?? '';
    const outputs = (isSequential ? [last] : names(config.output_layers, 'output_layers')).map((name) => {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return tensor;
      throw malformed(`no layer ${show(name)} for an output`);
    });
    return tfl.model({ name: String(config.name), inputs, outputs });
  } catch (error) {
    for (const layer of made) layer.dispose();
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      'MALFORMED',
      `readKeras: expected layers that fit one another, got: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function shapeOf(value: unknown): (number | null)[] {
  const shape = list(value, 'a batch shape');
  if (
    shape.every(
      (size) => size === null || (Number.isSafeInteger(size) && Number(size) > 0 && Number(size) < 2 ** 20),
    )
  )
    return shape as (number | null)[];
  throw malformed(`the shape ${show(value)}`);
}

function layersOf(
  entries: unknown[],
  datasets: ReadonlyMap<string, FileTensor>,
  isSequential: boolean,
): KerasLayer[] {
  const unique = counter();
  const groups = groupWeights(datasets);
  let before: string | undefined;
  const seen = new Set<string>();
  return entries.map((entry) => {
    const layer = record(entry, 'a layer');
    const config = record(layer.config, 'its config');
    const className = String(layer.class_name);
    const name = String(config.name ?? layer.name);
    if (seen.has(name)) throw malformed(`two layers named ${show(name)}`);
    seen.add(name);
    const isLayer = typeof layer.module !== 'string' || layer.module.startsWith('keras.layers');
    const weights = isLayer ? (groups.get(unique(snakeCase(className))) ?? []) : [];
    const nodes = list(layer.inbound_nodes ?? [], 'inbound_nodes');
    if (nodes.length > 1) {
      throw new FormatError(
        'UNSUPPORTED',
        `readKeras(${show(name)}): expected each layer to be applied once, got one applied ${nodes.length} times. Make a layer for each use.`,
      );
    }
    const { inputs, constants } = argumentsOf(nodes[0]);
    if (isSequential && before !== undefined) inputs.push(before);
    before = name;
    return { name, className, config, inputs, constants, weights };
  });
}

/** Tensors of each layer by its group, in the order of their numbers. */
function groupWeights(datasets: ReadonlyMap<string, FileTensor>): Map<string, FileTensor[]> {
  const groups = new Map<string, FileTensor[]>();
  const paths = [...datasets.keys()]
    .map((path) => /^layers\/([^/]+)\/vars\/(\d+)$/.exec(path))
    .filter((match) => match !== null);
  paths.sort((a, b) => Number(a[2]) - Number(b[2]));
  for (const [path, group] of paths) {
    const tensor = datasets.get(path);
    if (tensor) groups.set(group, [...(groups.get(group) ?? []), tensor]);
  }
  return groups;
}

function argumentsOf(node: unknown): { inputs: string[]; constants: number[] } {
  const inputs: string[] = [];
  const constants: number[] = [];
  if (node === undefined) return { inputs, constants };
  for (const argument of list(record(node, 'a node').args, 'args').flat()) {
    if (typeof argument === 'number') constants.push(argument);
    else
      inputs.push(
        String(
          list(record(record(argument, 'an argument').config, 'a tensor').keras_history, 'keras_history')[0],
        ),
      );
  }
  return { inputs, constants };
}

/** What {@link writeKeras} makes of a local response normalization: `'inner'` for the steps, the layer for the last of them. */
function lrnPart({ name }: KerasLayer, byName: ReadonlyMap<string, KerasLayer>): Lrn | 'inner' | undefined {
  const base = name.replace(/_(square|window|power)$/, '');
  const [whole, square, window, power] = ['', '_square', '_window', '_power'].map((suffix) =>
    byName.get(base + suffix),
  );
  const isLrn =
    whole?.className === 'Multiply' &&
    square?.className === 'Multiply' &&
    window?.className === 'Conv2D' &&
    power?.className === 'Power';
  if (!isLrn) return undefined;
  if (name !== base) return 'inner';
  const [kernel, bias] = window.weights.map(toFloat32);
  const channels = Number(window.config.filters);
  if (kernel?.length !== channels * channels || bias?.length !== channels)
    throw malformed(`a window ${show(window.name)} of another size`);
  const middle = Math.floor(channels / 2);
  const band = kernel.subarray(middle * channels, (middle + 1) * channels).filter((value) => value !== 0);
  return new Lrn({
    name,
    size: band.length,
    alpha: band[0] * band.length,
    beta: -power.constants[0],
    bias: bias[0],
    trainable: false,
  });
}

function assign(layer: tfl.layers.Layer, weights: readonly FileTensor[]): void {
  const wanted = layer.weights.map(({ shape }) => shape as number[]);
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
  weights.forEach((tensor, i) => {
    const value = tf.tensor(toFloat32(tensor).slice(), wanted[i]);
    layer.weights[i].write(value);
    value.dispose();
  });
}
