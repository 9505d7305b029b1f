import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/*
 * The formula and the digest of the golden files. `tooling/oracles/golden.py` holds the same two;
 * change both together.
 */

/** Norm, three projections on fixed directions, first value of an array. */
export type Digest = [norm: number, a: number, b: number, c: number, first: number];

// Reaching a global costs a microsecond in jest's sandbox.
const { imul } = Math;

function seedOf(name: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) value = imul(value ^ name.charCodeAt(i), 0x01000193);
  return value;
}

/** Numbers in [0, 1): a hash of the name and the index. */
function uniform(name: string, count: number): Float64Array {
  const seed = seedOf(name);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (imul(i, 0x9e3779b1) + seed) | 0;
    x = imul(x ^ (x >>> 16), 0x85ebca6b);
    x = imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = ((x ^ (x >>> 16)) >>> 0) / 4294967296;
  }
  return values;
}

/** Values in [low, high) that both sides compute alike. */
export function fill<T extends tf.Tensor = tf.Tensor>(
  name: string,
  shape: number[],
  low: number,
  high: number,
): T {
  return tf.tensor(fillValues(name, tf.util.sizeFromShape(shape), low, high), shape) as T;
}

/** The same as plain numbers. */
export function fillValues(name: string, count: number, low: number, high: number): Float32Array {
  const values = uniform(name, count);
  for (let i = 0; i < count; i++) values[i] = low + (high - low) * values[i];
  return new Float32Array(values);
}

const RANGES: Record<string, [number, number]> = {
  bias: [-0.2, 0.2],
  gamma: [0.5, 1.5],
  beta: [-0.5, 0.5],
  moving_mean: [-0.3, 0.3],
  moving_variance: [0.5, 1.5],
};

/** Gives every weight the value that its name stands for. */
export function fillWeights(weights: readonly tfl.LayerVariable[]): void {
  tf.tidy(() => {
    for (const weight of weights) {
      const shape = weight.shape as number[];
      const name = weight.originalName;
      const kind = name.slice(name.lastIndexOf('/') + 1);
      const limit = Math.sqrt(6 / tf.util.sizeFromShape(shape.slice(0, -1)));
      const [low, high] = kind === 'kernel' ? [-limit, limit] : RANGES[kind];
      weight.write(fill(name, shape, low, high));
    }
  });
}

function digest(values: ArrayLike<number>): Digest {
  const dot = (weights: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i] * weights[i];
    return sum;
  };
  const direction = (i: number) => uniform(`projection ${i}`, values.length).map((value) => 2 * value - 1);
  return [Math.sqrt(dot(values)), dot(direction(0)), dot(direction(1)), dot(direction(2)), values[0]];
}

/**
 * How far a tensor is from a golden digest, relative to the norm of the golden array (at least 1e-3).
 *
 * A projection on a direction of n values in [-1, 1] has a standard deviation of `norm / sqrt(3)`, so that an error
 * anywhere shows in it.
 */
export function deviation(actual: tf.Tensor, golden: Digest): number {
  const found = digest(actual.dataSync());
  const scale = Math.max(golden[0], 1e-3);
  return Math.max(...found.map((value, i) => Math.abs(value - golden[i]) / scale));
}

/** Fails, by name, for every tensor that is further than `tolerance` from its golden digest; returns the worst deviation. */
export function expectGolden(
  actual: Record<string, tf.Tensor>,
  golden: Record<string, Digest>,
  tolerance = 1e-4,
): number {
  const names = Object.keys(golden);
  expect(Object.keys(actual)).toEqual(expect.arrayContaining(names));
  const deviations = names.map((name) => [name, deviation(actual[name], golden[name])] as const);
  expect(deviations.filter(([, value]) => !(value < tolerance))).toEqual([]);
  return Math.max(...deviations.map(([, value]) => value));
}
