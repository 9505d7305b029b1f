import { binaryBincountReplacement } from '@googlenet-tooling/shared/dense-bincount';
import { transformReplacement } from '@googlenet-tooling/shared/transform';
import { volumeReplacements } from '@googlenet-tooling/shared/volume';
import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import type { KernelReplacement } from './register';

const numbersOf = (backend: OneDnnBackend, x: tf.TensorInfo) => backend.floats(x);

/** Kernels that are wrong in the cpu backend, in JavaScript. */
export const corrections: readonly KernelReplacement[] = [
  ...volumeReplacements(numbersOf),
  transformReplacement(numbersOf),
  binaryBincountReplacement(),
];
