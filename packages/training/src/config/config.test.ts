import { resolveTrainConfig } from './config';
import { trainConfigProblems } from './config-rules';
import { TrainConfigError } from '../errors';

const GOOD = { epochs: 1, batchSize: 8 };

describe('resolveTrainConfig', () => {
  it('fills in the defaults and keeps what is given', () => {
    expect(resolveTrainConfig({ ...GOOD, labelSmoothing: 0.1 })).toEqual({
      ...GOOD,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 1e-3 },
      labelSmoothing: 0.1,
      auxiliaryWeight: 0.3,
      seed: 0,
      shuffle: true,
      dropRemainder: false,
      evaluateBatchSize: 32,
    });
  });

  it('reports every problem at once', () => {
    const bad = {
      epochs: 0,
      batchSize: 1.5,
      schedule: { kind: 'cosine', learningRate: -1 },
      learningRate: 0.1,
    };
    expect(() => resolveTrainConfig(bad as never)).toThrow(TrainConfigError);
    expect(() => resolveTrainConfig(bad as never)).toThrow(
      [
        'train(config): 4 problems.',
        '  - epochs: expected a positive integer, got 0.',
        '  - batchSize: expected a positive integer, got 1.5.',
        '  - learningRate: expected one of epochs, batchSize, optimizer, schedule, labelSmoothing, classWeights, auxiliaryWeight, clipNorm, ema, ' +
          'earlyStopping, seed, shuffle, dropRemainder, augment, normalize, checkpointEverySteps, evaluateBatchSize; there is no such field.',
        '  - schedule.learningRate: expected a positive number, got -1.',
      ].join('\n'),
    );
  });
});

describe('trainConfigProblems', () => {
  it.each<[object, string]>([
    [{ epochs: undefined }, 'epochs: expected a positive integer, got nothing.'],
    [{ epochs: '5' }, 'epochs: expected a positive integer, got "5".'],
    [{ batchSize: NaN }, 'batchSize: expected a positive integer, got NaN.'],
    [{ optimizer: 'adam' }, 'optimizer: expected an object, got "adam".'],
    [{ optimizer: { kind: 'lion' } }, 'optimizer.kind: expected one of adam, adamw, sgd, got "lion".'],
    [
      { optimizer: { kind: 'toString' } },
      'optimizer.kind: expected one of adam, adamw, sgd, got "toString".',
    ],
    [
      { optimizer: { kind: 'adam', beta1: 1 } },
      'optimizer.beta1: expected a number from 0 up to, not including, 1, got 1.',
    ],
    [{ optimizer: { kind: 'adam', epsilon: 0 } }, 'optimizer.epsilon: expected a positive number, got 0.'],
    [
      { optimizer: { kind: 'sgd', beta1: 0.9 } },
      'optimizer.beta1: expected one of kind, momentum, nesterov, weightDecay, biasLearningRateFactor; there is no such field.',
    ],
    [
      { optimizer: { kind: 'sgd', momentum: 0, nesterov: true } },
      'optimizer.nesterov: expected a momentum above 0 with it, got 0. Set optimizer.momentum.',
    ],
    [
      { schedule: { kind: 'onecycle', learningRate: 1 } },
      'schedule.kind: expected one of constant, paper, step, polynomial, cosine, oneCycle, got "onecycle".',
    ],
    [{ schedule: { kind: 'constant' } }, 'schedule.learningRate: expected a positive number, got nothing.'],
    [
      { schedule: { kind: 'step', learningRate: 1, milestones: [3, 2] } },
      'schedule.milestones: expected a list of rising epochs, got [3, 2].',
    ],
    [
      { schedule: { kind: 'paper', learningRate: 1, factor: 1.5 } },
      'schedule.factor: expected a number above 0, at most 1, got 1.5.',
    ],
    [
      { schedule: { kind: 'oneCycle', learningRate: 1, warmupSteps: 5 } },
      'schedule.warmupSteps: expected none with "oneCycle", which warms up itself. Set warmupFraction.',
    ],
    [{ labelSmoothing: 1 }, 'labelSmoothing: expected a number from 0 up to, not including, 1, got 1.'],
    [{ auxiliaryWeight: -0.3 }, 'auxiliaryWeight: expected a number, 0 or more, got -0.3.'],
    [
      { classWeights: [1, 0] },
      'classWeights: expected a list of positive numbers, one for each class, got [1, 0].',
    ],
    [{ clipNorm: 0 }, 'clipNorm: expected a positive number, got 0.'],
    [{ ema: {} }, 'ema.decay: expected a number from 0 up to, not including, 1, got nothing.'],
    [{ ema: 0.99 }, 'ema: expected an object, got 0.99.'],
    [
      { earlyStopping: { monitor: 'valLoss' } },
      'earlyStopping.monitor: expected "loss" or "accuracy", got "valLoss".',
    ],
    [{ earlyStopping: { patience: 0 } }, 'earlyStopping.patience: expected a positive integer, got 0.'],
    [{ seed: -1 }, 'seed: expected an integer, 0 or more, got -1.'],
    [{ shuffle: 1 }, 'shuffle: expected true or false, got 1.'],
    [
      { normalize: { mean: 0.1, std: 0 } },
      'normalize: expected "unit" or { mean, std }, got {"mean": 0.1, "std": 0}.',
    ],
    [{ checkpointEverySteps: 0 }, 'checkpointEverySteps: expected a positive integer, got 0.'],
  ])('%j', (change, problem) => {
    expect(trainConfigProblems({ ...GOOD, ...change })).toEqual([problem]);
  });

  it('says so when there is no object at all', () => {
    expect(trainConfigProblems(null)).toEqual(['config: expected an object, got null.']);
  });
});
