import * as tf from '@tensorflow/tfjs-core';
import { fill, fillWeights } from '../../inception/src/testing/golden';
import slim from './__fixtures__/tf-slim.json';
import torch from './__fixtures__/torch-variants.json';
import { googlenet, logitsModel, type GoogLeNetOptions, type Variant } from './index';
import { maxDifference, outputs, useCpu } from './testing/models';

beforeAll(useCpu);

const GOLDENS = { ...torch, ...slim };

/** Largest error of the logits of every head, relative to the largest logit of that head. */
function parity(variant: Exclude<Variant, 'mnist'>, change: GoogLeNetOptions = {}): number {
  const { widthMultiplier, inputShape, pixels, logits } = GOLDENS[variant];
  const [height, width, channels] = inputShape;
  const model = googlenet({
    variant,
    widthMultiplier,
    inputShape: [height, width, channels],
    numClasses: torch.classes,
    auxiliary: logits.length > 1,
    ...change,
  });
  fillWeights(model.weights);
  const image = fill(`${variant} images`, [1, ...inputShape], pixels[0], pixels[1]);
  const found = outputs(logitsModel(model), image);
  expect(found).toHaveLength(logits.length);
  tf.dispose(image);
  model.dispose();
  return Math.max(
    ...found.map((head, i) => maxDifference(head, logits[i]) / Math.max(...logits[i].map(Math.abs))),
  );
}

it.each([
  ['torchvision', "torchvision's own class, both auxiliary heads included"],
  ['paper', 'PyTorch: LRN, ceil-mode pools, auxiliary heads'],
  ['cifar', 'PyTorch: pools with a padding of 1'],
  ['slim', "TensorFlow's `SAME` padding, no gamma"],
] as const)('%s equals %s, on an image of odd size', (variant, _source) => {
  expect(parity(variant)).toBeLessThan(1e-4);
});

it('the comparison would see another branch or border', () => {
  expect(parity('cifar', { branch5x5: 'two5x5' })).toBeGreaterThan(1e-2);
  expect(parity('slim', { unit: { epsilon: 1e-2 } })).toBeGreaterThan(1e-3);
});
