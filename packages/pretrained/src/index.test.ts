import * as any from './index';
import * as node from './node/index';

it('exports these names for any platform', () => {
  expect(Object.keys(any).sort()).toEqual([
    'WEIGHTS',
    'classesOf',
    'cropForWeights',
    'decodePredictions',
    'imagenetClasses',
    'loadWeights',
    'preprocess',
    'pretrained',
    'readWeightsFile',
    'toCompact',
  ]);
});

it('exports these names for Node', () => {
  expect(Object.keys(node).sort()).toEqual(['fetchWeightsFile', 'pretrained', 'verifyWeightsFile']);
});
