import { argReplacements } from '@googlenet-tooling/shared/arg-extreme';
import { topKReplacement } from '@googlenet-tooling/shared/top-k';
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import type { KernelReplacement } from './register';

const numbersOf = (backend: WasmBackend, x: tf.TensorInfo) => backend.numbers(x);

/** The largest values of a row and where extremes lie, selected in JavaScript. */
export const selectionKernels: readonly KernelReplacement[] = [
  topKReplacement(numbersOf),
  ...argReplacements(numbersOf),
];
