// An engine with a wrong kernel and one that lacks, to see that tests notice.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

export default function setup() {
  tf.copyRegisteredKernels('cpu', 'wrong');
  tf.registerBackend('wrong', () => new MathBackendCPU());
  const { kernelFunc } = tf.getKernel('Sin', 'cpu');
  tf.unregisterKernel('Tanh', 'wrong');
  tf.registerKernel({ kernelName: 'Tanh', backendName: 'wrong', kernelFunc });
  tf.unregisterKernel('Tan', 'wrong');
}
