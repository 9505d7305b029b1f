import * as tf from '@tensorflow/tfjs-core';
import * as model from './index';

test('the public names are these', () => {
  expect(Object.keys(model).sort()).toEqual([
    'AdaptiveAveragePooling2D',
    'INCEPTION_FILTERS',
    'Lrn',
    'SeededDropout',
    'VARIANTS',
    'endpoints',
    'featureExtractor',
    'googlenet',
    'isReseedable',
    'logitsModel',
    'modelCard',
    'optimizeForInference',
    'readModelFiles',
    'replaceHead',
    'scaleFilters',
    'stripAuxiliary',
    'summarize',
    'toModelFiles',
    'variantNames',
  ]);
});

test('importing registers the layers that a saved model needs', () => {
  const known = Object.keys(tf.serialization.SerializationMap.getMap().classNameMap);
  expect(known).toEqual(
    expect.arrayContaining([
      'Lrn',
      'SeededDropout',
      'AdaptiveAveragePooling2D',
      'Inception',
      'ConvBatchNorm',
    ]),
  );
});
