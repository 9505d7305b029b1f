import {
  compareFailures,
  type Difference,
  type ExpectedFailure,
  runConformance,
  runRandomCases,
} from '@googlenet-tooling/engine-tests';
import { join } from 'node:path';
import { describeNative } from './testing/compare';

/** Tests of tfjs-core's published suite that this engine fails on purpose. */
const EXPECTED_FAILURES: readonly ExpectedFailure[] = [
  {
    name: 'avgPool onednn {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
    reason:
      'The suite wants dy divided by the whole window where the forward pass divides by the positions inside the picture: not the gradient of that pass. ' +
      'TensorFlow has no explicit padding here; its AvgPoolGrad with "SAME" divides by the positions inside, as this engine does (see pooling.test.ts).',
  },
];

const CASES = Number(process.env.FUZZ_CASES ?? 10_500);

const packageFolder = join(__dirname, '..');
const engine = {
  setup: join(packageFolder, 'src/testing/conformance-setup.ts'),
  backendName: 'onednn',
  packageFolder,
};

/** The cpu backend's own: it divides a float by a float and calls the result an integer, stores indices as floats. */
const isOfCpu = ({ what }: Difference) => what.startsWith('expected an error');

describeNative('any TensorFlow.js program', () => {
  it('passes the test suite that tfjs-core publishes', async () => {
    const report = await runConformance(engine);
    expect(compareFailures(report, EXPECTED_FAILURES)).toEqual({ unexpected: [], mended: [] });
    expect(report.passed.length).toBeGreaterThan(4200);
  }, 600_000);

  // More of them: FUZZ_CASES=12000 npx jest conformance, others: FUZZ_SEED=20000
  it(
    'gives what the cpu backend gives in random cases of every kernel',
    async () => {
      const report = await runRandomCases({ ...engine, count: CASES });
      expect(report.differences.filter((one) => !isOfCpu(one))).toEqual([]);
      expect(report.missing).toEqual([]);
      expect(report.kernels.length).toBeGreaterThan(120);
    },
    300_000 + 200 * CASES,
  );
});
