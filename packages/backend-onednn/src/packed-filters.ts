import type * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { packingGeneration } from './packing-generation';

type DataId = tf.TensorInfo['dataId'];

interface Entry {
  key: string;
  /** Empty where packing brings nothing; missing before the second call with the same filter. */
  packed?: Float32Array;
}

/**
 * Filters in the layout that their convolution reads, kept as long as their tensor: inference then rearranges every filter once.
 * A filter is packed when it comes for the second time with the same shapes, so that training, which changes it each step, never pays.
 */
export class PackedFilters {
  private readonly entries = new WeakMap<DataId, Entry>();

  constructor(private readonly addon: Addon) {}

  /** The packed form of a filter, or nothing. */
  find(
    dataId: DataId,
    filter: Float32Array,
    shape: Int32Array,
    bias: boolean,
    fused: number,
  ): Float32Array | null {
    const key = `${packingGeneration()}:${shape.join()},${Number(bias)},${fused}`;
    const entry = this.entries.get(dataId);
    if (entry?.key !== key) {
      this.entries.set(dataId, { key });
      return null;
    }
    entry.packed ??= this.pack(filter, shape, bias, fused);
    return entry.packed.length > 0 ? entry.packed : null;
  }

  /** The tensor's values change. */
  delete(dataId: DataId): void {
    this.entries.delete(dataId);
  }

  private pack(filter: Float32Array, shape: Int32Array, bias: boolean, fused: number): Float32Array {
    const length = this.addon.packedSize(shape, Number(bias), fused);
    if (length === 0) return new Float32Array(0);
    const packed = new Float32Array(this.addon.allocate(length * Float32Array.BYTES_PER_ELEMENT));
    this.addon.packFilter(shape, Number(bias), fused, filter, packed);
    return packed;
  }
}
