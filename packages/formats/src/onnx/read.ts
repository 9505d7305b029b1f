import { messageOf, show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { FormatError } from '../errors';
import type { FileTensor } from '../tensors';
import { FOLDED_OPERATIONS, foldConstants, integersAttribute } from './constants';
import { arranged, asImage, asIs, CHANNELS_LAST, isWhole, type Feature } from './feature';
import { Network } from './network';
import { unsupported, type Operation } from './operation';
import { OPERATIONS } from './operations';
import { decodeOnnx, type OnnxDecodeOptions, type OnnxFile, type OnnxNode, type OnnxValue } from './schema';

/** Options of {@link readOnnx}. */
export interface OnnxReadOptions extends OnnxDecodeOptions {
  /** Height, width and channels of the images, where the file leaves them free. */
  inputShape?: readonly [height: number, width: number, channels: number];
  /** Largest size of all weights in float32 together, in bytes. Default: 16 times the file's, and 256 MiB at least. */
  maxBytes?: number;
}

/** Operations that are believed: a graph of layers is walked recursively. */
const MAX_NODES = 5000;

/**
 * A model of built-in layers (and `Lrn`, `AdaptiveAveragePooling2D`) from an ONNX file: those of `writeOnnx` in all their forms, and
 * convolutional networks of other exporters, torch.onnx and tf2onnx among them.
 *
 * Images come channels last here, whatever the file has, and the batch is free. Weights that are stored in fewer bits become float32. Batch norm and
 * dropout become layers that can be trained on. Names of classes in the metadata of `writeOnnx` become those of the model's card.
 * @param file - the whole file.
 * @returns a new model, which the caller disposes. `fromStandardLayers` makes it one of `Inception` layers.
 * @throws {FormatError} `UNSUPPORTED` that lists every operation without a counterpart here, or says what of one has none; `MALFORMED`, `TRUNCATED`
 * or `TOO_LARGE` for files that contradict themselves, end early, or want more memory than `maxBytes`.
 */
export function readOnnx(file: Uint8Array, options: OnnxReadOptions = {}): tfl.LayersModel {
  const graph = decodeOnnx(file, options);
  const { maxBytes = Math.max(2 ** 28, 16 * file.length) } = options;
  const network = new Network(maxBytes);
  try {
    const model = new GraphReader(graph, network, options).read();
    describe(model, graph.metadata);
    return model;
  } catch (cause) {
    network.dispose();
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(
      'MALFORMED',
      `readOnnx: expected a graph that TensorFlow.js can build, got: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** The classes that `writeOnnx` notes, as this project's models say it of themselves. */
function describe(model: tfl.LayersModel, metadata: Readonly<Record<string, string>>): void {
  let classNames: unknown;
  try {
    classNames = JSON.parse(metadata.classes ?? 'null');
  } catch {
    return; // other programs may mean something else by the word
  }
  if (Array.isArray(classNames) && classNames.every((name) => typeof name === 'string'))
    model.setUserDefinedMetadata({ googlenet: { classNames } });
}

/** Walks over a graph and makes its layers. */
class GraphReader {
  private readonly values = new Map<string, Feature | FileTensor>();
  private readonly users = new Map<string, OnnxNode[]>();
  private readonly done = new Set<OnnxNode>();
  private readonly outputNames: ReadonlySet<string>;
  private readonly nodes: readonly OnnxNode[];
  private readonly inputs: tfl.SymbolicTensor[] = [];

  constructor(
    private readonly graph: OnnxFile,
    private readonly network: Network,
    private readonly options: OnnxReadOptions,
  ) {
    this.nodes = wantedNodes(graph);
    this.outputNames = new Set(graph.outputs.map(({ name }) => name));
    for (const node of this.nodes)
      for (const name of new Set(node.inputs)) this.users.set(name, [...(this.users.get(name) ?? []), node]);
    graph.initializers.forEach((tensor, name) => this.values.set(name, tensor));
  }

  read(): tfl.LayersModel {
    const { graph, network } = this;
    requireOperations(this.nodes);
    for (const input of graph.inputs) this.values.set(input.name, this.input(input));
    for (const node of this.nodes)
      if (!this.done.has(node)) this.values.set(node.outputs[0], this.value(node));
    const seen = new Set<tfl.SymbolicTensor>(this.inputs);
    const outputs = graph.outputs.map(({ name }) => {
      const tensor = this.output(name);
      const isNew = !seen.has(tensor);
      seen.add(tensor);
      if (isNew) return tensor;
      // Outputs are known by their layers, so each has one of its own.
      const layer = tfl.layers.activation({ name: network.names.unique(name), activation: 'linear' });
      return network.apply(layer, tensor);
    });
    if (outputs.length === 0 || this.inputs.length === 0)
      throw malformed(`${this.inputs.length} inputs and ${outputs.length} outputs`);
    return tfl.model({ name: graph.graphName || 'onnx', inputs: this.inputs, outputs });
  }

  private input({ name, shape }: OnnxValue): Feature {
    const [, ...given] = shape.map((size) => (typeof size === 'number' && size > 0 ? size : null));
    const isImage = given.length === 3;
    const isLast = isImage && this.isTurned(name);
    const sizes = isImage && !isLast ? [given[1], given[2], given[0]] : given;
    const free = this.options.inputShape;
    const known = isImage ? sizes.map((size, axis) => size ?? free?.[axis] ?? null) : sizes;
    const unique = this.network.names.unique(name);
    const input = tfl.input({ name: unique, batchShape: [null, ...known] });
    this.inputs.push(input);
    return isImage && !isLast ? asImage(input) : asIs(input);
  }

  /** Whether images are channels last in the file: the first thing that is done with them is to turn them. */
  private isTurned(name: string, depth = 0): boolean {
    const users = this.users.get(name) ?? [];
    return (
      depth < 16 &&
      users.length > 0 &&
      users.every((user) => {
        if (user.opType === 'Transpose') return String(integersAttribute(user, 'perm')) === '0,3,1,2';
        return (
          /^(Cast|Identity|Add|Sub|Mul|Div)$/.test(user.opType) && this.isTurned(user.outputs[0], depth + 1)
        );
      })
    );
  }

  private value(node: OnnxNode): Feature | FileTensor {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.known(node, name)));
    if (inputs.every((input) => input === undefined || 'dtype' in input)) {
      const folded = foldConstants(node, inputs as FileTensor[], this.network);
      if (folded) return folded;
    }
    const next = this.nextOf(node);
    const batch = this.graph.inputs.at(0)?.shape.at(0);
    let result = node;
    const operation: Operation = {
      node,
      network: this.network,
      name: this.network.names.unique(this.layerName(node)),
      opset: this.graph.opset,
      fixedBatch: typeof batch === 'number' ? batch : undefined,
      inputs,
      next,
      constantNamed: (name) => {
        const value = this.values.get(name);
        return value && 'dtype' in value ? value : undefined;
      },
      takeNext: () => {
        if (next) this.done.add((result = next));
      },
    };
    const read = Object.hasOwn(OPERATIONS, node.opType) ? OPERATIONS[node.opType] : undefined;
    if (!read) throw unsupported(operation, 'constant inputs', 'computed ones');
    const further = node.outputs.slice(1).find((name) => name !== '' && this.isWanted(name));
    if (further !== undefined) throw unsupported(operation, 'one output', `a use of ${show(further)}`);
    try {
      const value = read(operation);
      if (result !== node) this.values.set(result.outputs[0], value);
      return value;
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw malformed(`${node.opType} ${show(node.name)}: ${messageOf(cause)}`, cause);
    }
  }

  private known(node: OnnxNode, name: string): Feature | FileTensor {
    const value = this.values.get(name);
    if (value !== undefined) return value;
    throw malformed(`${node.opType} ${show(node.name)} before its input ${show(name)}`);
  }

  private isWanted(name: string): boolean {
    return this.users.has(name) || this.outputNames.has(name);
  }

  /** The one user of an operation's output. */
  private nextOf({ outputs: [output] }: OnnxNode): OnnxNode | undefined {
    const users = this.users.get(output) ?? [];
    return users.length === 1 && !this.outputNames.has(output) ? users[0] : undefined;
  }

  /** A name that tells where in the file the layer comes from; that of the output, where it is one. */
  private layerName({ opType, name, outputs: [output] }: OnnxNode): string {
    if (this.outputNames.has(output)) return output;
    const path = name || output;
    const [, before, last] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    if (!before) return path;
    const isKind = opType.toLowerCase().endsWith(last.toLowerCase().replace(/_\d+$/, ''));
    return isKind ? before : path;
  }

  private output(name: string): tfl.SymbolicTensor {
    const value = this.values.get(name);
    if (value === undefined || 'dtype' in value)
      throw malformed(`an output ${show(name)} that ${value ? 'is a constant' : 'nothing makes'}`);
    const { axes, tensor } = value;
    const isTurned = String(axes) === '0,3,1,2';
    if (isWhole(value) && (isTurned || axes.every((axis, i) => axis === i))) return tensor;
    const order = axes.length === 4 ? CHANNELS_LAST : axes.map((_, axis) => axis);
    return arranged(this.network, value, order, this.network.names.unique(name));
  }
}

function malformed(what: string, cause?: unknown): FormatError {
  return new FormatError(
    'MALFORMED',
    `readOnnx: expected a graph in which every value is made before it is used, got ${what}. Export the model again.`,
    { cause },
  );
}

/** The operations that the outputs need, in the order of the file. */
function wantedNodes({ nodes, outputs }: OnnxFile): OnnxNode[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const found: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    found.push(node);
    for (const name of node.inputs) wanted.add(name);
  }
  if (found.length > MAX_NODES) {
    throw new FormatError(
      'TOO_LARGE',
      `readOnnx: expected at most ${MAX_NODES} operations, got ${found.length}. Read a smaller network.`,
    );
  }
  return found.reverse();
}

/** Refuses a graph with all operations that have no counterpart, before anything is made. */
function requireOperations(nodes: readonly OnnxNode[]): void {
  const unknown = new Map<string, string[]>();
  for (const { opType, domain, name, outputs } of nodes) {
    const isKnown =
      domain === undefined && (Object.hasOwn(OPERATIONS, opType) || FOLDED_OPERATIONS.includes(opType));
    const kind = domain === undefined ? opType : `${domain}.${opType}`;
    if (!isKnown) unknown.set(kind, [...(unknown.get(kind) ?? []), name || outputs[0]]);
  }
  if (unknown.size === 0) return;
  const list = [...unknown].map(
    ([kind, names]) => `${names.length} ${kind} (${names[0]}${names.length > 1 ? ', ...' : ''})`,
  );
  throw new FormatError(
    'UNSUPPORTED',
    `readOnnx: expected operations of ${Object.keys(OPERATIONS).join(', ')}, got also ${list.join('; ')}. Export the model without them.`,
  );
}
