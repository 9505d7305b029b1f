/** Below this many bytes memory comes from JavaScript and goes to its garbage collector. */
export const SMALLEST_POOLED_BYTES = 16_384;

/**
 * Aligned memory that is taken from the system once and then handed out again and again, so that a training step in its
 * steady state never touches fresh pages. Block sizes are rounded up to an eighth of a power of two.
 */
export class BufferPool {
  private readonly free = new Map<number, ArrayBuffer[]>();
  private readonly owned = new WeakSet<object>();

  /** @param allocate - gives an aligned ArrayBuffer of that many bytes */
  constructor(private readonly allocate: (bytes: number) => ArrayBuffer) {}

  /** An array of `length` values that hold anything at all. */
  take(length: number): Float32Array {
    const bytes = length * 4;
    if (bytes < SMALLEST_POOLED_BYTES) return new Float32Array(length);
    const size = roundUp(bytes);
    let buffer = this.free.get(size)?.pop();
    if (buffer === undefined) {
      buffer = this.allocate(size);
      this.owned.add(buffer);
    }
    return new Float32Array(buffer, 0, length);
  }

  /** Whether this pool's memory is behind the array. */
  owns(values: ArrayBufferView): boolean {
    return this.owned.has(values.buffer);
  }

  /** Takes back what {@link take} gave; nobody may use it any more. Other arrays are ignored. */
  give(values: ArrayBufferView): void {
    const buffer = values.buffer as ArrayBuffer;
    if (!this.owned.has(buffer)) return;
    const list = this.free.get(buffer.byteLength);
    if (list === undefined) this.free.set(buffer.byteLength, [buffer]);
    else list.push(buffer);
  }

  /** Forgets the memory that is free; the garbage collector returns it to the system. */
  clear(): void {
    this.free.clear();
  }
}

function roundUp(bytes: number): number {
  const step = 2 ** Math.max(12, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
