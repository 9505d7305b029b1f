import * as cpu from '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnableSnippets, runSnippet } from '../../../tooling/config/readme';
import { trainConfigProblems } from './config/config-rules';
import * as own from './index';
import { useCpu } from './testing/tiny';

beforeAll(useCpu);

const folder = join(__dirname, '..');

it('the first snippet of the README trains, and prints falling losses and two predictions', async () => {
  const modules = {
    '@tensorflow/tfjs-backend-cpu': cpu,
    '@tensorflow/tfjs-layers': tfl,
    '@googlenet/training': own,
  };
  const printed = (await runSnippet(runnableSnippets(folder)[0], modules)).flat();
  const losses = printed.slice(0, -1) as number[];
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  const predictions = printed.at(-1) as Float32Array[];
  expect(predictions.map((row) => row.length)).toEqual([2, 2]);
  expect(predictions[0][0]).toBeGreaterThan(predictions[0][1]);
});

it('the table of the README lists every field of the configuration', () => {
  const [message] = trainConfigProblems({ epochs: 1, batchSize: 1, nothing: 1 });
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const fields = /expected one of (.*); there/.exec(message)![1].split(', ');
  expect(fields).toHaveLength(17);
  for (const field of fields) expect(readme).toContain(`\`${field}\``);
});
