import type { WasmInfo } from '@googlenet/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors';
import type { Engine } from './engine';

const load = () => import('@googlenet/backend-wasm');

/** WebAssembly with SIMD and threads: works wherever Node does. */
export const wasm: Engine = {
  name: 'wasm',
  title: 'WebAssembly SIMD (@googlenet/backend-wasm); nothing native',
  async probe() {
    try {
      await load();
      return { available: true };
    } catch (error) {
      return { available: false, reason: `@googlenet/backend-wasm does not load: ${messageOf(error)}` };
    }
  },
  async use({ threads }) {
    const info = await (await load()).useWasm(threads === undefined ? {} : { threads });
    await tf.ready();
    return { name: 'wasm', backend: tf.getBackend(), detail: describe(info) };
  },
};

function describe({ simd, threads, threadsNote }: WasmInfo): string {
  const note = threadsNote === undefined ? '' : `: ${threadsNote}`;
  return `${simd === 'relaxed' ? 'relaxed SIMD' : 'SIMD'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${note}`;
}
