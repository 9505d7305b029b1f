// An engine with a wrong kernel and one that lacks, to see that tests notice.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  getKernel,
  registerBackend,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

export default function setup() {
  copyRegisteredKernels('cpu', 'wrong');
  registerBackend('wrong', () => new MathBackendCPU());
  const { kernelFunc } = getKernel('Sin', 'cpu');
  unregisterKernel('Tanh', 'wrong');
  registerKernel({ kernelName: 'Tanh', backendName: 'wrong', kernelFunc });
  unregisterKernel('Tan', 'wrong');
}
