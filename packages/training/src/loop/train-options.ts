import type * as tfl from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import type { TrainingData } from '../data';
import type { PauseControl } from './pause';

/** What `train()` works with. */
export interface TrainOptions {
  /** A classifier that ends in a softmax or in logits; auxiliary heads are further outputs. Its weights are changed. */
  model: tfl.LayersModel;
  data: TrainingData;
  /** Evaluated after each epoch. */
  validation?: TrainingData;
  config: TrainConfig;
  /** Where checkpoints go; none are written without it. */
  store?: CheckpointStore;
  /** Go on from the store's newest checkpoint, if it has one; default false. */
  resume?: boolean;
  /** Ends the run after the current step, with a checkpoint. */
  signal?: AbortSignal;
  pause?: PauseControl;
}
