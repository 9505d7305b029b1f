import type { Preset } from './preset';

/**
 * Photographs of one's own on a network that knows ImageNet: the best regularised linear head on its features, nothing else is changed.
 *
 * That is what a few hundred pictures can teach. With `--freeze inception_4e` the layers behind are trained on, at a low rate and on
 * random views, and stay only where the validation pictures like them better.
 */
export const finetune: Preset = {
  title: 'your own pictures (--data) on a trained network (--from): a new last layer in a minute or two',
  config: {
    data: { validationFraction: 0.2 },
    photos: {
      from: 'imagenet',
      freeze: 'global_pool',
      corrupt: 'stop',
      classWeights: 'none',
      testFraction: 0,
    },
    model: { variant: 'paper' },
    training: {
      epochs: 10,
      batchSize: 32,
      optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 2e-4 },
      schedule: { kind: 'cosine', learningRate: 0.001 },
      earlyStopping: { monitor: 'loss', patience: 3 },
      augment: { area: [0.35, 1] },
      checkpointEverySteps: 50,
      evaluateBatchSize: 32,
    },
  },
};
