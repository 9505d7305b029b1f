import * as tf from '@tensorflow/tfjs-core';
import { toStandardLayers } from '@googlenet/inception';
import { useQuickCpu } from '../../inception/src/testing/quick-cpu';
import { googlenet, type GoogLeNetOptions } from './index';
import { disturbWeights, maxDifference, outputs, SMALL } from './testing/models';

beforeAll(useQuickCpu);

const OWN = ['Inception', 'ConvBatchNorm', 'SeededDropout'];

it.each<[string, GoogLeNetOptions]>([
  ['mnist with auxiliary heads', { auxiliary: true, inputShape: [28, 28, 1], widthMultiplier: 0.0625 }],
  ['torchvision', { variant: 'torchvision', inputShape: [40, 40, 3] }],
  ['paper', { variant: 'paper', inputShape: [40, 40, 3] }],
  ['slim', { variant: 'slim', inputShape: [40, 40, 3] }],
  ['cifar', { variant: 'cifar', inputShape: [16, 16, 3] }],
])('%s in built-in layers predicts the same, output by output', (_, options) => {
  const model = googlenet({ ...SMALL, ...options });
  disturbWeights(model);
  const standard = toStandardLayers(model);
  const classes = new Set(standard.layers.map((layer) => layer.getClassName()));
  for (const own of OWN) expect(classes).not.toContain(own);
  expect(standard.outputNames).toEqual(model.outputNames);
  const images = tf.randomUniform([2, ...model.inputs[0].shape.slice(1)] as number[], 0, 1, 'float32', 3);
  const [found, expected] = [outputs(standard, images), outputs(model, images)];
  found.forEach((values, i) => expect(maxDifference(values, expected[i])).toBeLessThan(1e-5));
  images.dispose();
  standard.dispose();
  model.dispose();
});
