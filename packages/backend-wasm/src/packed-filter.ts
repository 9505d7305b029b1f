import type { Heap } from './runtime/heap';

/** A filter in the layout that its convolution reads. */
export interface Packed {
  pointer: number;
  /** Whether the filter lies there already; else the caller packs it now. */
  ready: boolean;
  /** Whether it stays for the next call; else the caller releases it. */
  kept: boolean;
}

/**
 * The packed form of one filter, kept as long as its tensor: inference then packs every filter once.
 * It is kept from the second call with the same key on, so that training, which changes filters at every step, keeps nothing.
 */
export class PackedFilter {
  private key = '';
  private pointer = 0;

  constructor(private readonly heap: Heap) {}

  /** Whether the last call had this key: the next {@link take} keeps what it packs, or has it. */
  isKnown(key: string): boolean {
    return this.key === key;
  }

  /** A call with this key read the filter as it is. */
  note(key: string): void {
    this.forget();
    this.key = key;
  }

  /**
   * Room for the packed filter.
   *
   * @param key - whatever the layout depends on
   */
  take(key: string, bytes: number, what: string): Packed {
    if (!this.isKnown(key)) {
      this.note(key);
      return { pointer: this.heap.allocate(bytes, what), ready: false, kept: false };
    }
    if (this.pointer) return { pointer: this.pointer, ready: true, kept: true };
    const kept = this.heap.hasPlenty(bytes);
    const pointer = this.heap.allocate(bytes, what);
    if (kept) this.pointer = pointer;
    return { pointer, ready: false, kept };
  }

  /** The filter changes. */
  forget(): void {
    if (this.pointer) this.heap.release(this.pointer);
    this.pointer = 0;
    this.key = '';
  }
}

/** Room for a filter that is packed for one call. */
export function unkept(heap: Heap, bytes: number, what: string): Packed {
  return { pointer: heap.allocate(bytes, what), ready: false, kept: false };
}
