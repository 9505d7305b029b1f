import '@tensorflow/tfjs-backend-cpu';
import {
  type BranchPlan,
  countNumbered,
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  planProblem,
  type PlannedUnit,
} from './optional-kernels';

/** A 1x1 branch, a 1x1 before a 3x3, and the pooled input. */
const PLAN: BranchPlan = {
  units: [
    { kernelSize: 1, inputChannels: 4, filters: 3, source: 'input', outputChannel: 0 },
    { kernelSize: 1, inputChannels: 4, filters: 2, source: 'input' },
    { kernelSize: 3, inputChannels: 2, filters: 5, source: 1, outputChannel: 3 },
  ],
  outputChannels: 12,
  pooledChannel: 8,
};

const changed = (index: number, change: Partial<PlannedUnit>): BranchPlan => ({
  ...PLAN,
  units: PLAN.units.map((unit, i) => (i === index ? { ...unit, ...change } : unit)),
});

describe('planProblem', () => {
  it('finds none in a plan whose parts fit', () => {
    expect(planProblem(PLAN, 4)).toBeUndefined();
  });

  it.each<[string, BranchPlan, string]>([
    ['other input channels', changed(0, { inputChannels: 5 }), 'unit 0 to read 4 channels, got 5'],
    [
      'a unit behind',
      changed(2, { source: 2 }),
      'unit 2 to read a unit before it that nothing else reads, got 2',
    ],
    ['a unit of the output', changed(2, { source: 0 }), 'that nothing else reads, got 0'],
    [
      'an even kernel',
      changed(2, { kernelSize: 2 }),
      'an odd kernel size and filters of unit 2, got 2 and 5',
    ],
    [
      'a unit that nobody reads',
      changed(2, { source: 'input', inputChannels: 4 }),
      'got one that is neither',
    ],
    ['overlapping parts', changed(2, { outputChannel: 2 }), 'got one at 2 behind 3'],
    ['too few channels', { ...PLAN, outputChannels: 11 }, 'expected 12 output channels, got 11'],
    ['no pooled input', { ...PLAN, outputChannels: 8, pooledChannel: undefined }, 'once, got 0 times'],
    [
      'no 1x1',
      { ...changed(0, { kernelSize: 3 }), units: [changed(0, { kernelSize: 3 }).units[0]] },
      'a 1x1 unit',
    ],
  ])('says what is wrong with %s', (_, plan, problem) => {
    expect(planProblem(plan, 4)).toContain(problem);
  });
});

describe('numbered', () => {
  it('gives every group its number', () => {
    const names = numbered<'param' | 'grad', string>([{ param: 'a', grad: 'b' }, { param: 'c' }]);
    expect(names).toEqual({ param0: 'a', grad0: 'b', param1: 'c' });
    expect(['param', 'grad', 'm'].map((name) => countNumbered(names, name))).toEqual([2, 1, 0]);
  });
});

describe('hasKernels', () => {
  it('is false where the engine has none of them', () => {
    expect(hasKernels(OPTIONAL_KERNELS.adamStep)).toBe(false);
    expect(hasKernels()).toBe(true);
  });
});
