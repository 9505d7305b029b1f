import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './row';

async function startWasm(threads: number, simd: 'auto' | 'simd'): Promise<void> {
  const { useWasm } = await import('@googlenet/backend-wasm');
  const info = await useWasm({ threads, simd });
  if (info.threads !== threads)
    throw new Error(
      `bench(wasm): expected ${threads} threads, got ${info.threads}: ${info.threadsNote ?? ''}.`,
    );
}

function wasm(threads: number, simd: 'auto' | 'simd'): Engine {
  return { network: 'project', threads, start: () => startWasm(threads, simd) };
}

async function startOneDnn(precision: 'float32' | 'bf16', threads?: number): Promise<void> {
  const { isAvailable, setPrecision, setThreads } = await import('@googlenet/backend-onednn');
  const { available, reason } = isAvailable();
  if (!available)
    throw new Error(`bench(onednn): expected the native engine, got none: ${reason ?? 'no reason given'}.`);
  await start('onednn');
  setPrecision(precision);
  if (threads !== undefined) setThreads(threads);
}

async function start(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend)))
    throw new Error(`bench: expected the backend "${backend}" to start, got a refusal.`);
  await tf.ready();
}

/** Optional, and without types where it is not installed. */
const TFJS_NODE = '@tensorflow/tfjs-node';

/** Engines that run in this process's own kind, by row name. */
export const ENGINES: Record<string, Engine> = {
  cpu: {
    network: 'project',
    threads: 1,
    async start() {
      await import('@tensorflow/tfjs-backend-cpu');
      await start('cpu');
    },
  },
  'stock-wasm': {
    network: 'stock',
    threads: 1,
    async start() {
      await import('@tensorflow/tfjs-backend-wasm');
      const { trainableStockWasm } = await import('@googlenet/backend-wasm');
      trainableStockWasm();
      await start('wasm');
    },
  },
  'tfjs-node': {
    network: 'stock',
    async start() {
      await import(TFJS_NODE);
      await start('tensorflow');
    },
  },
  'wasm-1-plain': wasm(1, 'simd'),
  'wasm-1': wasm(1, 'auto'),
  'wasm-2-plain': wasm(2, 'simd'),
  'wasm-2': wasm(2, 'auto'),
  'onednn-1': { network: 'project', threads: 1, start: () => startOneDnn('float32', 1) },
  onednn: { network: 'project', start: () => startOneDnn('float32') },
  'onednn-avx2': { network: 'project', start: () => startOneDnn('float32') },
  'onednn-bf16': { network: 'project', start: () => startOneDnn('bf16') },
};
