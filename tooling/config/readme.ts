import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * Declares the test that runs a package's README: every snippet marked `ts run` logs what the comments behind its `console.log` say.
 *
 * @param modules - what the snippets import, by name: the package's sources.
 * @param atLeast - snippets that the README has.
 */
export function testReadmeSnippets(folder: string, modules: Record<string, unknown>, atLeast: number): void {
  it('every runnable snippet of the README prints what it says', async () => {
    const snippets = runnableSnippets(folder);
    expect(snippets.length).toBeGreaterThanOrEqual(atLeast);
    for (const snippet of snippets) {
      const promised = [...snippet.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map((match) => match[1]);
      expect(promised.length).toBeGreaterThan(0);
      const logged = await runSnippet(snippet, modules);
      expect(logged.map((values) => values.map((value) => JSON.stringify(value)).join(' '))).toEqual(
        promised,
      );
    }
  });
}

/** The snippets of a package's README that are marked `ts run`. */
export function runnableSnippets(folder: string): string[] {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts run\n([^]*?)^```$/gm)].map(([, code]) => code);
}

/** Runs a snippet with its imports taken from `modules`; gives what it logs, call by call. */
export async function runSnippet(snippet: string, modules: Record<string, unknown>): Promise<unknown[][]> {
  const logged: unknown[][] = [];
  const { code } = transformSync(snippet, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    swcrc: false,
  });
  const load = (name: string) => {
    if (Object.hasOwn(modules, name)) return modules[name];
    throw new Error(
      `runSnippet: expected imports of ${Object.keys(modules).join(', ')}, got ${name}. Name it in the test.`,
    );
  };
  // Of this realm, unlike node:vm: the snippets' arrays must be instances of the Uint8Array that the sources know.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const execute = new Function('require', 'exports', 'console', `return (async () => {${code}})()`) as (
    ...given: unknown[]
  ) => Promise<void>;
  await execute(load, {}, { log: (...values: unknown[]) => void logged.push(values) });
  return logged;
}
