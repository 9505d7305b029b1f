import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors';
import type { Engine } from './engine';

const load = () => import('@googlenet/backend-onednn');

/** oneDNN through a native add-on: the fastest, where it is built or comes prebuilt. */
export const onednn: Engine = {
  name: 'onednn',
  title: 'oneDNN, native (@googlenet/backend-onednn)',
  bf16: true,
  async probe() {
    try {
      return (await load()).isAvailable();
    } catch (error) {
      return { available: false, reason: `@googlenet/backend-onednn does not load: ${messageOf(error)}` };
    }
  },
  async use({ threads, precision = 'float32' }) {
    const { setThreads, setPrecision, engineInfo } = await load();
    if (threads !== undefined) setThreads(threads);
    setPrecision(precision);
    await tf.setBackend('onednn');
    await tf.ready();
    const info = engineInfo();
    const count = `${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}`;
    return {
      name: 'onednn',
      backend: tf.getBackend(),
      detail: `oneDNN ${info.oneDnnVersion}, ${info.instructionSet}${precision === 'bf16' ? ', bf16' : ''}, ${count}`,
    };
  },
};
