import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './engine';

/** TensorFlow.js's own plain JavaScript: always there, for tests and tiny things only. */
export const cpu: Engine = {
  name: 'cpu',
  title: 'plain JavaScript (@tensorflow/tfjs-backend-cpu); for tests, far too slow to train with',
  probe: () => Promise.resolve({ available: true, detail: 'always there, one thread' }),
  async use() {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    await tf.ready();
    return { name: 'cpu', backend: tf.getBackend(), detail: 'JavaScript, 1 thread' };
  },
};
