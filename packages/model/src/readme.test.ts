import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { googlenet, optimizeForInference, summarize, VARIANTS } from './index';
import { useCpu } from './testing/models';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');

beforeAll(useCpu);

it('the first snippet of the README does what its comments say', () => {
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

const BRANCH_WORDS = { one5x5: 'one 5x5', two5x5: 'two 5x5', one3x3: 'one 3x3', two3x3: 'two 3x3' };

it.each(Object.entries(VARIANTS))(
  "the README's table says of %s what the table of variants says",
  (name, spec) => {
    const { inputShape, numClasses, branch5x5, dropout, parameters, macs } = spec;
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    const cells = row.split('|').map((cell) => cell.trim());
    const moving =
      parameters.nonTrainable === 0 ? '' : ` + ${parameters.nonTrainable.toLocaleString('en-US')}`;
    expect(cells).toEqual(
      expect.arrayContaining([
        inputShape.join('x'),
        String(numClasses),
        BRANCH_WORDS[branch5x5],
        String(dropout),
        `${parameters.trainable.toLocaleString('en-US')}${moving}`,
        `${(macs / 1e9).toFixed(3)} G`,
      ]),
    );
  },
);
