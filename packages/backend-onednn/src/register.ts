import { findBackendFactory, registerBackend } from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { BACKEND_NAME, OneDnnBackend } from './backend';
import { kernels } from './kernels';
import { inheritKernels, replaceKernel } from './kernels/register';

/** Above the cpu backend's 1 and the wasm and webgl backends' 2. */
const PRIORITY = 3;

/** Makes `tf.setBackend('onednn')` work: every kernel of the cpu backend, the heavy ones native. */
export function registerEngine(addon: Addon): void {
  if (findBackendFactory(BACKEND_NAME) as unknown) return;
  inheritKernels();
  kernels.forEach(replaceKernel);
  registerBackend(BACKEND_NAME, () => new OneDnnBackend(addon), PRIORITY);
}
