import { argReplacements } from '@googlenet-tooling/shared/arg-extreme';
import { topKReplacement } from '@googlenet-tooling/shared/top-k';
import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import type { KernelReplacement } from './register';

const numbersOf = (backend: OneDnnBackend, x: tf.TensorInfo) =>
  x.dtype === 'int32' ? (backend.data.get(x.dataId).values as Int32Array) : backend.floats(x);

/** The largest values of a row and where extremes lie, selected in JavaScript. */
export const selections: readonly KernelReplacement[] = [
  topKReplacement(numbersOf),
  ...argReplacements(numbersOf),
];
