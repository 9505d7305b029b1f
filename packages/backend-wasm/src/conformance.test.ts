import { compareFailures, runConformance, type ExpectedFailure } from '@googlenet-tooling/engine-tests';
import { join } from 'node:path';

/** Tests of tfjs-core's published suite that this engine fails on purpose, each with its reason. */
const EXPECTED_FAILURES: readonly ExpectedFailure[] = [];

const packageFolder = join(__dirname, '..');

describe('the published test suite of tfjs-core', () => {
  it.each(['setup-one-thread', 'setup-two-threads'])('passes with %s', async (name) => {
    const report = await runConformance({
      setup: join(packageFolder, 'src/testing', `${name}.ts`),
      backendName: 'googlenet-wasm',
      packageFolder,
    });
    expect(compareFailures(report, EXPECTED_FAILURES)).toEqual({ unexpected: [], mended: [] });
    expect(report.passed.length).toBeGreaterThan(4200);
  });
});
