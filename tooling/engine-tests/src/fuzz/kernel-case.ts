import type * as tf from '@tensorflow/tfjs-core';
import type { CaseTensor, RandomCase } from './random-case';

/** One call of a kernel. */
export interface KernelCase {
  inputs: Record<string, CaseTensor> | CaseTensor[];
  attributes?: tf.NamedAttrMap | Record<string, unknown>;
  /** Largest difference from the cpu engine, in units of `1 + |expected|`; 1e-4 at first. */
  tolerance?: number;
}

/** Makes a case of one kernel. */
export type CaseGenerator = (random: RandomCase) => KernelCase;
export type CaseGenerators = Record<string, CaseGenerator>;
