import type { Preset } from './preset';

/** A narrow network on a part of the data: minutes on two cores without anything native. */
export const quick: Preset = {
  title: 'width 0.25, part of the training images; minutes on two cores',
  config: {
    data: { subset: 12_000, validationFraction: 0.1 },
    model: { widthMultiplier: 0.25, batchNormMomentum: 0.9 },
    training: {
      epochs: 2,
      batchSize: 32,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'oneCycle', learningRate: 0.004 },
      ema: { decay: 0.98 },
    },
  },
};
