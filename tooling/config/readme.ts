import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Declares the test that runs a package's README: every snippet marked `ts run` logs what the comments behind its `console.log` say.
 *
 * @param modules - what the snippets import, by name: the package's sources.
 * @param atLeast - snippets that the README has.
 */
export function testReadmeSnippets(folder: string, modules: Record<string, unknown>, atLeast: number): void {
  it('every runnable snippet of the README prints what it says', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    const snippets = [...readme.matchAll(/```ts run\n([^]*?)```/g)].map((match) => match[1]);
    expect(snippets.length).toBeGreaterThanOrEqual(atLeast);
    for (const snippet of snippets) {
      const promised = [...snippet.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map((match) => match[1]);
      expect(promised.length).toBeGreaterThan(0);
      expect(await run(snippet, modules)).toEqual(promised);
    }
  });
}

/** Runs a snippet with its imports taken from `modules`; gives what it logs. */
async function run(snippet: string, modules: Record<string, unknown>): Promise<string[]> {
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
