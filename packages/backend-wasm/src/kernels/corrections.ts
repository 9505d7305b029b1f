import { binaryBincountReplacement } from '@googlenet-tooling/shared/dense-bincount';
import { transformReplacement } from '@googlenet-tooling/shared/transform';
import { volumeReplacements } from '@googlenet-tooling/shared/volume';
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import type { KernelReplacement } from './register';

const numbersOf = (backend: WasmBackend, x: tf.TensorInfo) => backend.numbers(x);

/** Kernels that are wrong in the cpu backend, in JavaScript. */
export const correctionKernels: readonly KernelReplacement[] = [
  ...volumeReplacements(numbersOf),
  transformReplacement(numbersOf),
  binaryBincountReplacement(),
];
