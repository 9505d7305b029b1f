import type { Preset } from './preset';

/**
 * The training recipe of the paper on the MNIST variant, with the auxiliary classifiers.
 *
 * SGD with momentum 0.9, learning rate 0.01 falling 4 % every 8 epochs, weight decay 2e-4, batches of 32, averaged weights.
 * Deviation: digits are shifted and turned a little; the paper's mirroring and wide crops would change what a digit is.
 * @see Szegedy et al. 2014 (arXiv:1409.4842), section 6.
 */
export const paperRecipe: Preset = {
  title:
    "the paper's recipe: SGD, -4 % every 8 epochs, auxiliary classifiers, averaged weights; a day or more",
  config: {
    model: { auxiliary: true },
    training: {
      epochs: 60,
      batchSize: 32,
      optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 2e-4, biasLearningRateFactor: 2 },
      schedule: { kind: 'paper', learningRate: 0.01 },
      auxiliaryWeight: 0.3,
      ema: { decay: 0.999 },
    },
  },
};
