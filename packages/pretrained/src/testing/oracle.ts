import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from '../../../formats/src/testing/python';

const ORACLES = join(__dirname, '..', '..', '..', '..', 'tooling', 'oracles');

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
  const python = pythonWith(...modules);
  if (python === undefined) {
    process.stdout.write(
      `passed over: ${name} (no Python with ${modules.join(', ')}; set GOOGLENET_PYTHON)\n`,
    );
    it.skip(name, () => undefined);
    return;
  }
  it(
    name,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
      try {
        await prepare(folder);
        const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
        execFileSync(python, [join(ORACLES, script), folder], { stdio: 'pipe', env });
        const path = (file: string) => join(folder, file);
        await body({
          path,
          floats: (file) => new Float32Array(new Uint8Array(readFileSync(path(file))).buffer),
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    300_000,
  );
}
