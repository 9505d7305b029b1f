import * as tf from '@tensorflow/tfjs-core';
import { isAvailable } from '../index';

const { available, reason } = isAvailable();
if (!available) process.stderr.write(`native cases are skipped: ${reason ?? ''}\n`);

/** `describe` where the add-on is built, `describe.skip` elsewhere. */
export const describeNative = available ? describe : describe.skip;

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Random values, shapes and choices of one test case. */
export class RandomCase {
  private readonly next: () => number;
  constructor(readonly seed: number) {
    this.next = randomSource(seed);
  }
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }
  /** Values from -1 to 1. */
  floats(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.next() * 2 - 1);
  }
}

/** What the function gives on the cpu backend and on this engine. */
export function onBothEngines(run: () => tf.Tensor | tf.Tensor[]): {
  cpu: Float32Array[];
  native: Float32Array[];
  shapes: number[][][];
} {
  const shapes: number[][][] = [];
  const [cpu, native] = ['cpu', 'onednn'].map((name) => {
    void tf.setBackend(name);
    return tf.tidy(() => {
      const result = run();
      const tensors = Array.isArray(result) ? result : [result];
      shapes.push(tensors.map((t) => t.shape));
      return tensors.map((t) => Float32Array.from(t.dataSync()));
    });
  });
  return { cpu, native, shapes };
}

/** The largest difference, in units of `1 + |expected|`. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const error = Math.abs(actual[i] - expected[i]) / (1 + Math.abs(expected[i]));
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

/** The largest difference as a share of the largest expected value. */
export function largestShare(actual: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
  return largestError(
    actual.map((v) => v / scale),
    expected.map((v) => v / scale),
  );
}

/** Fails where the engines differ by more than `tolerance`, naming the case. */
export function expectSame(run: () => tf.Tensor | tf.Tensor[], label: string, tolerance = 1e-4): void {
  const { cpu, native, shapes } = onBothEngines(run);
  expect({ label, shapes: shapes[1] }).toEqual({ label, shapes: shapes[0] });
  for (const [i, expected] of cpu.entries()) {
    const error = largestError(native[i], expected);
    if (!(error <= tolerance))
      throw new Error(`${label}, output ${i}: expected a difference of at most ${tolerance}, got ${error}`);
  }
}

/** Disposes all variables and checks that no tensor is left. */
export function expectNoTensors(): void {
  tf.disposeVariables();
  expect(tf.engine().memory().numTensors).toBe(0);
}
