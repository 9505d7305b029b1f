import { messageOf, show } from '@googlenet-tooling/shared/show';
import type * as tfl from '@tensorflow/tfjs-layers';
import { FormatError } from '../errors';
import { LayerNames } from '../layer-names';
import { countOf } from '../tensors';
import { writeWeight } from '../write-weight';

/** Numbers for one of a layer's weights. */
export interface LayerWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The layers that are made from a file, and the memory that they may take. */
export class Network {
  readonly names = new LayerNames();
  private readonly made: tfl.layers.Layer[] = [];
  private taken = 0;

  /** @param maxBytes - of all weights together, those that are only made on the way among them. */
  constructor(private readonly maxBytes: number) {}

  /** Asks for memory before it is taken, for a layer or an operation of this name; gives the count of float32 numbers. */
  reserve(shape: readonly number[], name: string): number {
    const where = `readOnnx(${show(name)})`;
    const count = countOf(shape, where);
    this.taken += 4 * count;
    if (this.taken > this.maxBytes) {
      throw new FormatError(
        'TOO_LARGE',
        `${where}: expected weights of at most ${this.maxBytes} bytes together, got more. Raise maxBytes if you trust the file.`,
      );
    }
    return count;
  }

  /** Applies a layer and gives it its weights, in the order in which TensorFlow.js has them. */
  apply(
    layer: tfl.layers.Layer,
    inputs: tfl.SymbolicTensor | tfl.SymbolicTensor[],
    weights: readonly LayerWeight[] = [],
  ): tfl.SymbolicTensor {
    this.made.push(layer);
    let output: tfl.SymbolicTensor;
    try {
      output = layer.apply(inputs) as tfl.SymbolicTensor;
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError(
        'UNSUPPORTED',
        `readOnnx(${show(layer.name)}): expected what a layer of TensorFlow.js can do, got: ${messageOf(cause)}`,
        { cause },
      );
    }
    weights.forEach(({ shape, values }, i) => writeWeight(layer.weights[i], values, shape));
    return output;
  }

  /** Frees what was made, where the file turns out to be of no use. */
  dispose(): void {
    for (const layer of this.made) if (layer.built) layer.dispose();
  }
}
