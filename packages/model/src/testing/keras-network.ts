import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type Digest, expectGolden, fill, fillWeights } from '../../../inception/src/testing/golden';
import small from '../__fixtures__/keras-mnist-12.json';
import full from '../__fixtures__/keras-mnist-28.json';
import { googlenet, logitsModel } from '../index';

/** Of outputs and loss. */
const TOLERANCE = 1e-4;
const GOLDENS = { 12: small, 28: full };

/** Side of the input in pixels: 28 is MNIST's; 12 is for engines that would take minutes. */
export type GoldenSize = keyof typeof GOLDENS;

/** The network of the golden files with their weights: no dropout, since no two frameworks share masks. */
export function goldenNetwork(size: GoldenSize): tfl.LayersModel {
  const { widthMultiplier, classes } = GOLDENS[size];
  const model = googlenet({ inputShape: [size, size, 1], numClasses: classes, widthMultiplier, dropout: 0 });
  fillWeights(model.weights);
  return model;
}

/** Weights or what belongs to them, by name. */
export function byName(
  weights: readonly tfl.LayerVariable[],
  value: (weight: tfl.LayerVariable) => tf.Tensor,
): Record<string, tf.Tensor> {
  return Object.fromEntries(weights.map((weight) => [weight.originalName, value(weight)]));
}

/**
 * Declares the test that compares the MNIST network at width 1/8 with Keras: outputs of inference and training, loss,
 * every weight's gradient. It runs on the backend that is current then.
 */
export function testKerasNetwork(size: GoldenSize, gradientTolerance = 1e-4): void {
  it(`the MNIST network at ${size}x${size} equals Keras in outputs, loss and every gradient`, () => {
    const model = goldenNetwork(size);
    tf.tidy(() => compare(model, size, gradientTolerance));
    model.dispose();
  });
}

function compare(model: tfl.LayersModel, size: GoldenSize, gradientTolerance: number): void {
  const golden = GOLDENS[size];
  expect(model.countParams()).toBe(golden.parameters);
  const logits = logitsModel(model);
  const images = fill(`images ${golden.batch}`, [golden.batchSize, size, size, 1], 0, 1);
  const targets = tf.oneHot(tf.tensor1d(golden.labels, 'int32'), golden.classes);
  const inference = logits.predict(images) as tf.Tensor;
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  let training = inference;
  const { value, grads } = tf.variableGrads(() => {
    training = tf.keep(logits.apply(images, { training: true }) as tf.Tensor);
    return tf.losses.softmaxCrossEntropy(targets, training);
  }, variables);
  expectGolden(
    { inference, training },
    { inference: golden.inference as Digest, training: golden.training as Digest },
    TOLERANCE,
  );
  expect(Math.abs(value.dataSync()[0] - golden.loss)).toBeLessThan(TOLERANCE);
  const gradients = golden.gradients as unknown as Record<string, Digest>;
  const actual = byName(model.trainableWeights, (weight) => grads[weight.name]);
  expectGolden(actual, gradients, gradientTolerance);
  const idle = Object.keys(actual).filter((name) => !(name in gradients));
  expect(idle).toHaveLength(64);
  for (const name of idle)
    expect(Array.from(actual[name].dataSync()).every((gradient) => gradient === 0)).toBe(true);
  training.dispose();
}
