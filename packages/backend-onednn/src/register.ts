import { inheritKernels, replaceKernel } from '@googlenet-tooling/shared/replace-kernel';
import * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { BACKEND_NAME, OneDnnBackend } from './backend';
import { kernels } from './kernels';

/** Above the cpu backend's 1 and the wasm and webgl backends' 2. */
const PRIORITY = 3;

/** Makes `tf.setBackend('onednn')` work: every kernel of the cpu backend, the heavy ones native. */
export function registerEngine(addon: Addon): void {
  if (tf.findBackendFactory(BACKEND_NAME) as unknown) return;
  inheritKernels(BACKEND_NAME);
  for (const kernel of kernels) replaceKernel(BACKEND_NAME, kernel);
  tf.registerBackend(BACKEND_NAME, () => new OneDnnBackend(addon), PRIORITY);
}
