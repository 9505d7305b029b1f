import type * as tfl from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import type { TrainingData } from '../data';
import type { Collective } from './collective';
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
  /**
   * Go on from the store's newest checkpoint, if it has one; default false. Whatever decides the weights must be as it was then,
   * but for `epochs`, which may be more, and what `allowChanges` names.
   */
  resume?: boolean;
  /** Fields of the configuration, or names of `fingerprint`, that may differ from the checkpoint's. */
  allowChanges?: readonly string[];
  /**
   * What else decides the weights, as short texts by name, for instance a hash of the images and one of the model's options.
   * It is kept in each checkpoint, and compared on resuming.
   */
  fingerprint?: Readonly<Record<string, string>>;
  /** Ends the run after the current step, with a checkpoint. */
  signal?: AbortSignal;
  pause?: PauseControl;
  /**
   * Trains together with other processes: each takes its share of every batch, and all end with the same weights. Model, data and
   * configuration must be the same in all of them; `batchSize` is that of all together. Only rank 0 uses its store.
   */
  collective?: Collective;
  /**
   * With a collective, batch norm over the rows of all processes, as if they were one (layers of `@googlenet/inception`). Without
   * it each takes the statistics of its own rows, and the moving statistics are averaged. Default false.
   */
  syncBatchNorm?: boolean;
}
