import { isObject } from '@googlenet-tooling/shared/checks';
import { messageOf, show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { Lrn } from '@googlenet/model';
import { FormatError } from '../errors';
import { LayerNames } from '../layer-names';
import { toFloat32, type FileTensor } from '../tensors';
import { readLayerConfig, type Config } from './layer-configs';
import { assignWeights, type WeightSource } from './weights';

/*
 * A layers model from Keras's configuration: that of Keras 3, and the older one of `.h5` files.
 */

/** Models within models, and layers of one, that are believed. */
const MAX_DEPTH = 16;
const MAX_LAYERS = 10_000;

/** A layer as it stands in the configuration. */
interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  /** Names of the layers whose outputs go in; numbers of an operation. */
  readonly inputs: readonly string[];
  readonly constants: readonly number[];
  /** What it was applied to: its tensors, and for a model within the model those of its layers. */
  readonly weights: readonly FileTensor[];
  readonly inside?: WeightSource;
}

export function malformed(what: string): FormatError {
  return new FormatError(
    'MALFORMED',
    `readKeras: expected a model that Keras saved, got ${what}. Save it again with model.save("name.keras").`,
  );
}

function record(value: unknown, what: string): Config {
  if (isObject(value)) return value;
  throw malformed(`${show(value)} for ${what}`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(`${show(value)} for ${what}`);
}

/** The configuration of a layer or a model; the oldest sequential models are a list of layers. */
function configOf({ config }: Config): Config {
  return Array.isArray(config) ? { layers: config as unknown[] } : record(config, 'its config');
}

/** Whether a class is a model, which may be a layer too. `Model` is what Keras called a functional one until 2.3. */
const isModelClass = (className: unknown): className is string =>
  className === 'Functional' || className === 'Sequential' || className === 'Model';

/** Builds a model and gives it its weights; nothing is left in memory where it fails. */
export function buildModel(json: unknown, weights: WeightSource, depth = 0): tfl.LayersModel {
  const top = record(json, 'the model');
  if (!isModelClass(top.class_name)) {
    throw new FormatError(
      'UNSUPPORTED',
      `readKeras: expected a functional or sequential model, got ${show(top.class_name)}. Rebuild it as a functional one.`,
    );
  }
  if (depth > MAX_DEPTH)
    throw new FormatError(
      'TOO_LARGE',
      `readKeras: expected models ${MAX_DEPTH} deep at most, got more. Save it flat.`,
    );
  const isSequential = top.class_name === 'Sequential';
  const config: Config = isSequential ? configOf(top) : record(top.config, 'its config');
  const entries = list(config.layers, 'layers');
  if (entries.length > MAX_LAYERS)
    throw new FormatError(
      'TOO_LARGE',
      `readKeras: expected at most ${MAX_LAYERS} layers, got ${entries.length}. Read a smaller model.`,
    );
  const layers = layersOf(entries, weights, isSequential);
  const graph = new KerasGraph(layers, depth);
  try {
    const names = (value: unknown, what: string): string[] => {
      const all = list(value, what);
      return (typeof all[0] === 'string' ? [all] : all).map((item) => String(list(item, what)[0]));
    };
    const [first, last] = [layers[0]?.name ?? '', layers.at(-1)?.name ?? ''];
    graph.build();
    return tfl.model({
      name: typeof config.name === 'string' ? config.name : 'sequential',
      inputs: (isSequential ? [first] : names(config.input_layers, 'input_layers')).map((name) =>
        graph.tensor(name, 'an input'),
      ),
      outputs: (isSequential ? [last] : names(config.output_layers, 'output_layers')).map((name) =>
        graph.tensor(name, 'an output'),
      ),
    });
  } catch (error) {
    graph.dispose();
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      'MALFORMED',
      `readKeras: expected layers that fit one another, got: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Layers that are applied to one another. */
class KerasGraph {
  private readonly byName: ReadonlyMap<string, KerasLayer>;
  private readonly tensors = new Map<string, tfl.SymbolicTensor>();
  private readonly made: tfl.layers.Layer[] = [];
  private readonly names = new LayerNames();

  constructor(
    private readonly layers: readonly KerasLayer[],
    private readonly depth: number,
  ) {
    this.byName = new Map(layers.map((layer) => [layer.name, layer]));
  }

  /** The output of a layer. */
  tensor(name: string, what: string): tfl.SymbolicTensor {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw malformed(`no layer ${show(name)} for ${what}`);
  }

  dispose(): void {
    for (const layer of this.made) if (layer.built) layer.dispose();
  }

  /** Applies the layers, each once its inputs are there. */
  build(): void {
    let waiting = [...this.layers];
    while (waiting.length > 0) {
      const next = waiting.filter((layer) => !this.apply(layer));
      if (next.length === waiting.length) {
        const [{ name, inputs }] = next;
        throw malformed(
          `layer ${show(name)} without its input ${show(inputs.find((input) => !this.tensors.has(input)))}`,
        );
      }
      waiting = next;
    }
  }

  /** Whether a layer could be applied. */
  private apply(layer: KerasLayer): boolean {
    if (layer.className === 'InputLayer') {
      const { batch_shape: batchShape, batch_input_shape: older } = layer.config;
      this.tensors.set(
        layer.name,
        tfl.input({ name: this.names.unique(layer.name), batchShape: shapeOf(batchShape ?? older) }),
      );
      return true;
    }
    const part = lrnPart(layer, this.byName);
    if (part === 'inner') return true;
    const inputs = part ? layer.inputs.slice(0, 1) : layer.inputs;
    if (inputs.length === 0) throw malformed(`layer ${show(layer.name)} without an input`);
    const sources = inputs.map((name) => this.tensors.get(name)).filter((tensor) => tensor !== undefined);
    if (sources.length < inputs.length) return false;
    if (!part) requireKernel(layer, sources[0].shape.at(-1) ?? null);
    const own = this.make(layer, part);
    this.made.push(own);
    this.tensors.set(
      layer.name,
      own.apply(sources.length === 1 ? sources[0] : sources) as tfl.SymbolicTensor,
    );
    if (!part && !layer.inside) assignWeights(own, layer.config, layer.weights);
    return true;
  }

  private make(layer: KerasLayer, part: LrnOptions | undefined): tfl.layers.Layer {
    const name = this.names.unique(layer.name);
    if (part) return new Lrn({ ...part, name });
    if (!layer.inside) return readLayerConfig(layer.className, { ...layer.config, name });
    const { className, config } = layer;
    const model = buildModel({ class_name: className, config }, layer.inside, this.depth + 1);
    model.name = name;
    return model;
  }
}

/** Compares the sizes that a layer claims with those of its weights, before memory is taken for it. */
function requireKernel({ name, className, config, weights }: KerasLayer, channels: number | null): void {
  const multiplier = config.depth_multiplier ?? 1;
  const kernel = [config.kernel_size].flat();
  const window = kernel.length === 1 ? [...kernel, ...kernel] : kernel;
  const wanted: Readonly<Record<string, unknown[]>> = {
    BatchNormalization: [channels],
    Conv2D: [...window, channels, config.filters],
    Dense: [channels, config.units],
    DepthwiseConv2D: [...window, channels, multiplier],
  };
  if (!Object.hasOwn(wanted, className)) return;
  const found = weights.at(0)?.shape ?? [];
  if (String(found) === String(wanted[className])) return;
  throw new FormatError(
    'MISMATCH',
    `readKeras(${show(name)}): expected weights of ${show(wanted[className])}, got ${show(found)}. Save the model again.`,
  );
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

function layersOf(entries: unknown[], source: WeightSource, isSequential: boolean): KerasLayer[] {
  let before: string | undefined;
  const seen = new Set<string>();
  const layers: KerasLayer[] = [];
  for (const entry of entries) {
    const layer = record(entry, 'a layer');
    const config = configOf(layer);
    const className = String(layer.class_name);
    const name = String(config.name ?? layer.name);
    if (seen.has(name)) throw malformed(`two layers named ${show(name)}`);
    seen.add(name);
    const isModel = isModelClass(className);
    const isLayer = isModel || typeof layer.module !== 'string' || layer.module.startsWith('keras.layers');
    const weights = isLayer && !isModel ? source.of({ name, className }) : [];
    const nodes = list(layer.inbound_nodes ?? [], 'inbound_nodes');
    if (nodes.length > 1) {
      throw new FormatError(
        'UNSUPPORTED',
        `readKeras(${show(name)}): expected each layer to be applied once, got one applied ${nodes.length} times. Make a layer for each use.`,
      );
    }
    const { inputs, constants } = argumentsOf(nodes[0]);
    if (isSequential) {
      if (before === undefined && className !== 'InputLayer') before = firstInput(layers, config);
      if (before !== undefined) inputs.push(before);
    }
    before = name;
    const inside = isModel ? source.inside({ name, className }) : undefined;
    layers.push({ name, className, config, inputs, constants, weights, inside });
  }
  return layers;
}

/** The input of a sequential model that has none of its own: the first layer says its shape. */
function firstInput(layers: KerasLayer[], config: Config): string {
  const name = 'input';
  const inner = Array.isArray(config.layers) ? record(config.layers[0], 'a layer').config : undefined;
  const { batch_input_shape: older, batch_shape: newer } = { ...(isObject(inner) ? inner : {}), ...config };
  if (older === undefined && newer === undefined) throw malformed('a sequential model that was never built');
  const shape = { batch_shape: newer ?? older };
  layers.push({ name, className: 'InputLayer', config: shape, inputs: [], constants: [], weights: [] });
  return name;
}

/** Names of the layers that go in, and numbers: of a node of Keras 3, or a list `[[name, node, tensor, {}], ...]` of older versions. */
function argumentsOf(node: unknown): { inputs: string[]; constants: number[] } {
  const inputs: string[] = [];
  const constants: number[] = [];
  if (node === undefined) return { inputs, constants };
  if (Array.isArray(node)) {
    const all = typeof node[0] === 'string' ? [node] : node;
    for (const entry of all) inputs.push(String(list(entry, 'an argument')[0]));
    return { inputs, constants };
  }
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

type LrnOptions = NonNullable<ConstructorParameters<typeof Lrn>[0]>;

/** What `writeKeras` makes of a local response normalization: `'inner'` for the steps, its settings for the last of them. */
function lrnPart(
  { name }: KerasLayer,
  byName: ReadonlyMap<string, KerasLayer>,
): LrnOptions | 'inner' | undefined {
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
  return {
    size: band.length,
    alpha: band[0] * band.length,
    beta: -power.constants[0],
    bias: bias[0],
    trainable: false,
  };
}
