import type { TrainEvent } from '@googlenet/training';
import type { GreyMap } from '../worker/protocol';
import type { TrainSettings } from './settings';

/** A model as the page keeps and hands it around. */
export interface SavedModel {
  modelTopology: object;
  /** Absent where only the network's form is needed, because a checkpoint has the weights. */
  weights?: { specs: unknown[]; data: ArrayBuffer };
  /** What the file knows of its task. */
  metadata?: object;
}

export interface TrainingRequest {
  settings: TrainSettings;
  /** The database of the run's checkpoints; without it none are kept. */
  checkpoints?: string;
  /** Go on from those checkpoints. */
  resume: boolean;
  /** The network to begin with; without it a new one is built. */
  model?: SavedModel;
}

export interface WrongImage extends GreyMap {
  label: number;
  predicted: number;
  probability: number;
}

/** How the network does on images that it is not trained on. */
export interface ProbeReport {
  step: number;
  images: number;
  accuracy: number;
  loss: number;
  /** `[true class][predicted class]` */
  confusionMatrix: number[][];
  mistakes: WrongImage[];
}

/** What a run tells the page. */
export type TrainingUpdate =
  | TrainEvent
  | { type: 'data'; receivedBytes: number; totalBytes: number }
  | { type: 'preparing' }
  | { type: 'topology'; modelTopology: object; parameters: number }
  /** The network as it is at a pause, a stop and the end; it comes before the event that says so. */
  | { type: 'network'; network: SavedModel }
  | { type: 'probe'; report: ProbeReport };
