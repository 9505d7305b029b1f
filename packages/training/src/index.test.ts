import * as library from './index';
import * as node from './node';

test('exports what the README lists and nothing else', () => {
  expect(Object.keys(library).sort()).toEqual([
    'CheckpointError',
    'NonFiniteLossError',
    'PauseControl',
    'TrainConfigError',
    'checkpointStore',
    'confusionMatrix',
    'decodeCheckpoint',
    'encodeCheckpoint',
    'evaluate',
    'expectedCalibrationError',
    'indexedDbStore',
    'learningRateAt',
    'memoryStore',
    'perClassMetrics',
    'predict',
    'rankClasses',
    'resolveTrainConfig',
    'topKAccuracy',
    'train',
    'trainConfigProblems',
    'trainDefaults',
  ]);
  expect(Object.keys(node)).toEqual(['folderStore']);
});
