import * as library from './index';
import * as config from './config';
import * as node from './node';

test('exports what the README lists and nothing else', () => {
  expect(Object.keys(library).sort()).toEqual([
    'CheckpointError',
    'CollectiveError',
    'NonFiniteLossError',
    'PauseControl',
    'TrainConfigError',
    'balancedClassWeights',
    'calibrationBins',
    'checkpointStore',
    'confusionMatrix',
    'decodeCheckpoint',
    'encodeCheckpoint',
    'evaluate',
    'expectedCalibrationError',
    'extractFeatures',
    'fitLinearClassifier',
    'fitOutlierRule',
    'indexedDbStore',
    'joinFeatures',
    'learningRateAt',
    'memoryStore',
    'optimizerNames',
    'outlierDistance',
    'perClassMetrics',
    'pooledFeatures',
    'predict',
    'rankClasses',
    'recalibrateBatchNorm',
    'resolveTrainConfig',
    'scheduleNames',
    'topKAccuracy',
    'train',
    'trainConfigProblems',
    'trainDefaults',
  ]);
  expect(Object.keys(node)).toEqual(['folderStore']);
  expect(Object.keys(config).sort()).toEqual([
    'optimizerNames',
    'resolveTrainConfig',
    'scheduleNames',
    'trainConfigProblems',
    'trainDefaults',
  ]);
});
