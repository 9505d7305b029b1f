import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const oracles = join(__dirname, '..', '..', '..', '..', 'tooling', 'oracles');

/** A Python that has the modules: `GOOGLENET_PYTHON`, the one beside the oracles, or the system's. */
export function pythonWith(...modules: string[]): string | undefined {
  const candidates = [process.env.GOOGLENET_PYTHON, join(oracles, '.venv', 'bin', 'python'), 'python3'];
  return candidates.find((python) => {
    if (python === undefined || (python.includes('/') && !existsSync(python))) return false;
    try {
      const check = `import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in ${JSON.stringify(modules)}))`;
      execFileSync(python, ['-c', check], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Declares a test against the original library, or passes over it with one printed line where Python or the library is missing.
 *
 * @param modules - Python modules that it needs.
 * @param body - gets the commands of `tooling/oracles/formats_live.py` as a function, and a scratch folder.
 */
export function itWithPython(
  name: string,
  modules: string[],
  body: (ask: <T>(command: string, ...values: unknown[]) => T, folder: string) => Promise<void>,
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
      const folder = mkdtempSync(join(tmpdir(), 'formats-'));
      const environment = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
      try {
        await body((command, ...values) => {
          const output = execFileSync(
            python,
            [join(oracles, 'formats_live.py'), command, JSON.stringify(values)],
            {
              env: environment,
              stdio: ['ignore', 'pipe', 'pipe'],
              maxBuffer: 2 ** 28,
            },
          );
          return JSON.parse(output.toString().trim().split('\n').at(-1)!) as never;
        }, folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    300_000,
  );
}
