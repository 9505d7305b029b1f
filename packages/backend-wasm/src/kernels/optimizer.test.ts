import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { ENGINES, seeded, values } from '../testing/compare';
import { useWasm } from '../use-wasm';

const SIZES = [1, 2, 3, 5, 64, 1027, 40_001];

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);

function expectClose(actual: tf.Tensor, expected: number[]): void {
  const data = actual.dataSync();
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
  expect(data.length).toBe(expected.length);
  expect(worst).toBeLessThan(2e-6);
}

describe.each(ENGINES)('optimizer kernels with %o', (options) => {
  beforeAll(async () => void (await useWasm(options)));

  it.each([false, true])('AdamStep follows its formula, decoupled decay: %p', (decoupled) => {
    const random = seeded(71);
    const make = () => SIZES.map((size) => values(random, [size]));
    const [param, grad, m] = [make(), make(), make()];
    const v = make().map((array) => array.map(Math.abs));
    const attrs = {
      learningRates: SIZES.map((_, i) => 0.01 * (i + 1)),
      weightDecays: SIZES.map((_, i) => 0.1 * (i % 3)),
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-7,
      step: 3,
      decoupled,
    };
    const inputs: Record<string, tf.Tensor> = {};
    SIZES.forEach((_, i) => {
      for (const [name, arrays] of Object.entries({ param, grad, m, v }))
        inputs[`${name}${i}`] = tf.tensor1d(arrays[i].slice());
    });
    expect(run('AdamStep', inputs, attrs)).toEqual([]);
    SIZES.forEach((_, i) => {
      const [rate, decay] = [attrs.learningRates[i], attrs.weightDecays[i]];
      const g = Array.from(grad[i], (value, j) => value + (decoupled ? 0 : decay * param[i][j]));
      const newM = g.map((value, j) => 0.9 * m[i][j] + 0.1 * value);
      const newV = g.map((value, j) => 0.99 * v[i][j] + 0.01 * value * value);
      const alpha = (rate * Math.sqrt(1 - 0.99 ** 3)) / (1 - 0.9 ** 3);
      const keep = decoupled ? 1 - rate * decay : 1;
      expectClose(inputs[`m${i}`], newM);
      expectClose(inputs[`v${i}`], newV);
      expectClose(
        inputs[`param${i}`],
        newM.map((value, j) => param[i][j] * keep - (alpha * value) / (Math.sqrt(newV[j]) + 1e-7)),
      );
    });
    tf.dispose(inputs);
  });

  it.each([
    { momentum: 0, nesterov: false },
    { momentum: 0.9, nesterov: false },
    { momentum: 0.9, nesterov: true },
  ])('SgdStep follows its formula with %o', ({ momentum, nesterov }) => {
    const random = seeded(72);
    const make = () => SIZES.map((size) => values(random, [size]));
    const [param, grad, velocity] = [make(), make(), make()];
    const inputs: Record<string, tf.Tensor> = {};
    SIZES.forEach((_, i) => {
      const slots: Record<string, Float32Array[]> =
        momentum > 0 ? { param, grad, velocity } : { param, grad };
      for (const [name, arrays] of Object.entries(slots))
        inputs[`${name}${i}`] = tf.tensor1d(arrays[i].slice());
    });
    run('SgdStep', inputs, {
      learningRates: SIZES.map(() => 0.1),
      weightDecays: SIZES.map(() => 0.01),
      momentum,
      nesterov,
    });
    SIZES.forEach((_, i) => {
      const change = Array.from(grad[i], (value, j) => -0.1 * (value + 0.01 * param[i][j]));
      const next = change.map((value, j) => momentum * velocity[i][j] + value);
      const step = nesterov ? next.map((value, j) => momentum * value + change[j]) : next;
      const moved = momentum > 0 ? step : change;
      expectClose(
        inputs[`param${i}`],
        moved.map((value, j) => param[i][j] + value),
      );
      if (momentum > 0) expectClose(inputs[`velocity${i}`], next);
    });
    tf.dispose(inputs);
  });

  it('EmaStep follows its formula', () => {
    const random = seeded(73);
    const [param, average] = [values(random, [5001]), values(random, [5001])];
    const inputs = { param0: tf.tensor1d(param.slice()), average0: tf.tensor1d(average.slice()) };
    run('EmaStep', inputs, { decay: 0.97 });
    expectClose(
      inputs.average0,
      Array.from(average, (value, j) => 0.97 * value + 0.03 * param[j]),
    );
    tf.dispose(inputs);
  });
});
