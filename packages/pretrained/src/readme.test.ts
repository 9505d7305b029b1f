import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as browser from './index';
import * as node from './node/index';

const modules: Record<string, unknown> = {
  '@googlenet/pretrained': browser,
  '@googlenet/pretrained/node': node,
};

/** Runs a snippet with its imports taken from here; gives what it logs. */
async function run(snippet: string): Promise<string[]> {
  const lines: string[] = [];
  const log = (...values: unknown[]) =>
    void lines.push(values.map((value) => JSON.stringify(value)).join(' '));
  const body = snippet.replace(/^import (\{.*\}) from '(.*)';$/gm, "const $1 = modules['$2'];");
  // Of this realm, unlike node:vm: the snippets' arrays must be instances of the Uint8Array that the sources know.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const execute = new Function('modules', 'console', `return (async () => {${body}})()`) as (
    ...given: unknown[]
  ) => Promise<void>;
  await execute(modules, { log });
  return lines;
}

it('every runnable snippet of the README prints what it says', async () => {
  const readme = await readFile(join(__dirname, '..', 'README.md'), 'utf8');
  const snippets = [...readme.matchAll(/```ts run\n([^]*?)```/g)].map((match) => match[1]);
  expect(snippets.length).toBeGreaterThanOrEqual(1);
  for (const snippet of snippets) {
    const promised = [...snippet.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map((match) => match[1]);
    expect(promised.length).toBeGreaterThan(0);
    expect(await run(snippet)).toEqual(promised);
  }
});
