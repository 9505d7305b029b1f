import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const SOURCE = /(?<!\.d)\.tsx?$/;

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => SOURCE.test(name))
    .map((name) => join(folder, name));
}

/** The files that a file imports or exports from, types included; what is loaded later, by `import()`, is not counted. */
function importsOf(file, files) {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return statements
    .map(({ moduleSpecifier }) => moduleSpecifier?.text)
    .filter((name) => name?.startsWith('.'))
    .flatMap((name) => {
      const path = resolve(dirname(file), name);
      return [path, `${path}.ts`, `${path}.tsx`, join(path, 'index.ts')].filter((one) => files.has(one));
    });
}

/**
 * Every way in which a source file below a folder imports itself through others.
 *
 * @returns {string[]} `a.ts -> b.ts -> a.ts`, relative to the folder
 */
export function importCycles(folder) {
  const files = new Set(sourcesIn(folder));
  const done = new Set();
  const path = [];
  const cycles = [];
  const visit = (file) => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const cycle = [...path.slice(start), file];
      cycles.push(cycle.map((one) => relative(folder, one)).join(' -> '));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const next of importsOf(file, files)) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  return cycles;
}
