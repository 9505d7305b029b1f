import { runRandomCases, type Difference } from '@googlenet-tooling/engine-tests';
import { join } from 'node:path';

/** The cpu backend swaps height and width in the shape of this gradient; ours is proven against the forward kernel in resize.test.ts. */
const isMistakeOfCpu = ({ kernel, what }: Difference) =>
  kernel === 'ResizeBilinearGrad' && what.startsWith('output 0: expected shape');

const packageFolder = join(__dirname, '..');

// More of them: FUZZ_CASES=12000 npx jest random-cases
describe('random cases of every kernel', () => {
  it.each(['setup-one-thread', 'setup-two-threads'])(
    'give what the cpu backend gives, with %s',
    async (name) => {
      const report = await runRandomCases({
        setup: join(packageFolder, 'src/testing', `${name}.ts`),
        backendName: 'googlenet-wasm',
        packageFolder,
      });
      expect(report.differences.filter((one) => !isMistakeOfCpu(one))).toEqual([]);
      expect(report.missing).toEqual([]);
      expect(report.kernels.length).toBeGreaterThan(100);
    },
    // Long runs are asked for by the number of cases.
    300_000 + 200 * Number(process.env.FUZZ_CASES ?? 0),
  );
});
