import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors';
import type { Engine } from './engine';

const PACKAGE = '@googlenet/backend-wasm';

/** What the trainer needs of `@googlenet/backend-wasm`. */
interface WasmModule {
  useWasm?(options?: { threads?: number }): Promise<Record<string, unknown>>;
  trainableStockWasm?(): Promise<unknown>;
}

async function load(): Promise<WasmModule> {
  return (await import(PACKAGE)) as WasmModule;
}

/** WebAssembly with SIMD and threads: works wherever Node does. */
export const wasm: Engine = {
  name: 'wasm',
  title: 'WebAssembly SIMD (@googlenet/backend-wasm); nothing native',
  async probe() {
    try {
      const module = await load();
      return typeof (module.useWasm ?? module.trainableStockWasm) === 'function' ? { available: true } : { available: false, reason: `${PACKAGE} has no useWasm` };
    } catch (error) {
      return { available: false, reason: `${PACKAGE} does not load: ${messageOf(error)}` };
    }
  },
  async use({ threads }) {
    const module = await load();
    if (module.useWasm === undefined) {
      await import('@tensorflow/tfjs-backend-wasm' as string);
      await tf.setBackend('wasm');
      await module.trainableStockWasm?.();
      return { name: 'wasm', backend: tf.getBackend(), detail: 'stock kernels' };
    }
    const info = await module.useWasm(threads === undefined ? {} : { threads });
    await tf.ready();
    const facts = Object.entries(info).filter(([key]) => key !== 'backend');
    return { name: 'wasm', backend: tf.getBackend(), detail: facts.map(([key, value]) => `${key} ${String(value)}`).join(', ') };
  },
};
