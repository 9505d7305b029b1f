const PAGE_BYTES = 65536;
const ALIGNMENT = 64;
/** Bytes behind the last block that vector loads may touch. */
const SLACK_BYTES = 256;

interface Block {
  pointer: number;
  bytes: number;
}

/** Rounds up to a size class: steps of 64 bytes, from 1 KiB on an eighth of a power of two. */
function classBytes(bytes: number): number {
  if (bytes <= 1024) return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  const unit = Math.max(ALIGNMENT, step);
  return Math.ceil(bytes / unit) * unit;
}

/**
 * Blocks of one WebAssembly memory, pooled by size class: a program that repeats its steps allocates once.
 *
 * Views (`f32`, `i32`) are replaced when the memory grows, so callers take them anew after every allocation.
 */
export class Heap {
  f32: Float32Array;
  i32: Int32Array;
  private readonly free = new Map<number, number[]>();
  private readonly used = new Map<number, number>();
  private loose: Block[] = [];
  private top: number;
  private usedBytes = 0;
  private freeBytes = 0;

  /**
   * @param memory - shared or not; it may grow
   * @param base - first byte that may be given out
   * @param maximumBytes - never grow beyond this
   */
  constructor(
    readonly memory: WebAssembly.Memory,
    base: number,
    private readonly maximumBytes: number,
  ) {
    this.top = Math.ceil(base / ALIGNMENT) * ALIGNMENT;
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
  }

  /** Bytes given out, bytes kept for reuse, and the size of the memory. */
  get statistics(): { usedBytes: number; freeBytes: number; heapBytes: number } {
    return { usedBytes: this.usedBytes, freeBytes: this.freeBytes, heapBytes: this.memory.buffer.byteLength };
  }

  /** Whether at most half of what may be used is, with `bytes` more: room for what could be done without. */
  hasPlenty(bytes: number): boolean {
    return this.usedBytes + bytes <= this.maximumBytes / 2;
  }

  /**
   * @param bytes - wanted size
   * @param what - for the error message
   * @returns the address of at least `bytes` bytes, 64-byte aligned, not cleared
   * @throws {RangeError} when the memory cannot grow enough
   */
  allocate(bytes: number, what: string): number {
    const size = classBytes(bytes);
    const pointer = this.free.get(size)?.pop() ?? this.takeLoose(size);
    if (pointer !== undefined) {
      this.freeBytes -= size;
      return this.hand(pointer, size);
    }
    if (this.top + size + SLACK_BYTES > this.memory.buffer.byteLength) {
      if (this.freeBytes >= size && this.freeBytes > this.memory.buffer.byteLength / 4) {
        const merged = this.reuse(size);
        if (merged !== undefined) return this.hand(merged, size);
      }
      if (!this.grow(this.top + size + SLACK_BYTES)) {
        const merged = this.reuse(size);
        if (merged !== undefined) return this.hand(merged, size);
        throw new RangeError(
          `googlenet-wasm: expected room for ${bytes} bytes (${what}), got a heap of ${this.memory.buffer.byteLength} bytes ` +
            `with ${this.usedBytes} in use and a limit of ${this.maximumBytes}. Use a smaller batch or dispose tensors.`,
        );
      }
    }
    const fresh = this.top;
    this.top += size;
    return this.hand(fresh, size);
  }

  /** Gives a block back to the pool. */
  release(pointer: number): void {
    const size = this.used.get(pointer);
    if (size === undefined)
      throw new Error(`googlenet-wasm: expected an allocated block, got address ${pointer}.`);
    this.used.delete(pointer);
    this.usedBytes -= size;
    this.freeBytes += size;
    const list = this.free.get(size);
    if (list) list.push(pointer);
    else this.free.set(size, [pointer]);
  }

  private hand(pointer: number, size: number): number {
    this.used.set(pointer, size);
    this.usedBytes += size;
    return pointer;
  }

  private takeLoose(size: number): number | undefined {
    const index = this.loose.findIndex((block) => block.bytes >= size);
    if (index < 0) return undefined;
    const block = this.loose[index];
    const pointer = block.pointer;
    block.pointer += size;
    block.bytes -= size;
    if (block.bytes === 0) this.loose.splice(index, 1);
    return pointer;
  }

  /** Merges neighbouring free blocks and tries again. */
  private reuse(size: number): number | undefined {
    const blocks = [...this.loose];
    for (const [bytes, pointers] of this.free)
      for (const pointer of pointers) blocks.push({ pointer, bytes });
    this.free.clear();
    blocks.sort((a, b) => a.pointer - b.pointer);
    this.loose = [];
    for (const block of blocks) {
      const last = this.loose.at(-1);
      if (last && last.pointer + last.bytes === block.pointer) last.bytes += block.bytes;
      else this.loose.push({ ...block });
    }
    const pointer = this.takeLoose(size);
    if (pointer !== undefined) this.freeBytes -= size;
    return pointer;
  }

  /** Grows by at least an eighth, or by just enough near the limit. */
  private grow(bytes: number): boolean {
    const now = this.memory.buffer.byteLength;
    const wanted = Math.min(this.maximumBytes, Math.max(bytes, now + now / 8));
    if (bytes > this.maximumBytes) return false;
    for (const target of [wanted, bytes]) {
      try {
        this.memory.grow(Math.ceil((target - now) / PAGE_BYTES));
        this.f32 = new Float32Array(this.memory.buffer);
        this.i32 = new Int32Array(this.memory.buffer);
        return true;
      } catch {
        // Try the smaller step, then report.
      }
    }
    return false;
  }
}
