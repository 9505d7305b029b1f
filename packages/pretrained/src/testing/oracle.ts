import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { itWithScripts } from '../../../formats/src/testing/python';

/** A folder that a script of `tooling/oracles` has filled. */
export interface OracleFolder {
  readonly path: (name: string) => string;
  readonly floats: (name: string) => Float32Array;
}

/**
 * Declares a test on files that other people's libraries write, or passes over it with one printed line where Python or a library is missing.
 *
 * @param script - of `tooling/oracles`; it gets the folder to write to.
 * @param prepare - puts what the script reads into the folder.
 */
export function itWithOracle(
  name: string,
  script: string,
  modules: string[],
  body: (folder: OracleFolder) => Promise<void>,
  prepare: (folder: string) => Promise<void> = () => Promise.resolve(),
): void {
  itWithScripts(name, modules, async (run, folder) => {
    await prepare(folder);
    run(script, folder);
    const path = (file: string) => join(folder, file);
    await body({
      path,
      floats: (file) => new Float32Array(new Uint8Array(readFileSync(path(file))).buffer),
    });
  });
}
