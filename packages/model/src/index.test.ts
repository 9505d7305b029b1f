import * as tf from '@tensorflow/tfjs-core';
import expected from '../../../integrations/expected/model.exports.json';
import * as everywhere from './index';
import * as node from './node/index';
import * as variants from './variants';

it('exports the listed names and no others', () => {
  expect({
    '.': Object.keys(everywhere).sort(),
    './node': Object.keys(node).sort(),
    './variants': Object.keys(variants).sort(),
  }).toEqual(expected);
});

it('importing registers the layers that a saved model needs', () => {
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
