import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { WasmBackend } from './backend';
import { BACKEND_NAME, inheritKernels, replaceKernel } from './kernels/register';
import { kernels } from './kernels';
import { hasRelaxedSimd, hasSimd, nodeBuiltin, type Simd } from './runtime/module';
import { Runtime } from './runtime/runtime';

/** Options of {@link useWasm}. */
export interface WasmOptions {
  /** Threads, the caller's own included. Default: the processor's cores, at most 8. */
  threads?: number;
  /** Instruction set. Default `'auto'`: relaxed SIMD where the runtime has it, else plain SIMD. */
  simd?: 'auto' | Simd;
  /**
   * Whether 3x3 and 5x5 convolutions at stride 1 may go by Winograd's algorithm: two to four times as fast, with about five times
   * the rounding error (5e-6 of the largest output). Default true.
   */
  winograd?: boolean;
  /** Limit of the engine's memory in bytes. Default: 4 GiB, or what the runtime grants. */
  maximumBytes?: number;
  /** URL of a script with `workerSource`, for pages that forbid `blob:` workers. */
  workerUrl?: string | URL;
}

/** What {@link useWasm} started. */
export interface WasmInfo {
  backend: 'googlenet-wasm';
  simd: Simd;
  /** Threads at work. */
  threads: number;
  /** Why there are fewer threads than asked for. */
  threadsNote?: string;
}

const MOST_THREADS = 8;
let running: { runtime: Runtime; wanted: string } | undefined;

/**
 * Starts the engine, registers it as the TensorFlow.js backend `googlenet-wasm` and makes it the current one.
 *
 * Every tfjs program can use it: kernels that it does not replace are the cpu backend's. A second call with the same
 * options only makes it current again; with others it starts anew, which ends the tensors of the first.
 * @throws {RangeError} if an option is out of range
 * @throws {Error} if the runtime has no WebAssembly SIMD
 */
export async function useWasm(options: WasmOptions = {}): Promise<WasmInfo> {
  const threads = options.threads ?? Math.min(MOST_THREADS, cores());
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new RangeError(
      `useWasm: expected threads to be an integer from 1 to 64, got ${threads}. Leave it out for one per core.`,
    );
  }
  const simd = chooseSimd(options.simd ?? 'auto');
  const { winograd = true, maximumBytes, workerUrl } = options;
  const wanted = JSON.stringify([threads, simd, winograd, maximumBytes, workerUrl]);
  if (running?.wanted !== wanted) {
    const runtime = await Runtime.create({ simd, threads, winograd, maximumBytes, workerUrl });
    registerKernels();
    if (running) tf.removeBackend(BACKEND_NAME);
    tf.registerBackend(BACKEND_NAME, () => new WasmBackend(runtime), 4);
    running = { runtime, wanted };
  }
  await tf.setBackend(BACKEND_NAME);
  await tf.ready();
  const { runtime } = running;
  return {
    backend: BACKEND_NAME,
    simd,
    threads: runtime.threads,
    ...(runtime.threadsNote && { threadsNote: runtime.threadsNote }),
  };
}

let kernelsRegistered = false;

function registerKernels(): void {
  if (kernelsRegistered) return;
  kernelsRegistered = true;
  inheritKernels();
  kernels.forEach(replaceKernel);
}

function chooseSimd(wanted: 'auto' | Simd): Simd {
  if (!hasSimd()) {
    throw new Error(
      'useWasm: expected WebAssembly SIMD, got a runtime without it. Use a browser from 2023 on, or Node 20.19 or newer.',
    );
  }
  if (wanted === 'simd') return 'simd';
  if (hasRelaxedSimd()) return 'relaxed';
  if (wanted === 'relaxed') {
    throw new Error('useWasm: expected relaxed SIMD, got a runtime without it. Use simd: "auto".');
  }
  return 'simd';
}

function cores(): number {
  const os = nodeBuiltin<{ availableParallelism(): number }>('os');
  if (os) return os.availableParallelism();
  return (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}
