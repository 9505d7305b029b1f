import { inheritKernels, replaceKernel } from '@googlenet-tooling/shared/replace-kernel';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { WasmBackend } from './backend';
import { BACKEND_NAME } from './kernels/register';
import { kernels } from './kernels';
import { readOptions, type WasmOptions } from './options';
import type { Simd } from './runtime/module';
import { Runtime } from './runtime/runtime';

/** What {@link useWasm} started. */
export interface WasmInfo {
  backend: 'googlenet-wasm';
  simd: Simd;
  /** Threads at work. */
  threads: number;
  precision: 'float32';
  /** Whether no algorithm trades digits for speed. */
  exact: boolean;
  /** Why there are fewer threads than asked for. */
  threadsNote?: string;
}

export type { WasmOptions };

let running: { runtime: Runtime; wanted: string } | undefined;

/**
 * Starts the engine, registers it as the TensorFlow.js backend `googlenet-wasm` and makes it the current one.
 *
 * Every tfjs program can use it: kernels that it does not replace are the cpu backend's. A second call with the same
 * options only makes it current again; with others it starts anew, which ends the tensors of the first.
 * @throws {RangeError} that names every option that is unknown or out of range
 * @throws {Error} if the runtime has no WebAssembly SIMD
 */
export async function useWasm(options: WasmOptions = {}): Promise<WasmInfo> {
  const settings = readOptions(options);
  const wanted = JSON.stringify(Object.values(settings));
  if (running?.wanted !== wanted) {
    const runtime = await Runtime.create(settings);
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
    simd: runtime.simd,
    threads: runtime.threads,
    precision: 'float32',
    exact: !runtime.winograd,
    ...(runtime.threadsNote && { threadsNote: runtime.threadsNote }),
  };
}

let kernelsRegistered = false;

function registerKernels(): void {
  if (kernelsRegistered) return;
  kernelsRegistered = true;
  inheritKernels(BACKEND_NAME);
  for (const kernel of kernels) replaceKernel(BACKEND_NAME, kernel);
}
