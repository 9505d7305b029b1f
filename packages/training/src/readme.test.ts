import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { trainConfigProblems } from './config/config-rules';
import { useCpu } from './testing/tiny';

beforeAll(useCpu);

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');

it('the first snippet of the README trains, and prints falling losses and two predictions', async () => {
  const [, snippet] = /^```ts run\n([\s\S]*?)^```$/m.exec(readme)!;
  const body = snippet.replace(/^import (type )?.*?from '(.*?)';$/gm, '').replace(/^import '.*?';$/gm, '');
  const { code } = transformSync(`export async function run(tfl, train, predict, console) {${body}}`, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    swcrc: false,
  });
  const exports: { run?: (...args: unknown[]) => Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function('exports', code)(exports);
  const { predict, train } = await import('./index');
  const printed: unknown[] = [];
  await exports.run!(await import('@tensorflow/tfjs-layers'), train, predict, {
    log: (value: unknown) => printed.push(value),
  });
  const losses = printed.slice(0, -1) as number[];
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  const predictions = printed.at(-1) as Float32Array[];
  expect(predictions.map((row) => row.length)).toEqual([2, 2]);
  expect(predictions[0][0]).toBeGreaterThan(predictions[0][1]);
});

it('the table of the README lists every field of the configuration', () => {
  const [message] = trainConfigProblems({ epochs: 1, batchSize: 1, nothing: 1 });
  const fields = /expected one of (.*); there/.exec(message)![1].split(', ');
  expect(fields).toHaveLength(17);
  for (const field of fields) expect(readme).toContain(`\`${field}\``);
});
