import type { TrainSettings } from './settings';

/** What the page calls the optimizers. */
export const OPTIMIZER_NAMES: Record<TrainSettings['optimizer'], string> = {
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'SGD, momentum 0.9',
};

/** What the page calls the schedules of the learning rate. */
export const SCHEDULE_NAMES: Record<TrainSettings['schedule'], string> = {
  oneCycle: 'one cycle',
  cosine: 'cosine',
  constant: 'constant',
  paper: 'the paper: −4 % every 8 epochs',
  polynomial: 'polynomial',
  step: 'steps',
};
