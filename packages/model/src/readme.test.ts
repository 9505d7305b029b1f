import * as tf from '@tensorflow/tfjs-core';
import { googlenet, optimizeForInference, summarize, VARIANTS, type Variant } from './index';
import { useCpu, withModel } from './testing/models';

beforeAll(useCpu);

test('the first snippet of the README does what its comments say', () => {
  const model = googlenet({ widthMultiplier: 0.25, seed: 1 });
  expect(String(summarize(model))).toContain('inception_5b');
  const fast = optimizeForInference(model);
  const digits = tf.zeros([2, 28, 28, 1]);
  const probabilities = fast.predict(digits) as tf.Tensor;
  expect(probabilities.shape).toEqual([2, 10]);
  tf.dispose([digits, probabilities]);
  model.dispose();
  fast.dispose();
});

test.each<[Variant, number, number]>([
  ['mnist', 7_727_466, 15_808],
  ['paper', 6_998_552, 0],
  ['torchvision', 6_624_904, 14_560],
  ['slim', 6_617_624, 14_560],
  ['cifar', 6_166_250, 15_808],
])("the README's table has the counts of %s", (variant, trainable, moving) => {
  expect(Object.keys(VARIANTS)).toHaveLength(5);
  withModel({ variant }, (model) =>
    expect(summarize(model).totals).toMatchObject({ trainable, nonTrainable: moving }),
  );
});
