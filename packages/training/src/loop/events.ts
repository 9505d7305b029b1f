import type { BestEpoch } from '../checkpoint/checkpoint';

/** Training begins, or goes on from a checkpoint. */
export interface StartEvent {
  type: 'start';
  /** Steps already done. */
  step: number;
  /** Epochs already done. */
  epoch: number;
  stepsPerEpoch: number;
  totalSteps: number;
  /** Number of single weights that are trained. */
  trainableParameters: number;
  resumed: boolean;
  /** Newer checkpoints that were damaged and passed over. */
  damaged: { name: string; reason: string }[];
}

/** One step is done. */
export interface StepEvent {
  type: 'step';
  /** From 1, over the whole run. */
  step: number;
  totalSteps: number;
  /** From 1. */
  epoch: number;
  /** From 1, within the epoch. */
  batch: number;
  stepsPerEpoch: number;
  /** What is minimised: all heads, smoothing and regularization included. */
  loss: number;
  /** The main output's plain cross-entropy, which compares with the validation loss. */
  crossEntropy: number;
  /** Of this batch, in training mode. */
  accuracy: number;
  learningRate: number;
  /** Before clipping; only with `clipNorm`. */
  gradientNorm?: number;
  /** Of all processes together, and so `imagesPerSecond`. */
  images: number;
  durationMs: number;
  /** How much of the duration went by before the data set gave the batch: what the step waited for. */
  dataMs: number;
  imagesPerSecond: number;
  /** How much of the duration went into sums over all processes; only with a collective. */
  waitedMs?: number;
}

/** The validation data are about to be run through the model. */
export interface EvaluatingEvent {
  type: 'evaluating';
  epoch: number;
  images: number;
}

/** One epoch is done. */
export interface EpochEvent {
  type: 'epoch';
  /** From 1. */
  epoch: number;
  epochs: number;
  step: number;
  /** Means over the epoch's images, in training mode. */
  loss: number;
  crossEntropy: number;
  accuracy: number;
  /** On the EMA weights where there are some. */
  validation?: { loss: number; accuracy: number; ece: number; durationMs: number };
  /** Of the training steps. */
  durationMs: number;
  imagesPerSecond: number;
  /** How much of the duration went into sums over all processes since this process began; only with a collective. */
  waitedMs?: number;
}

/** Everything that {@link train} tells. Plain JSON. */
export type TrainEvent =
  | StartEvent
  | StepEvent
  | EvaluatingEvent
  | EpochEvent
  | ({ type: 'best' } & BestEpoch)
  | { type: 'checkpoint'; step: number; epoch: number; durationMs: number }
  | { type: 'paused' | 'resumed'; step: number }
  /** The signal was aborted; the model holds the trained weights as they are. */
  | { type: 'aborted'; step: number; reason: string; saved: boolean }
  | {
      type: 'done';
      reason: 'completed' | 'earlyStopping';
      step: number;
      epochs: number;
      best: BestEpoch | null;
      /** Which weights the model now holds. */
      weights: 'last' | 'ema' | 'best';
      /** A sentence where the moving averages of batch norm have seen too few steps for a fair evaluation; see `recalibrateBatchNorm`. */
      warning?: string;
    };
