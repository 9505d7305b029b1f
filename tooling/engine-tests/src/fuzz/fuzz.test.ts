import { join } from 'node:path';
import { runRandomCases } from '../node/random-cases';
import { RandomCase } from './random-case';
import { caseGenerators, KERNELS_WITHOUT_CASES } from './fuzz';

/** Kernels whose output the cpu engine stores under another type than it declares, in some cases. */
const STORED_OTHERWISE = new Set(['Cast', 'Concat', 'MaxPoolWithArgmax']);
const packageFolder = join(__dirname, '../..');
const setup = (name: string) => join(packageFolder, `scripts/setups/${name}.mjs`);

describe('random cases', () => {
  it('cover every kernel of the cpu engine but a named list, and are answered by it', async () => {
    const report = await runRandomCases({
      setup: setup('cpu'),
      backendName: 'cpu',
      packageFolder,
      count: 400,
      seed: 1,
    });
    const covered = [...report.kernels, ...KERNELS_WITHOUT_CASES].sort();
    expect(covered).toEqual([...Object.keys(caseGenerators), ...KERNELS_WITHOUT_CASES].sort());
    expect(report).toMatchObject({ missing: [] });
    expect(report.differences.filter(({ kernel }) => !STORED_OTHERWISE.has(kernel))).toEqual([]);
  }, 300_000);

  it('find a wrong kernel, and only that one', async () => {
    const report = await runRandomCases({
      setup: setup('wrong'),
      backendName: 'wrong',
      packageFolder,
      count: 300,
      seed: 7,
    });
    const wrong = new Set(
      report.differences.map(({ kernel }) => kernel).filter((kernel) => !STORED_OTHERWISE.has(kernel)),
    );
    expect([...wrong]).toEqual(['Tanh']);
    expect(report).toMatchObject({ missing: ['Tan'] });
  }, 300_000);

  it('follow from their seed', () => {
    const make = (seed: number) => JSON.stringify(caseGenerators.FusedConv2D(new RandomCase(seed)));
    expect(make(3)).toBe(make(3));
    expect(make(3)).not.toBe(make(4));
  });
});
