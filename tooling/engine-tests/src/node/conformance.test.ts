import { join } from 'node:path';
import { compareFailures, runConformance } from './conformance';

const packageFolder = join(__dirname, '../..');

describe('the runner of the conformance suite', () => {
  it('runs the whole suite on the cpu engine, which passes it', async () => {
    const report = await runConformance({
      setup: join(packageFolder, 'scripts/setups/cpu.mjs'),
      backendName: 'cpu',
      packageFolder,
    });
    expect(report.failed).toEqual([]);
    expect(report.passed).toHaveLength(4227);
  }, 600_000);

  it('sees what an engine does wrong', async () => {
    const report = await runConformance({
      setup: join(packageFolder, 'scripts/setups/wrong.mjs'),
      backendName: 'wrong',
      packageFolder,
      filter: /^(tanh|sinh) /,
    });
    const failing = report.failed.map(({ name }) => name);
    expect(failing).toContain('tanh wrong {} basic');
    expect(failing.filter((name) => name.startsWith('sinh'))).toEqual([]);
    expect(report.passed.length).toBeGreaterThan(5);
  }, 600_000);

  it('tells unexpected failures from expected ones, and expected ones that pass', () => {
    const report = {
      passed: ['a'],
      failed: [
        { name: 'b', reason: '' },
        { name: 'c', reason: '' },
      ],
      skipped: [],
    };
    const expected = ['a', 'b'].map((name) => ({ name, reason: 'because' }));
    expect(compareFailures(report, expected)).toEqual({
      unexpected: [{ name: 'c', reason: '' }],
      mended: ['a'],
    });
  });
});
