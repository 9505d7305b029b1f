import process from 'node:process';
import type { Difference } from '../fuzz/fuzz';
import { type EngineUnderTest, runEngineProcess } from './engine-process';

export interface RandomCasesOptions extends EngineUnderTest {
  /** How many cases, over all kernels in turn. */
  count: number;
  /** The seed of the first case; the others follow by one each. `$FUZZ_SEED`, or 1. */
  seed?: number;
  /** Only these kernels. */
  kernels?: readonly string[];
}

export interface RandomCasesReport {
  /** How many cases were run, from which seed. */
  count: number;
  seed: number;
  /** The cases on which the engine and the cpu engine differ. */
  differences: Difference[];
  /** The kernels that had cases. */
  kernels: string[];
  /** Kernels of the cpu engine that the engine lacks. */
  missing: string[];
}

/**
 * Runs random cases of every kernel on an engine and on the cpu engine, in a process of its own: types, ranks 0 to 6, empty axes,
 * broadcasting, attributes. The seed is printed.
 *
 * @throws {Error} if the bundle cannot be made or the process ends before its report.
 */
export async function runRandomCases(options: RandomCasesOptions): Promise<RandomCasesReport> {
  const { count, seed = Number(process.env.FUZZ_SEED ?? 1), kernels, ...engine } = options;
  process.stderr.write(
    `${engine.backendName}: ${count} random cases from seed ${seed} (FUZZ_CASES, FUZZ_SEED)\n`,
  );
  const report = await runEngineProcess<RandomCasesReport>('random-cases.mjs', engine, {
    count,
    seed,
    kernels,
  });
  return { ...report, count, seed };
}
