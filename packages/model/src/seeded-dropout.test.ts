import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isReseedable, SeededDropout } from './index';
import { useCpu } from './testing/models';

beforeAll(useCpu);

function drop(layer: SeededDropout, training = true): number[] {
  return tf.tidy(() => {
    const y = layer.apply(tf.ones([20, 50]), { training }) as tf.Tensor;
    return Array.from(y.dataSync());
  });
}
const share = (values: number[]) => values.filter((value) => value === 0).length / values.length;

it('about `rate` of the values are dropped and the others keep the mean', () => {
  const values = drop(new SeededDropout({ name: 'd', rate: 0.4 }));
  expect(Math.abs(share(values) - 0.4)).toBeLessThan(0.05);
  expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.6)]));
});

it('masks differ from call to call and repeat after reseed', () => {
  const layer = new SeededDropout({ name: 'd', rate: 0.5 });
  layer.reseed(41);
  const first = [drop(layer), drop(layer), drop(layer)];
  expect(first[1]).not.toEqual(first[0]);
  expect(first[2]).not.toEqual(first[1]);
  layer.reseed(41);
  expect([drop(layer), drop(layer), drop(layer)]).toEqual(first);
  layer.reseed(42);
  expect(drop(layer)).not.toEqual(first[0]);
});

it('calls in inference neither drop nor move the sequence', () => {
  const layer = new SeededDropout({ name: 'd', rate: 0.5, seed: 3 });
  const first = drop(layer);
  layer.reseed(3);
  expect(share(drop(layer, false))).toBe(0);
  expect(drop(layer)).toEqual(first);
});

it('two layers with one seed have different masks', () => {
  const [a, b] = ['aux1_dropout', 'aux2_dropout'].map(
    (name) => new SeededDropout({ name, rate: 0.5, seed: 1 }),
  );
  expect(drop(a)).not.toEqual(drop(b));
});

it('the gradient passes where the value passed', () => {
  tf.tidy(() => {
    const layer = new SeededDropout({ name: 'd', rate: 0.5, seed: 9 });
    const values = drop(layer);
    layer.reseed(9);
    const gradient = tf.grad((x) => layer.apply(x, { training: true }) as tf.Tensor)(tf.ones([20, 50]));
    expect(Array.from(gradient.dataSync())).toEqual(values);
  });
});

it('only a layer with a reseed method counts as reseedable', () => {
  expect(isReseedable(new SeededDropout({ rate: 0.1 }))).toBe(true);
  expect(isReseedable(tfl.layers.dropout({ rate: 0.1 }))).toBe(false);
});

it('a rate outside of [0, 1) is refused, and 0 drops nothing', () => {
  for (const rate of [-0.1, 1, NaN]) {
    expect(() => new SeededDropout({ name: 'd', rate })).toThrow(
      `SeededDropout("d"): expected a rate in [0, 1), got ${rate}. Use 0 to drop nothing.`,
    );
  }
  expect(share(drop(new SeededDropout({ rate: 0 })))).toBe(0);
});

it('gives the rows of one process the part of the mask of the whole batch that is theirs', () => {
  const layer = new SeededDropout({ name: 'd', rate: 0.5 });
  layer.reseed(41);
  const whole = [drop(layer), drop(layer)];
  const part = () =>
    tf.tidy(() => Array.from((layer.apply(tf.ones([6, 50]), { training: true }) as tf.Tensor).dataSync()));
  layer.reseed(41, 7);
  expect([part(), part()]).toEqual(whole.map((values) => values.slice(7 * 50, 13 * 50)));
});
