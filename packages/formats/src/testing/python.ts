import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const oracles = join(__dirname, '..', '..', '..', '..', 'tooling', 'oracles');

/** A Python that has the modules: `GOOGLENET_PYTHON`, the one beside the oracles, or the system's. */
function pythonWith(...modules: string[]): string | undefined {
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

/** Runs a script of `tooling/oracles`; gives what it printed. */
type RunScript = (script: string, ...values: string[]) => string;

/**
 * Declares a test that runs scripts of `tooling/oracles`, or passes over it with one printed line where Python or a module is missing.
 *
 * @param modules - Python modules that it needs.
 * @param body - gets a function that runs a script, and a scratch folder.
 */
export function itWithScripts(
  name: string,
  modules: string[],
  body: (run: RunScript, folder: string) => Promise<void>,
): void {
  const python = pythonWith(...modules);
  if (python === undefined) {
    process.stdout.write(
      `passed over: ${name} (no Python with ${modules.join(', ')}; set GOOGLENET_PYTHON)\n`,
    );
    it.skip(name, () => undefined);
    return;
  }
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
  const run: RunScript = (script, ...values) =>
    execFileSync(python, [join(oracles, script), ...values], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    }).toString();
  it(
    name,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
      try {
        await body(run, folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    600_000,
  );
}

/** Asks `formats_live.py` for what it answers to a command. */
export type Ask = <T>(command: string, ...values: unknown[]) => T;

/**
 * Declares a test against the original library, or passes over it as {@link itWithScripts}.
 *
 * @param body - gets the commands of `tooling/oracles/formats_live.py` as a function, and a scratch folder.
 */
export function itWithPython(
  name: string,
  modules: string[],
  body: (ask: Ask, folder: string) => Promise<void>,
): void {
  itWithScripts(name, modules, (run, folder) =>
    body((command, ...values) => {
      const output = run('formats_live.py', command, JSON.stringify(values));
      return JSON.parse(output.trim().split('\n').at(-1)!) as never;
    }, folder),
  );
}
