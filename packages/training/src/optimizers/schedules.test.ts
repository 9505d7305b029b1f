import { learningRateAt, type ScheduleConfig } from './schedules';

function rates(schedule: ScheduleConfig, totalSteps: number, stepsPerEpoch = 1): number[] {
  return Array.from({ length: totalSteps }, (_, step) =>
    learningRateAt(schedule, step, { totalSteps, stepsPerEpoch }),
  );
}

function expectRates(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i], 8));
}

describe('learningRateAt', () => {
  // The numbers of PyTorch 2.15.0, from scripts/optimizer_goldens.py.
  it('oneCycle has the numbers of PyTorch', () => {
    expectRates(
      rates({ kind: 'oneCycle', learningRate: 0.02 }, 10),
      [
        0.0008, 0.0104, 0.02, 0.019009693, 0.016234913, 0.01222524, 0.0077748396, 0.0037651669, 0.00099038736,
        8e-8,
      ],
    );
    expectRates(
      rates(
        { kind: 'oneCycle', learningRate: 0.02, warmupFraction: 0.5, initialDivisor: 10, finalDivisor: 100 },
        7,
      ),
      [0.002, 0.0082188471, 0.018281153, 0.019010679, 0.012232984, 0.0037813369, 2e-5],
    );
  });

  it('cosine and polynomial have the numbers of PyTorch', () => {
    expectRates(
      rates({ kind: 'cosine', learningRate: 0.1, endLearningRate: 0.01 }, 5),
      [0.1, 0.091405765, 0.068905765, 0.041094235, 0.018594235],
    );
    expectRates(
      rates({ kind: 'polynomial', learningRate: 0.1 }, 5),
      [0.1, 0.089442719, 0.077459667, 0.063245553, 0.04472136],
    );
  });

  it("the paper's falls by 4 % every 8 epochs", () => {
    const rate = (epoch: number): number =>
      learningRateAt({ kind: 'paper', learningRate: 0.01 }, epoch * 5, { totalSteps: 500, stepsPerEpoch: 5 });
    expect(rate(0)).toBe(0.01);
    expect(rate(7)).toBe(0.01);
    expect(rate(8)).toBeCloseTo(0.0096, 12);
    expect(rate(16)).toBeCloseTo(0.01 * 0.96 * 0.96, 12);
  });

  it('step falls at each milestone, or every so many epochs', () => {
    expectRates(
      rates({ kind: 'step', learningRate: 1, milestones: [1, 3] }, 8, 2),
      [1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01],
    );
    expectRates(
      rates({ kind: 'step', learningRate: 1, factor: 0.5, everyEpochs: 2 }, 6),
      [1, 1, 0.5, 0.5, 0.25, 0.25],
    );
  });

  it('warm-up rises in a line, then the schedule runs over what is left', () => {
    expectRates(
      rates({ kind: 'constant', learningRate: 0.4, warmupSteps: 4 }, 6),
      [0.1, 0.2, 0.3, 0.4, 0.4, 0.4],
    );
    expectRates(
      rates({ kind: 'polynomial', learningRate: 1, power: 1, warmupSteps: 2 }, 6),
      [0.5, 1, 1, 0.75, 0.5, 0.25],
    );
  });

  it.each([1, 2, 3])('oneCycle over %d steps is finite and positive', (total) => {
    for (const rate of rates({ kind: 'oneCycle', learningRate: 0.1 }, total)) expect(rate).toBeGreaterThan(0);
  });
});
