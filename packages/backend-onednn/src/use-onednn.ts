import {
  exactProblems,
  isBoolean,
  isIntegerIn,
  isOneOf,
  optionProblems,
  type OptionRule,
} from '@googlenet-tooling/shared/option-rules';
import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from './backend';
import { processors, requireAddon } from './node/load-addon';
import { forgetPacked } from './packing-generation';
import { type Precision, setPrecision } from './precision';

/** Options of {@link useOneDnn}. */
export interface OneDnnOptions {
  /** Threads that compute. Default: as many as the process may use. */
  threads?: number;
  /** Of the Inception kernels' 1x1 and 3x3 convolutions. Default `'float32'`. */
  precision?: Precision;
  /**
   * Whether 3x3 and 5x5 convolutions at stride 1 may go by Winograd's algorithm: about twice as fast, with rounding errors of about 6e-7
   * instead of 4e-7 (root mean square, relative to the values'). Default true.
   */
  winograd?: boolean;
  /** Every sum is taken as written: no algorithm that trades digits for speed, so no Winograd and no bfloat16. Default false. */
  exact?: boolean;
}

/** What {@link useOneDnn} started. */
export interface OneDnnInfo {
  backend: 'onednn';
  /** Threads at work. */
  threads: number;
  precision: Precision;
  /** Whether no algorithm trades digits for speed. */
  exact: boolean;
  /** Such as `avx2`. */
  instructionSet: string;
  oneDnnVersion: string;
}

const MOST_THREADS = 1024;

const RULES: Record<keyof OneDnnOptions, OptionRule> = {
  threads: {
    accepts: isIntegerIn(1, MOST_THREADS),
    expected: `an integer from 1 to ${MOST_THREADS}`,
    fix: 'Leave it out for one per core.',
  },
  precision: {
    accepts: isOneOf('float32', 'bf16'),
    expected: '"float32" or "bf16"',
    fix: 'Leave it out for "float32".',
  },
  winograd: { accepts: isBoolean, expected: 'true or false', fix: 'Leave it out for true.' },
  exact: { accepts: isBoolean, expected: 'true or false', fix: 'Leave it out for false.' },
};

/**
 * Makes the native engine the current backend, `onednn`, with these options and no others: what is left out has its default again.
 *
 * @throws {RangeError} that names every option that is unknown or out of range; for `bf16` also where the processor has no bfloat16 instructions.
 * @throws {Error} if the native engine cannot be used here, with what to do; `isAvailable()` asks without throwing.
 */
export async function useOneDnn(options: OneDnnOptions = {}): Promise<OneDnnInfo> {
  const problems = [...optionProblems('useOneDnn', options, RULES), ...exactProblems(options)];
  const { threads, precision = 'float32', winograd, exact = false } = options;
  if (problems.length > 0) throw new RangeError(`useOneDnn: ${problems.join(' ')}`);
  const addon = requireAddon('useOneDnn');
  setPrecision(precision);
  addon.setThreads(threads ?? processors());
  const direct = exact || winograd === false;
  addon.setWinograd(direct ? 0 : 1);
  forgetPacked();
  await tf.setBackend(BACKEND_NAME);
  await tf.ready();
  const { threads: atWork, instructionSet, oneDnnVersion } = addon.info();
  return {
    backend: BACKEND_NAME,
    threads: atWork,
    precision,
    exact: direct && precision === 'float32',
    instructionSet,
    oneDnnVersion,
  };
}
