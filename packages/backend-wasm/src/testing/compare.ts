import * as tf from '@tensorflow/tfjs-core';
import { useWasm, type WasmOptions } from '../use-wasm';

/** A seeded generator of numbers in [0, 1). */
export type Random = () => number;

/** The mulberry32 generator. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const integer = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));

export const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[integer(random, 0, choices.length - 1)];

/** Numbers in [-1, 1). */
export function values(random: Random, shape: number[]): Float32Array {
  return Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => 2 * random() - 1);
}

/** Named arrays with their shapes. */
export type Inputs = Record<
  string,
  { data: Float32Array | Int32Array | Uint8Array; shape: number[]; dtype?: 'bool' }
>;

export interface KernelResult {
  shape: number[];
  data: number[];
}

/** Runs a kernel on the current backend; reads and releases its outputs; fails on a leak. */
export function runKernel({ name, inputs, attrs }: Case): KernelResult[] {
  const before = tf.memory().numTensors;
  const results: KernelResult[] = [];
  tf.tidy(() => {
    const toTensor = ({ data, shape, dtype }: Inputs[string]) => tf.tensor(data.slice(), shape, dtype);
    const tensors = Array.isArray(inputs)
      ? inputs.map(toTensor)
      : Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, toTensor(value)]));
    const output: tf.Tensor | tf.Tensor[] = tf
      .engine()
      .runKernel(name, tensors as tf.NamedTensorMap, attrs as unknown as tf.NamedAttrMap);
    for (const tensor of Array.isArray(output) ? output : [output])
      results.push({ shape: tensor.shape, data: [...tensor.dataSync()] });
  });
  const leaked = tf.memory().numTensors - before;
  if (leaked !== 0) throw new Error(`runKernel(${name}): expected no tensors left over, got ${leaked}.`);
  return results;
}

/** Where two results differ by more than `tolerance` times the largest number, as text; NaN equals NaN. */
export function difference(
  expected: KernelResult[],
  actual: KernelResult[],
  tolerance: number,
): string | undefined {
  if (expected.length !== actual.length) return `${actual.length} outputs instead of ${expected.length}`;
  for (const [i, { shape, data }] of expected.entries()) {
    const other = actual[i];
    if (shape.join() !== other.shape.join())
      return `output ${i}: shape ${other.shape.join()} instead of ${shape.join()}`;
    const scale = data.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    const index = data.findIndex((value, j) => !close(value, other.data[j], tolerance * scale));
    if (index >= 0) return `output ${i}[${index}]: ${other.data[index]} instead of ${data[index]}`;
  }
  return undefined;
}

function close(expected: number, actual: number, tolerance: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(actual);
  return expected === actual || Math.abs(expected - actual) <= tolerance;
}

/** One random kernel call. */
export interface Case {
  name: string;
  inputs: Inputs | Inputs[string][];
  attrs: Record<string, unknown>;
}

/** The engine in its three forms. */
export const ENGINES: WasmOptions[] = [{ threads: 1, simd: 'simd' }, { threads: 1 }, { threads: 2 }];

/** Runs every case on the cpu backend and on every form of the engine, and returns the differences. */
export async function compareWithCpu(cases: Case[], tolerance = 1e-4): Promise<string[]> {
  await tf.setBackend('cpu');
  const expected = cases.map(runKernel);
  const differences: string[] = [];
  for (const options of ENGINES) {
    await useWasm(options);
    cases.forEach((one, i) => {
      const found = difference(expected[i], runKernel(one), tolerance);
      if (found === undefined) return;
      const shapes = Object.entries(one.inputs).map(
        ([key, { shape }]: [string, Inputs[string]]) => `${key} [${shape.join()}]`,
      );
      differences.push(
        `${JSON.stringify(options)} ${one.name}(${shapes.join(', ')}; ${JSON.stringify(one.attrs)}): ${found}`,
      );
    });
  }
  return differences;
}
