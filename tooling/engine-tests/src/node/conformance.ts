import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

/** One run of TensorFlow.js' own test suite. */
export interface ConformanceOptions {
  /**
   * Absolute path of a module whose default export, a function that may be asynchronous, makes the backend ready. It is bundled
   * with one copy of tfjs-core; the workspace's packages are taken from their sources.
   */
  setup: string;
  /** The TensorFlow.js name of the backend. */
  backendName: string;
  /** The engine's package folder: the bundle is written below it, so that what is loaded at run time is found from there. */
  packageFolder: string;
  /** A pattern of full test names; all of them where it is missing. */
  filter?: RegExp;
}

/** What the suite said; names are jasmine's full names, such as `tanh onednn {} basic`. */
export interface ConformanceReport {
  passed: string[];
  failed: { name: string; reason: string }[];
  /** Tests that the suite itself leaves out. */
  skipped: string[];
}

/** A test of the suite that an engine does not pass, on purpose. */
export interface ExpectedFailure {
  /** The full name. */
  name: string;
  /** Why, and what TensorFlow itself answers. */
  reason: string;
}

const script = join(__dirname, '../../scripts/conformance.mjs');
const packages = join(__dirname, '../../../../packages');

/**
 * Runs the conformance suite that `@tensorflow/tfjs-core` publishes (`dist/**\/*_test.js`) on a backend, in a process of its own.
 *
 * @throws {Error} if the bundle cannot be made or the process ends before its report.
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const { setup, backendName, packageFolder, filter } = options;
  const parent = join(packageFolder, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'conformance-'));
  const report = join(folder, 'report.json');
  const argument = JSON.stringify({
    setup,
    backendName,
    filter: filter?.source,
    packages,
    report,
    bundle: join(folder, 'bundle.mjs'),
  });
  try {
    await promisify(execFile)(process.execPath, [script, argument], { maxBuffer: 2 ** 26 });
    return JSON.parse(readFileSync(report, 'utf8')) as ConformanceReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The failures that nobody expects, and expected ones that pass by now: both lists are empty where all is well. */
export function compareFailures(
  { failed }: ConformanceReport,
  expected: readonly ExpectedFailure[],
): { unexpected: ConformanceReport['failed']; mended: string[] } {
  const known = new Set(expected.map(({ name }) => name));
  const failing = new Set(failed.map(({ name }) => name));
  return {
    unexpected: failed.filter(({ name }) => !known.has(name)),
    mended: [...known].filter((name) => !failing.has(name)),
  };
}
