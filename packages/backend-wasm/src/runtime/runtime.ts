import { blockWriters, type WriteBlock } from '../generated/blocks';
import { Heap } from './heap';
import { compileModule, type Simd, type WasmFunction } from './module';
import { startThread, type Thread } from './threads';
import { ARGUMENTS, CLOSED, Control, GENERATION_SHIFT, HEAP_BASE, SPIN_TURNS } from './worker-source';

const MAXIMUM_PAGES = [65536, 32768, 16384, 8192];
const INITIAL_PAGES = 256;
const PAGE_BYTES = 65536;
const SCRATCH_BYTES = 1 << 20;

export interface RuntimeOptions {
  simd: Simd;
  threads: number;
  winograd: boolean;
  maximumBytes?: number;
  workerUrl?: string | URL;
}

type Layout = Record<string, string | number>;

/** The compiled module, its memory and its threads. */
export class Runtime {
  readonly heap: Heap;
  private readonly functions = new Map<string, { index: number; run: WasmFunction }>();
  private readonly control: Int32Array;
  private scratchPointer = 0;
  private scratchBytes = 0;
  private zerosPointer = 0;
  private zerosFloats = 0;
  private workers: Thread[] = [];
  private mayWait = true;
  /** Why there are fewer threads than asked for. */
  threadsNote: string | undefined;

  private constructor(
    readonly simd: Simd,
    /** Whether convolutions may go by Winograd's algorithm. */
    readonly winograd: boolean,
    readonly memory: WebAssembly.Memory,
    readonly shared: boolean,
    maximumBytes: number,
    readonly module: WebAssembly.Module,
  ) {
    this.heap = new Heap(memory, HEAP_BASE, maximumBytes);
    this.control = new Int32Array(memory.buffer, 0, 64);
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } });
    Object.keys(exports)
      .filter((name) => typeof exports[name] === 'function')
      .sort()
      .forEach((name, index) =>
        this.functions.set(name, { index, run: exports[name] as unknown as WasmFunction }),
      );
  }

  /** Compiles, takes memory, starts the threads. Fewer threads than asked for are no error: see `threadsNote`. */
  static async create(options: RuntimeOptions): Promise<Runtime> {
    const canShare = typeof SharedArrayBuffer !== 'undefined';
    const wantsThreads = options.threads > 1;
    const shared = wantsThreads && canShare;
    const module = await compileModule(options.simd, shared);
    const { memory, maximumBytes } = takeMemory(shared, options.maximumBytes);
    const runtime = new Runtime(options.simd, options.winograd, memory, shared, maximumBytes, module);
    if (wantsThreads && !canShare) {
      runtime.threadsNote =
        'shared memory is missing: the page must be cross-origin isolated (COOP and COEP headers)';
    }
    if (shared) await runtime.startThreads(options.threads, options.workerUrl);
    return runtime;
  }

  /** Rows of the module's register tile. */
  get registerRows(): number {
    return this.simd === 'relaxed' ? 6 : 4;
  }

  /** Threads that work on a job, the caller's own included. */
  get threads(): number {
    return this.workers.length + 1;
  }

  /**
   * Runs an exported function over `units`, on all threads when there is enough to do.
   *
   * @param layout - the enum of the function's argument block, of `assembly/blocks.ts`
   * @param block - all its fields: integers and addresses; those whose name ends with `F` are numbers that the kernel reads as floats
   * @param grain - units taken at a time; the result must not depend on who takes them
   */
  call<Block extends Layout>(
    name: string,
    layout: Block,
    block: Readonly<Record<keyof Block & string, number>>,
    units: number,
    grain?: number,
  ): void {
    const { i32, f32 } = this.heap;
    writerOf(layout)(i32, f32, ARGUMENTS >> 2, block);
    this.run(name, units, grain);
  }

  private run(name: string, units: number, grain = Math.max(1, Math.ceil(units / (this.threads * 8)))): void {
    const target = this.functions.get(name);
    if (!target) throw new Error(`googlenet-wasm: expected an exported function, got "${name}".`);
    if (this.workers.length === 0 || grain >= units) {
      target.run(ARGUMENTS, 0, units, 0);
      return;
    }
    this.runShared(target, units, grain);
  }

  /** Scratch of at least `bytes` for every thread; contents last until the next call. */
  scratch(bytesPerThread: number): { pointer: number; bytes: number } {
    const bytes = Math.ceil((bytesPerThread + 256) / 4096) * 4096 + 64;
    if (bytes * this.threads > this.scratchBytes) {
      if (this.scratchPointer) this.heap.release(this.scratchPointer);
      this.scratchBytes = Math.max(SCRATCH_BYTES, bytes * this.threads);
      this.scratchPointer = this.heap.allocate(this.scratchBytes, 'scratch');
    }
    return { pointer: this.scratchPointer, bytes };
  }

  /** The address of at least `floats` zeros. */
  zeros(floats: number): number {
    if (floats + 16 > this.zerosFloats) {
      if (this.zerosPointer) this.heap.release(this.zerosPointer);
      this.zerosFloats = Math.max(4096, 2 * floats + 16);
      this.zerosPointer = this.heap.allocate(this.zerosFloats * 4, 'zero padding');
      this.heap.f32.fill(0, this.zerosPointer >>> 2, (this.zerosPointer >>> 2) + this.zerosFloats);
    }
    return this.zerosPointer;
  }

  /** Ends the workers. The memory goes with the last reference to it. */
  dispose(): void {
    if (this.workers.length === 0) return;
    Atomics.store(this.control, Control.STOP, 1);
    Atomics.add(this.control, Control.GENERATION, 1);
    Atomics.notify(this.control, Control.GENERATION);
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
  }

  private async startThreads(threads: number, workerUrl?: string | URL): Promise<void> {
    const names = [...this.functions.keys()];
    const starts = Array.from({ length: threads - 1 }, (_, i) =>
      startThread({ module: this.module, memory: this.memory, names, thread: i + 1 }, workerUrl),
    );
    const started = await Promise.allSettled(starts);
    for (const result of started) {
      if (result.status === 'fulfilled') this.workers.push(result.value);
      else this.threadsNote = result.reason instanceof Error ? result.reason.message : String(result.reason);
    }
    if (this.workers.length !== threads - 1) {
      for (const worker of this.workers) worker.terminate();
      this.workers = [];
    }
    try {
      Atomics.wait(this.control, Control.STOP, 1, 0);
    } catch {
      this.mayWait = false;
    }
  }

  /** Ends the job: no worker may join any more. Spins, then sleeps in short naps where the thread may, until those that have are done. */
  private awaitWorkers(): void {
    const all = Atomics.or(this.control, Control.JOINED, CLOSED) & (CLOSED - 1);
    for (let turn = 0; ; turn++) {
      const done = Atomics.load(this.control, Control.DONE);
      if (done >= all) return;
      if (this.mayWait && turn > SPIN_TURNS) Atomics.wait(this.control, Control.DONE, done, 1);
    }
  }

  private runShared(target: { index: number; run: WasmFunction }, units: number, grain: number): void {
    const { control } = this;
    control[Control.FUNCTION] = target.index;
    control[Control.UNITS] = units;
    control[Control.GRAIN] = grain;
    Atomics.store(control, Control.NEXT, 0);
    Atomics.store(control, Control.DONE, 0);
    const generation = Atomics.load(control, Control.GENERATION) + 1;
    Atomics.store(control, Control.JOINED, generation << GENERATION_SHIFT);
    Atomics.store(control, Control.GENERATION, generation);
    if (Atomics.load(control, Control.SLEEPERS) > 0) Atomics.notify(control, Control.GENERATION);
    try {
      for (let unit; (unit = Atomics.add(control, Control.NEXT, grain)) < units;) {
        target.run(ARGUMENTS, unit, Math.min(units, unit + grain), 0);
      }
    } finally {
      this.awaitWorkers();
    }
    if (Atomics.exchange(control, Control.FAILED, 0)) {
      throw new Error(
        'googlenet-wasm: expected every thread to finish its part, got a trap in a worker. Please report this.',
      );
    }
  }
}

/** The largest memory that the runtime grants, from 4 GiB downwards. */
function takeMemory(shared: boolean, limit?: number): { memory: WebAssembly.Memory; maximumBytes: number } {
  const wanted = limit === undefined ? Infinity : Math.max(INITIAL_PAGES, Math.floor(limit / PAGE_BYTES));
  let reason: unknown;
  for (const maximum of MAXIMUM_PAGES) {
    try {
      const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
      return {
        memory,
        maximumBytes: Math.min(maximum, wanted) * PAGE_BYTES - (maximum === 65536 ? PAGE_BYTES : 0),
      };
    } catch (error) {
      reason = error;
    }
  }
  throw new RangeError(
    'googlenet-wasm: expected room for a WebAssembly memory of 512 MiB, got none. Free memory and try again.',
    {
      cause: reason,
    },
  );
}

/** What writes a block of this layout; made by scripts/generate.mjs, field by field, since it runs at every call of a kernel. */
function writerOf(layout: object): WriteBlock {
  const write = blockWriters.get(layout);
  if (!write) throw new Error('googlenet-wasm: expected a layout of assembly/blocks.ts, got another enum.');
  return write;
}
