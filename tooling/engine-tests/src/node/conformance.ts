import { type EngineUnderTest, runEngineProcess } from './engine-process';

/** One run of TensorFlow.js' own test suite. */
export interface ConformanceOptions extends EngineUnderTest {
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

/**
 * Runs the conformance suite that `@tensorflow/tfjs-core` publishes (`dist/**\/*_test.js`) on a backend, in a process of its own.
 *
 * @throws {Error} if the bundle cannot be made or the process ends before its report.
 */
export function runConformance({ filter, ...engine }: ConformanceOptions): Promise<ConformanceReport> {
  return runEngineProcess<ConformanceReport>('suite.mjs', engine, { filter: filter?.source });
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
