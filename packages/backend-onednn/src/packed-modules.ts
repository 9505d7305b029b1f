import type * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { packingGeneration } from './packing-generation';

type DataId = tf.TensorInfo['dataId'];

interface Entry {
  readonly key: string;
  readonly weights: readonly DataId[];
  readonly packed: Float32Array;
}

/** A module's kernels and biases as one array in the layout that inference reads, kept as long as the first of them. */
export class PackedModules {
  private readonly entries = new WeakMap<DataId, Entry>();

  constructor(private readonly addon: Addon) {}

  /**
   * @param key - what the layout depends on
   * @param weights - all tensors that are packed
   * @param length - floats of the packed array
   */
  find(
    key: string,
    weights: readonly DataId[],
    length: number,
    pack: (packed: Float32Array) => void,
  ): Float32Array {
    const whole = `${packingGeneration()}:${key}`;
    const found = this.entries.get(weights[0]);
    const isSame =
      found?.weights.length === weights.length && found.weights.every((id, i) => id === weights[i]);
    if (isSame && found.key === whole) return found.packed;
    const packed = new Float32Array(this.addon.allocate(length * Float32Array.BYTES_PER_ELEMENT));
    pack(packed);
    const entry = { key: whole, weights, packed };
    for (const id of weights) this.entries.set(id, entry);
    return packed;
  }

  /** The values of a tensor change. */
  delete(dataId: DataId): void {
    const entry = this.entries.get(dataId);
    for (const id of entry?.weights ?? []) if (this.entries.get(id) === entry) this.entries.delete(id);
  }
}
