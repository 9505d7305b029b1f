/**
 * Training of any TensorFlow.js layers model: `train()` yields events, and everything else serves it or looks at what came of it.
 *
 * It knows nothing of where models and data come from, of displays and of engines. Start reading at `loop/train.ts`, then `loop/run.ts`;
 * `config/` is what a run may be asked for, `checkpoint/` what a resumed one needs, `evaluate/` what is measured afterwards.
 *
 * @packageDocumentation
 */

export { mainLogits, mainOutput } from './classifier/heads';
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint/checkpoint';
export type {
  BestEpoch,
  Checkpoint,
  CheckpointHeader,
  CheckpointTensor,
  EpochTotals,
  TrainState,
} from './checkpoint/checkpoint';
export { checkpointStore, memoryStore } from './checkpoint/checkpoint-store';
export type { ByteFiles, CheckpointStore, LatestCheckpoint } from './checkpoint/checkpoint-store';
export { resolveTrainConfig, TRAIN_DEFAULTS } from './config/config';
export { optimizerNames, scheduleNames, trainConfigProblems } from './config/config-rules';
export type { EarlyStoppingConfig, EmaConfig, ResolvedTrainConfig, TrainConfig } from './config/config';
export type { BatchRequest, TrainingBatch, TrainingData } from './data';
export { CheckpointError, CollectiveError, NonFiniteLossError, TrainConfigError } from './errors';
export { evaluate } from './evaluate/evaluate';
export type { EvaluateOptions, EvaluationReport, Mistake } from './evaluate/evaluate';
export type { EpochEvent, EvaluatingEvent, StartEvent, StepEvent, TrainEvent } from './loop/events';
export { indexedDbStore } from './checkpoint/indexed-db-store';
export {
  calibrationBins,
  confusionMatrix,
  expectedCalibrationError,
  perClassMetrics,
  rankClasses,
  topKAccuracy,
} from './evaluate/metrics';
export type { CalibrationBin, ClassMetrics, RankedClass } from './evaluate/metrics';
export type { OptimizerConfig } from './optimizers/optimizers';
export { PauseControl } from './loop/pause';
export { fitOutlierRule, outlierDistance, pooledFeatures } from './evaluate/outliers';
export type { OutlierRule, OutlierRuleOptions } from './evaluate/outliers';
export { predict } from './evaluate/predict';
export type { PredictOptions } from './evaluate/predict';
export { recalibrateBatchNorm } from './evaluate/recalibrate-batch-norm';
export type { RecalibrateOptions, Recalibration } from './evaluate/recalibrate-batch-norm';
export { learningRateAt } from './optimizers/schedules';
export type { RunLength, ScheduleConfig } from './optimizers/schedules';
export type { Collective } from './loop/collective';
export { train } from './loop/train';
export type { TrainOptions } from './loop/train-options';
export { balancedClassWeights } from './transfer/class-weights';
export { extractFeatures, joinFeatures } from './transfer/features';
export type { ExtractFeaturesOptions, Features } from './transfer/features';
export { fitLinearClassifier } from './transfer/linear-classifier';
export type { LinearClassifier, LinearClassifierOptions } from './transfer/linear-classifier';
