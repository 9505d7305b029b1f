import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { imageCases } from './image-cases';
import type { CaseGenerators, KernelCase } from './kernel-case';
import { layoutCases } from './layout-cases';
import { pointwiseCases } from './pointwise-cases';
import { RandomCase } from './random-case';

/** Every kernel that random cases are made of. */
export const caseGenerators: CaseGenerators = { ...pointwiseCases, ...layoutCases, ...imageCases };

/** Kernels without random cases: text, ragged and sparse lists, canvases, complex numbers. Engines inherit them unchanged. */
export const KERNELS_WITHOUT_CASES: readonly string[] = [
  'ComplexAbs',
  'Draw',
  'FFT',
  'IFFT',
  'Imag',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'Real',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'StaticRegexReplace',
  'StringNGrams',
  'StringSplit',
  'StringToHashBucketFast',
];

/** What a kernel gave, or that it refused. */
interface Answer {
  outputs?: { shape: number[]; dtype: string; values: ArrayLike<number>; stored: string }[];
  error?: string;
}

/** A case on which two engines differ. */
export interface Difference {
  kernel: string;
  seed: number;
  what: string;
  /** Shapes, types and attributes. */
  case: string;
}

export interface FuzzOptions {
  /** A registered, ready backend. */
  backendName: string;
  /** How many cases, over all kernels in turn. */
  count: number;
  /** The seed of the first case; the others follow by one each. */
  seed: number;
  /** Only these kernels. */
  kernels?: readonly string[];
}

const DEFAULT_TOLERANCE = 1e-4;

/** The kernels of a backend that have cases; TensorFlow.js' optional ones that only some engines have are compared elsewhere. */
export function kernelsWithCases(backendName: string): string[] {
  return tf
    .getKernelsForBackend(backendName)
    .map(({ kernelName }) => kernelName)
    .filter((name) => name in caseGenerators)
    .sort();
}

/** Kernels of the cpu engine that a backend lacks: none where all is well. */
export function missingKernels(backendName: string): string[] {
  return tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter((name) => (tf.getKernel(name, backendName) as unknown) === undefined);
}

/** Runs random cases of every kernel on a backend and on the cpu engine, and gives the cases on which they differ. */
export function fuzzKernels({ backendName, count, seed, kernels }: FuzzOptions): Difference[] {
  const names = kernels ?? kernelsWithCases(backendName);
  const differences: Difference[] = [];
  for (let i = 0; i < count; i++) {
    const kernel = names[i % names.length];
    const difference = compareCase(kernel, seed + i, backendName);
    if (difference !== undefined) differences.push(difference);
  }
  return differences;
}

/** One case of a kernel on both engines; `undefined` where they agree. */
export function compareCase(kernel: string, seed: number, backendName: string): Difference | undefined {
  const one = caseGenerators[kernel](new RandomCase(seed));
  const expected = answer(kernel, one, 'cpu');
  const actual = answer(kernel, one, backendName);
  const what = disagreement(expected, actual, one.tolerance ?? DEFAULT_TOLERANCE);
  return what === undefined ? undefined : { kernel, seed, what, case: describeCase(one) };
}

function answer(kernel: string, one: KernelCase, backendName: string): Answer {
  void tf.setBackend(backendName);
  try {
    return tf.tidy(() => {
      const make = (t: { values: ArrayLike<number>; shape: number[]; dtype: string }) =>
        tf.tensor(
          t.values.constructor === Uint8Array
            ? Uint8Array.from(t.values)
            : (t.values as Float32Array).slice(),
          t.shape,
          t.dtype as 'float32',
        );
      const inputs = Array.isArray(one.inputs)
        ? one.inputs.map(make)
        : Object.fromEntries(Object.entries(one.inputs).map(([name, t]) => [name, make(t)]));
      const result = tf
        .engine()
        .runKernel(kernel, inputs as unknown as tf.NamedTensorMap, (one.attributes ?? {}) as tf.NamedAttrMap);
      const outputs = (Array.isArray(result) ? result : [result]).map((t) => {
        const values = t.dataSync();
        return { shape: t.shape, dtype: t.dtype, values, stored: Object.prototype.toString.call(values) };
      });
      return { outputs };
    });
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const STORED: Record<string, string[]> = {
  float32: ['[object Float32Array]'],
  int32: ['[object Int32Array]'],
  bool: ['[object Uint8Array]'],
  complex64: ['[object Float32Array]'],
};

function disagreement(expected: Answer, actual: Answer, tolerance: number): string | undefined {
  if (expected.outputs === undefined)
    return actual.outputs === undefined
      ? undefined
      : `expected an error (${expected.error ?? ''}), got a result`;
  if (actual.outputs === undefined) return `expected a result, got the error "${actual.error ?? ''}"`;
  if (expected.outputs.length !== actual.outputs.length)
    return `expected ${expected.outputs.length} outputs, got ${actual.outputs.length}`;
  for (const [i, one] of expected.outputs.entries()) {
    const other = actual.outputs[i];
    if (one.shape.join() !== other.shape.join())
      return `output ${i}: expected shape [${one.shape.join()}], got [${other.shape.join()}]`;
    if (one.dtype !== other.dtype) return `output ${i}: expected ${one.dtype}, got ${other.dtype}`;
    if (!STORED[other.dtype].includes(other.stored))
      return `output ${i}: declared ${other.dtype}, stored as ${other.stored}`;
    const worst = largestError(other.values, one.values);
    if (!(worst.error <= tolerance))
      return `output ${i}: expected ${one.values[worst.at]}, got ${other.values[worst.at]} at ${worst.at} of ${one.values.length} (error ${worst.error})`;
  }
  return undefined;
}

/** The largest difference, in units of `1 + |expected|`. */
function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): { error: number; at: number } {
  let worst = { error: actual.length === expected.length ? 0 : Infinity, at: 0 };
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) continue;
    const difference = Math.abs(actual[i] - expected[i]) / (1 + Math.abs(expected[i]));
    const error = Number.isNaN(difference) ? Infinity : difference;
    if (error > worst.error) worst = { error, at: i };
  }
  return worst;
}

function describeCase({ inputs, attributes }: KernelCase): string {
  const tensors = Object.entries(inputs).map(([name, t]) => `${name} ${t.dtype} [${t.shape.join()}]`);
  return `${tensors.join(', ')} ${JSON.stringify(attributes ?? {})}`;
}
