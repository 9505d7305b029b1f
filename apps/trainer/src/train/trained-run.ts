import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainerConfig } from '../config/schema';
import type { EngineInfo } from '../engines';
import type { LoadedData } from '../load-data';
import type { RunFolder } from '../run-folder';

/** A run that has come to the end of its training. */
export interface TrainedRun {
  readonly json: boolean;
  /** Whether one line tells how it ended: one run of many. */
  readonly brief: boolean;
  readonly config: TrainerConfig;
  readonly engine: EngineInfo;
  readonly data: LoadedData;
  /** As trained, auxiliary classifiers included. */
  readonly model: tfl.LayersModel;
  readonly run: RunFolder;
  /** Images of each part. */
  readonly counts: { readonly training: number; readonly validation: number; readonly test: number };
}
