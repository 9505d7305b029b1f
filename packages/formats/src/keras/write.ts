import { show } from '@googlenet-tooling/shared/show';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toStandardLayers } from '@googlenet/inception';
import { FormatError } from '../errors';
import { hdf5Parts, type Hdf5Dataset, type Hdf5Group } from '../hdf5/write';
import { lazyWeight } from '../model-weights';
import { floatTensor } from '../tensors';
import { writeZip } from '../zip';
import { writeLayerConfig, type Config } from './layer-configs';

/** One layer or operation of the model as Keras writes it down. */
interface GraphNode {
  readonly name: string;
  readonly className: string;
  readonly module: string;
  readonly config: Config;
  readonly inputs: readonly GraphNode[];
  readonly shape: readonly (number | null)[];
  /** Whether the inputs go in as one list. */
  readonly takesList: boolean;
  /** Further arguments of an operation. */
  readonly constants: readonly number[];
  readonly weights: readonly Hdf5Dataset[];
}

/** The version that the file says it is of; its form has not changed since Keras 3.0. */
const KERAS_VERSION = '3.15.1';

/**
 * A model as a `.keras` file, which `keras.models.load_model` opens with built-in layers only, for training on or for predictions.
 *
 * Modules become their convolutions, batch norms and activations; local response normalization becomes a product, a fixed 1x1 convolution and
 * `keras.ops.power`. torchvision's auxiliary heads need Keras 3.13 or newer (its adaptive pool). Memory: the weights once more, and the file.
 * @param model - a model of this project, or of built-in layers that are each applied once; it is left as it was. Its optimizer is not written.
 * @throws {FormatError} `UNSUPPORTED` that names the layer.
 */
export async function writeKeras(model: tfl.LayersModel): Promise<Uint8Array<ArrayBuffer>> {
  const standard = toStandardLayers(model);
  try {
    const nodes = new Map<string, GraphNode>();
    const outputs = standard.outputs.map((output) => nodeOf(output, nodes));
    const inputs = standard.inputs.map((input) => nodeOf(input, nodes));
    const ordered = inOrder(outputs);
    const text = (value: unknown) => [new TextEncoder().encode(JSON.stringify(value))];
    return await writeZip([
      {
        name: 'metadata.json',
        parts: text({ keras_version: KERAS_VERSION, date_saved: '1980-01-01@00:00:00' }),
      },
      { name: 'config.json', parts: text(modelConfig(model.name, ordered, inputs, outputs)) },
      { name: 'model.weights.h5', parts: hdf5Parts(weightGroups(ordered)) },
    ]);
  } finally {
    standard.dispose();
  }
}

function nodeOf(tensor: tfl.SymbolicTensor, nodes: Map<string, GraphNode>): GraphNode {
  const layer = tensor.sourceLayer;
  const known = nodes.get(layer.name);
  if (known) return known;
  if (layer.inboundNodes.length > 1) {
    throw new FormatError(
      'UNSUPPORTED',
      `writeKeras(${show(layer.name)}): expected each layer to be applied once, got one applied ${layer.inboundNodes.length} times. Make a layer for each use.`,
    );
  }
  const inputs = tensor.inputs.map((input) => nodeOf(input, nodes));
  const node = makeNode(tensor, inputs);
  nodes.set(layer.name, node);
  return node;
}

function makeNode(tensor: tfl.SymbolicTensor, inputs: readonly GraphNode[]): GraphNode {
  const layer = tensor.sourceLayer;
  const { shape } = tensor;
  const base = {
    name: layer.name,
    module: 'keras.layers',
    inputs,
    shape,
    takesList: false,
    constants: [],
    weights: [],
  };
  if (inputs.length === 0) {
    const config = { batch_shape: shape, dtype: tensor.dtype, sparse: false, name: layer.name };
    return { ...base, className: 'InputLayer', config };
  }
  if (layer.getClassName() === 'Lrn') return lrnNode(layer, base, inputs[0]);
  const weights = layer.weights.map((variable): Hdf5Dataset => {
    const own = variable.shape as number[];
    const order = own.map((_, axis) => axis);
    return { dtype: 'F32', shape: own, data: lazyWeight({ variable, split: own, order }, 'F32') };
  });
  return {
    ...base,
    className: layer.getClassName(),
    config: writeLayerConfig(layer),
    takesList: inputs.length > 1,
    weights,
  };
}

/** `x * (bias + alpha / size * sum of squares of the neighbours) ** -beta`; the sum is a 1x1 convolution with a band of ones. */
function lrnNode(
  layer: tfl.layers.Layer,
  base: Omit<GraphNode, 'className' | 'config'>,
  input: GraphNode,
): GraphNode {
  const { size, alpha, beta, bias } = layer.getConfig() as Record<string, number>;
  const channels = base.shape.at(-1) as number;
  const radius = (size - 1) / 2;
  const kernel = new Float32Array(channels * channels);
  for (let from = 0; from < channels; from++) {
    const end = Math.min(channels - 1, from + radius);
    for (let to = Math.max(0, from - radius); to <= end; to++) kernel[from * channels + to] = alpha / size;
  }
  const common = (name: string) => ({ name, trainable: false, dtype: 'float32' });
  const product = (name: string, inputs: GraphNode[]): GraphNode => ({
    ...base,
    name,
    className: 'Multiply',
    config: common(name),
    inputs,
    takesList: true,
  });
  const window: GraphNode = {
    ...base,
    name: `${layer.name}_window`,
    className: 'Conv2D',
    config: {
      ...common(`${layer.name}_window`),
      filters: channels,
      kernel_size: [1, 1],
      strides: [1, 1],
      padding: 'valid',
      data_format: 'channels_last',
      activation: 'linear',
      use_bias: true,
    },
    inputs: [product(`${layer.name}_square`, [input, input])],
    weights: [
      floatTensor(kernel, [1, 1, channels, channels]),
      floatTensor(new Float32Array(channels).fill(bias), [channels]),
    ],
  };
  const name = `${layer.name}_power`;
  const power: GraphNode = {
    ...base,
    name,
    module: 'keras.src.ops.numpy',
    className: 'Power',
    config: { name },
    inputs: [window],
    constants: [-beta],
  };
  return product(layer.name, [input, power]);
}

/**
 * The nodes as Keras orders them when it opens the file, since weights are filed by a count of each class in that order: by their distance
 * from the outputs, the furthest first, and then as a walk from the outputs meets them.
 *
 * @see `map_graph` in keras/src/ops/function.py
 */
function inOrder(outputs: readonly GraphNode[]): GraphNode[] {
  const met = new Map<GraphNode, number>();
  const finished: GraphNode[] = [];
  const visit = (node: GraphNode): void => {
    if (met.has(node)) return;
    met.set(node, met.size);
    node.inputs.forEach(visit);
    finished.push(node);
  };
  outputs.forEach(visit);
  const depths = new Map<GraphNode, number>();
  for (const node of [...finished].reverse()) {
    const depth = depths.get(node) ?? 0;
    depths.set(node, depth);
    for (const input of node.inputs) depths.set(input, Math.max(depth + 1, depths.get(input) ?? 0));
  }
  const at = (map: Map<GraphNode, number>, node: GraphNode) => map.get(node) ?? 0;
  return finished.sort((a, b) => at(depths, b) - at(depths, a) || at(met, a) - at(met, b));
}

function modelConfig(
  name: string,
  ordered: readonly GraphNode[],
  inputs: readonly GraphNode[],
  outputs: readonly GraphNode[],
) {
  const history = (node: GraphNode) => [node.name, 0, 0];
  const tensor = (node: GraphNode) => ({
    class_name: '__keras_tensor__',
    config: { shape: node.shape, dtype: 'float32', keras_history: history(node) },
  });
  const layers = ordered.map((node) => {
    const tensors = node.inputs.map(tensor);
    const args = [...(node.takesList ? [tensors] : tensors), ...node.constants];
    return {
      module: node.module,
      class_name: node.className,
      config: node.config,
      registered_name: node.module === 'keras.layers' ? null : node.className,
      name: node.name,
      inbound_nodes: tensors.length > 0 ? [{ args, kwargs: {} }] : [],
    };
  });
  return {
    module: 'keras.src.models.functional', // as Keras 3 itself writes it
    class_name: 'Functional',
    config: {
      name,
      trainable: true,
      layers,
      input_layers: inputs.map(history),
      output_layers: outputs.map(history),
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
  };
}

/** Keras's name of a class in a weight file: `Conv2D` is `conv2d`, `BatchNormalization` is `batch_normalization`. */
export function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Counts names as Keras does: `dense`, `dense_1`, ... */
export function counter(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
}

function weightGroups(ordered: readonly GraphNode[]): Hdf5Group {
  const layers: Hdf5Group = new Map();
  const unique = counter();
  for (const { module, className, weights } of ordered) {
    if (module !== 'keras.layers') continue; // operations are no layers, and are not counted
    const group = unique(snakeCase(className));
    if (weights.length > 0)
      layers.set(group, new Map([['vars', new Map(weights.map((weight, i) => [String(i), weight]))]]));
  }
  return new Map([['layers', layers]]);
}
