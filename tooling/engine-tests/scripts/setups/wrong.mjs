// An engine with one wrong kernel, to see that the suite notices.
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
}
