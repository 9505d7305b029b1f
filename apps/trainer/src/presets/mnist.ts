import type { Preset } from './preset';

/** The MNIST variant as its source trains it: full width, all images, Adam with its defaults, five epochs of batches of 32. */
export const mnist: Preset = {
  title: 'full width, all images, Adam, 5 epochs; hours without a native engine',
  config: {
    training: {
      epochs: 5,
      batchSize: 32,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 0.001 },
    },
  },
};
