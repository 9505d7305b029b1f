import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

/** The engine that a run is about. */
export interface EngineUnderTest {
  /**
   * Absolute path of a module whose default export, a function that may be asynchronous, makes the backend ready. It is bundled
   * with one copy of tfjs-core; the workspace's packages are taken from their sources.
   */
  setup: string;
  /** The TensorFlow.js name of the backend. */
  backendName: string;
  /** The engine's package folder: the bundle is written below it, so that what is loaded at run time is found from there. */
  packageFolder: string;
}

const script = join(__dirname, '../../scripts/engine-process.mjs');
const packages = join(__dirname, '../../../../packages');

/**
 * Runs an entry of `scripts` with the engine in a process of its own, bundled: TensorFlow.js is an order of magnitude slower inside of jest.
 *
 * @throws {Error} if the bundle cannot be made or the process ends before its report.
 */
export async function runEngineProcess<Report>(
  entry: string,
  { setup, backendName, packageFolder }: EngineUnderTest,
  options: object,
): Promise<Report> {
  const parent = join(packageFolder, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'engine-tests-'));
  const report = join(folder, 'report.json');
  const bundle = join(folder, 'bundle.mjs');
  const argument = JSON.stringify({ ...options, entry, setup, backendName, packages, report, bundle });
  try {
    await promisify(execFile)(process.execPath, [script, argument], { maxBuffer: 2 ** 26 });
    return JSON.parse(readFileSync(report, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
