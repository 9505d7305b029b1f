import { copyRegisteredKernels, findBackendFactory, registerBackend } from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { BACKEND_NAME, OneDnnBackend } from './backend';
import { registerConvolutions } from './kernels/convolution';
import { registerInceptions } from './kernels/inception';
import { registerLayouts } from './kernels/layout';
import { registerMatrices } from './kernels/matrix';
import { registerNormalizations } from './kernels/normalization';
import { registerOptimizers } from './kernels/optimizer';
import { registerPointwise } from './kernels/pointwise';
import { registerPools } from './kernels/pooling';
import { registerReductions } from './kernels/reduction';

/** Above the cpu backend's 1 and the wasm and webgl backends' 2. */
const PRIORITY = 3;

/** Makes `tf.setBackend('onednn')` work: every kernel of the cpu backend, the heavy ones native. */
export function registerEngine(addon: Addon): void {
  if (findBackendFactory(BACKEND_NAME) as unknown) return;
  copyRegisteredKernels('cpu', BACKEND_NAME);
  registerConvolutions();
  registerInceptions();
  registerLayouts();
  registerMatrices();
  registerNormalizations();
  registerOptimizers();
  registerPointwise();
  registerPools();
  registerReductions();
  registerBackend(BACKEND_NAME, () => new OneDnnBackend(addon), PRIORITY);
}
