export { decodeCheckpoint, encodeCheckpoint } from './checkpoint';
export type {
  BestEpoch,
  Checkpoint,
  CheckpointHeader,
  CheckpointTensor,
  EpochTotals,
  TrainState,
} from './checkpoint';
export { checkpointStore, memoryStore } from './checkpoint-store';
export type { ByteFiles, CheckpointStore, LatestCheckpoint } from './checkpoint-store';
export { resolveTrainConfig, trainDefaults } from './config';
export { trainConfigProblems } from './config-rules';
export type { EarlyStoppingConfig, EmaConfig, ResolvedTrainConfig, TrainConfig } from './config';
export type { BatchRequest, TrainingBatch, TrainingData } from './data';
export { CheckpointError, NonFiniteLossError, TrainConfigError } from './errors';
export { evaluate } from './evaluate';
export type { EvaluateOptions, EvaluationReport, Mistake } from './evaluate';
export type { EpochEvent, EvaluatingEvent, StartEvent, StepEvent, TrainEvent } from './events';
export { indexedDbStore } from './indexed-db-store';
export {
  confusionMatrix,
  expectedCalibrationError,
  perClassMetrics,
  rankClasses,
  topKAccuracy,
} from './metrics';
export type { ClassMetrics, RankedClass } from './metrics';
export type { OptimizerConfig } from './optimizers';
export { PauseControl } from './pause';
export { predict } from './predict';
export type { PredictOptions } from './predict';
export { learningRateAt } from './schedules';
export type { RunLength, ScheduleConfig } from './schedules';
export { train } from './train';
export type { TrainOptions } from './train-options';
