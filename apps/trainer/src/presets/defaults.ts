import type { TrainerConfig } from '../config/schema';

/** What holds where neither the preset, nor a file, nor a flag says otherwise: the recipe of the MNIST variant. */
export const DEFAULT_CONFIG: TrainerConfig = {
  backend: 'auto',
  seed: 1,
  data: { dataset: 'mnist', source: 'package', validationFraction: 0.05 },
  model: { variant: 'mnist', widthMultiplier: 1, auxiliary: false },
  training: {
    epochs: 5,
    batchSize: 32,
    optimizer: { kind: 'adam' },
    schedule: { kind: 'constant', learningRate: 0.001 },
    earlyStopping: { monitor: 'accuracy' },
    checkpointEverySteps: 200,
    evaluateBatchSize: 100,
  },
};
