import { runRandomCases } from '@googlenet-tooling/engine-tests';
import { join } from 'node:path';

const packageFolder = join(__dirname, '..');

/** Of each of the two. */
const CASES = Number(process.env.FUZZ_CASES ?? 5250);

// More of them: FUZZ_CASES=12000 npx jest random-cases, others: FUZZ_SEED=20000
describe('random cases of every kernel', () => {
  it.each(['setup-one-thread', 'setup-two-threads'])(
    'give what the cpu backend gives, with %s',
    async (name) => {
      const report = await runRandomCases({
        setup: join(packageFolder, 'src/testing', `${name}.ts`),
        backendName: 'googlenet-wasm',
        packageFolder,
        count: CASES,
      });
      expect(report.differences).toEqual([]);
      expect(report.missing).toEqual([]);
      expect(report.kernels.length).toBeGreaterThan(100);
    },
    300_000 + 200 * CASES,
  );
});
