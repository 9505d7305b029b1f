import * as tf from '@tensorflow/tfjs-core';
import type { ConvUnit } from '../conv-unit';

/** Values of `[shape]` between -scale and scale that both look random and are the same everywhere. */
export function wave<T extends tf.Tensor = tf.Tensor>(shape: number[], seed: number, scale = 1): T {
  const size = shape.reduce((product, n) => product * n, 1);
  const value = (i: number) => scale * Math.sin(12.9898 * (i + 1) + 78.233 * (seed + 1) + 0.37 * i * i);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => value(i)),
    shape,
  ) as T;
}

/** Fills every weight of the units with waves; scales and variances around one. */
export function fillWithWaves(units: readonly ConvUnit[]): void {
  tf.tidy(() => {
    units.forEach((unit, index) => {
      const seed = 10 * index;
      unit.kernel.write(wave(unit.kernel.shape as number[], seed, 0.3));
      unit.bias?.write(wave([unit.filters], seed + 1, 0.2));
      unit.gamma?.write(tf.add(1, wave([unit.filters], seed + 2, 0.4)));
      unit.beta?.write(wave([unit.filters], seed + 3, 0.3));
      unit.movingMean?.write(wave([unit.filters], seed + 4, 0.2));
      unit.movingVariance?.write(tf.add(1, wave([unit.filters], seed + 5, 0.5)));
    });
  });
}

/** One unit on its own, from plain differentiable operations: convolution, bias, batch norm, ReLU. */
export function plainUnit(x: tf.Tensor4D, unit: ConvUnit, training: boolean, epsilon = 1e-3): tf.Tensor4D {
  let z: tf.Tensor = tf.conv2d(x, unit.kernel.read() as tf.Tensor4D, 1, 'same');
  if (unit.bias) z = tf.add(z, unit.bias.read());
  if (unit.beta && unit.movingMean && unit.movingVariance) {
    const moments = tf.moments(z, [0, 1, 2]);
    const mean = training ? moments.mean : unit.movingMean.read();
    const variance = training ? moments.variance : unit.movingVariance.read();
    z = tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, epsilon)));
    if (unit.gamma) z = tf.mul(z, unit.gamma.read());
    z = tf.add(z, unit.beta.read());
  }
  return tf.relu(z) as tf.Tensor4D;
}

/** A module, unit by unit: what the layer must equal. */
export function plainModule(x: tf.Tensor4D, units: readonly ConvUnit[], training: boolean): tf.Tensor4D[] {
  const run = (input: tf.Tensor4D, names: string[]) =>
    names.reduce((value, name) => {
      const unit = units.find((candidate) => candidate.name === name);
      return unit ? plainUnit(value, unit, training) : value;
    }, input);
  return [
    run(x, ['1x1']),
    run(x, ['3x3_reduce', '3x3']),
    run(x, ['5x5_reduce', '5x5', '5x5_2']),
    run(tf.maxPool(x, 3, 1, 'same'), ['pool_proj']),
  ];
}

/** Fails unless both tensors hold the same numbers to `tolerance`. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-4): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  let worst = 0;
  for (let i = 0; i < b.length; i++)
    worst = Math.max(worst, Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i])));
  expect(worst).toBeLessThan(tolerance);
}
