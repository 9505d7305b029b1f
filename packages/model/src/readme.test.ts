import * as cpu from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testReadmeSnippets } from '../../../tooling/config/readme';
import * as own from './index';
import { useCpu } from './testing/models';

beforeAll(useCpu);

const folder = join(__dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

testReadmeSnippets(
  folder,
  { '@tensorflow/tfjs-backend-cpu': cpu, '@tensorflow/tfjs-core': tf, '@googlenet/model': own },
  1,
);

const BRANCH_WORDS = { one5x5: 'one 5x5', two5x5: 'two 5x5', one3x3: 'one 3x3', two3x3: 'two 3x3' };

it.each(Object.entries(own.VARIANTS))(
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
