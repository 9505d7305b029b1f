import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors';
import type { Engine } from './engine';

/** What the trainer needs of `@googlenet/backend-onednn`. */
interface OnednnModule {
  isAvailable(): { available: boolean; reason?: string; hint?: string };
  setThreads(threads: number): void;
}

const PACKAGE = '@googlenet/backend-onednn';

async function load(): Promise<OnednnModule> {
  return (await import(PACKAGE)) as OnednnModule;
}

/** oneDNN through a native add-on: the fastest, where it is built or comes prebuilt. */
export const onednn: Engine = {
  name: 'onednn',
  title: 'oneDNN, native (@googlenet/backend-onednn)',
  async probe() {
    try {
      return (await load()).isAvailable();
    } catch (error) {
      return { available: false, reason: `${PACKAGE} does not load: ${messageOf(error)}` };
    }
  },
  async use({ threads = availableParallelism() }) {
    const module = await load();
    module.setThreads(threads);
    await tf.setBackend('onednn');
    await tf.ready();
    return {
      name: 'onednn',
      backend: tf.getBackend(),
      detail: `oneDNN, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    };
  },
};
