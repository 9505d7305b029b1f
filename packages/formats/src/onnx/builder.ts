import type * as tf from '@tensorflow/tfjs-core';
import type { LazyPart } from '../parts';
import { quantizeKernel, ZERO_POINT, type Quantization } from '../quantize';
import { countOf, encodeFloats, floatTensor, integerTensor, permute } from '../tensors';
import type { OnnxAttribute, OnnxNode } from './schema';
import type { OnnxInitializer } from './tensor-proto';

/** A tensor of the graph that is being built. */
export interface Value {
  readonly name: string;
  /** Sizes as in the layers model: feature maps are `[batch, height, width, channels]`. */
  readonly shape: readonly (number | null)[];
  /** Whether the graph holds it with the channels second. True of every tensor of four axes between layers. */
  readonly channelsFirst: boolean;
}

/** A weight of the graph: where its numbers come from and how they lie. */
export interface Constant {
  readonly name: string;
  /** Sizes of what `read` gives. */
  readonly shape: readonly number[];
  /** Axes of the stored tensor; default: as they are. */
  readonly order?: readonly number[];
  /** Sizes of the stored tensor; default: those of `shape` in the new order. */
  readonly stored?: readonly number[];
  readonly read: () => Promise<Float32Array>;
}

/** Collects nodes and weights under names that are used once. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  private readonly names = new Map<string, number>();

  constructor(private readonly quantization?: Quantization) {}

  /** The name, numbered from its second use on. */
  unique(name: string): string {
    const uses = (this.names.get(name) ?? 0) + 1;
    this.names.set(name, uses);
    return uses === 1 ? name : this.unique(`${name}_${uses}`);
  }

  /** Adds an operation with one output; gives the output's name. */
  node(
    opType: string,
    inputs: readonly string[],
    options: { name: string; attributes?: Record<string, OnnxAttribute>; domain?: string },
  ): string {
    const name = this.unique(options.name);
    this.nodes.push({ opType, name, inputs, outputs: [name], attributes: options.attributes ?? {} });
    return name;
  }

  /** Gives a tensor another name wherever it stands. */
  rename(from: string, to: string): void {
    if (this.names.has(to)) this.replace(to, this.unique(to));
    this.unique(to);
    this.replace(from, to);
  }

  private replace(from: string, to: string): void {
    const swap = (names: readonly string[]) => names.map((name) => (name === from ? to : name));
    this.nodes.forEach((node, i) => {
      this.nodes[i] = { ...node, inputs: swap(node.inputs), outputs: swap(node.outputs) };
    });
  }

  /** Adds integers that an operation takes as an input. */
  integers(name: string, values: readonly number[]): string {
    const unique = this.unique(name);
    this.initializers.push({ name: unique, ...integerTensor(values) });
    return unique;
  }

  /** Adds float32 numbers that are known. */
  floats(name: string, values: Float32Array, shape: readonly number[]): string {
    const unique = this.unique(name);
    this.initializers.push({ name: unique, ...floatTensor(values, shape) });
    return unique;
  }

  /** Adds a weight; its numbers are read when the file is put together. */
  constant(constant: Constant): string {
    const { stored, lazy } = describe(constant, 'F32');
    const name = this.unique(constant.name);
    this.initializers.push({ name, dtype: 'F32', shape: stored, data: lazy });
    return name;
  }

  /** Adds a kernel, in fewer bits where that is wanted. `axis` is that of its output channels, as it is stored. */
  async kernel(constant: Constant, axis: number): Promise<string> {
    if (this.quantization === undefined) return this.constant(constant);
    const { stored, lazy } = describe(constant, this.quantization === 'float16' ? 'F16' : 'F32');
    if (this.quantization === 'float16') {
      const half = this.unique(`${constant.name}/float16`);
      this.initializers.push({ name: half, dtype: 'F16', shape: stored, data: lazy });
      return this.node('Cast', [half], { name: constant.name, attributes: { to: 1 } });
    }
    const bytes = new Uint8Array(lazy.byteLength);
    await lazy.fill(bytes);
    const inner = stored.slice(axis + 1).reduce((product, size) => product * size, 1);
    const { data, scales } = quantizeKernel(
      new Float32Array(bytes.buffer),
      stored[axis],
      (i) => Math.floor(i / inner) % stored[axis],
    );
    const quantized = this.unique(`${constant.name}/uint8`);
    this.initializers.push({ name: quantized, dtype: 'U8', shape: stored, data });
    const zeros = this.unique(`${constant.name}/zero_point`);
    this.initializers.push({
      name: zeros,
      dtype: 'U8',
      shape: [scales.length],
      data: new Uint8Array(scales.length).fill(ZERO_POINT),
    });
    const inputs = [quantized, this.floats(`${constant.name}/scale`, scales, [scales.length]), zeros];
    return this.node('DequantizeLinear', inputs, { name: constant.name, attributes: { axis } });
  }
}

function describe(
  { shape, order, stored, read }: Constant,
  dtype: 'F32' | 'F16',
): { stored: readonly number[]; lazy: LazyPart } {
  const lazy: LazyPart = {
    byteLength: countOf(shape, 'writeOnnx') * (dtype === 'F32' ? 4 : 2),
    fill: async (target) => {
      const values = await read();
      encodeFloats(order ? permute(values, shape, order) : values, dtype, target);
    },
  };
  return { stored: stored ?? (order ? order.map((axis) => shape[axis]) : shape), lazy };
}

/** The numbers of a tensor, float32. */
export async function numbersOf(tensor: tf.Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}
