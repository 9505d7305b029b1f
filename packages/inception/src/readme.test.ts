import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import * as inceptionPackage from './index';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
const snippets = [...readme.matchAll(/^```ts run\n([\s\S]*?)^```$/gm)].map(([, code]) =>
  code.replace(/^import .*$/gm, '').replace(/ as tfl\.\w+/g, ''),
);

/** Runs a snippet and gives the variables that it made. */
function run(snippet: string): Record<string, unknown> {
  const names = [...snippet.matchAll(/^const (\w+)/gm)].map(([, name]) => name);
  const known = { tfl, ...inceptionPackage };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const body = new Function(...Object.keys(known), `${snippet}; return { ${names.join(', ')} };`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-call
  return body(...Object.values(known)) as Record<string, unknown>;
}

it('the first snippet builds the module with the shape in its comment, and its plain equal', () => {
  const { model, standard } = run(snippets[0]) as Record<string, tfl.LayersModel>;
  expect(snippets[0]).toContain('[batch, 28, 28, 256]');
  expect(model.outputs[0].shape).toEqual([null, 28, 28, 256]);
  expect(standard.outputs[0].shape).toEqual([null, 28, 28, 256]);
  expect(standard.countParams()).toBe(model.countParams());
});

it('the second snippet counts what its comments say', () => {
  const costs = run(snippets[1]);
  for (const name of ['direct', 'reduce', 'after']) {
    const line = snippets[1].split('\n').find((text) => text.startsWith(`const ${name} `))!;
    expect(line).toContain(`// ${(costs[name] as number).toLocaleString('en-US')}`);
  }
});

it('lists every export and every option with its default', () => {
  for (const name of Object.keys(inceptionPackage)) expect(readme).toContain(name);
  for (const [option, value] of Object.entries(inceptionPackage.CONV_UNIT_DEFAULTS)) {
    expect(readme).toContain(`\`${option}\``);
    if (typeof value === 'number') {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${option}\``))!;
      expect(Number(row.split('|')[3].replace(/`/g, ''))).toBe(value);
    }
  }
});
