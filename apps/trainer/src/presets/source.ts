import type { Preset } from './preset';

/**
 * The run of the program that the MNIST variant comes from, exactly: full width, all 60,000 images, no validation split,
 * no augmentation, Adam with its defaults, five epochs of batches of 32; then the test images, on the last epoch's weights.
 */
export const source: Preset = {
  title: "the source's own run: full width, all images, plain Adam, 5 epochs; hours",
  config: {
    data: { validationFraction: 0 },
    training: {
      epochs: 5,
      batchSize: 32,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 0.001 },
      earlyStopping: null,
    },
  },
};
