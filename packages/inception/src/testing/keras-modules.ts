import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fixture from '../__fixtures__/keras-modules.json';
import type { Branch5x5, InceptionFilterTuple, InceptionKind } from '../filters';
import { inception } from '../inception-layer';
import { type Digest, expectGolden, fill, fillWeights } from './golden';

interface GoldenModule {
  kind: InceptionKind;
  branch5x5: Branch5x5;
  inference: Digest;
  training: Digest;
  inputGradient: Digest;
  gradients: Record<string, Digest>;
  moving: Record<string, Digest>;
}

const { source: _source, shape, filters, ...modules } = fixture;

/** Declares the tests that compare one module of each kind with Keras, on the backend that is current when they run. */
export function testKerasModules(tolerance = 1e-4): void {
  describe.each(Object.entries(modules as unknown as Record<string, GoldenModule>))(
    'an Inception module, %s, equals Keras',
    (_, golden) => {
      it('in inference, in training, in every gradient and in its moving statistics', () => {
        tf.tidy(() => compare(golden, tolerance));
      });
    },
  );
}

function compare(golden: GoldenModule, tolerance: number): void {
  const { kind, branch5x5 } = golden;
  const layer = inception({
    name: 'inception_3a',
    filters: filters as unknown as InceptionFilterTuple,
    kind,
    branch5x5,
  });
  layer.apply(tfl.input({ shape: shape.slice(1) }));
  fillWeights(layer.weights);
  const x = tf.variable(fill('input', shape, -1, 1));
  const inference = layer.apply(x) as tf.Tensor;
  const direction = fill('direction', inference.shape, -1, 1);
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  let training = inference;
  const { grads } = tf.variableGrads(() => {
    training = tf.keep(layer.apply(x, { training: true }) as tf.Tensor);
    return tf.sum<tf.Scalar>(tf.mul(training, direction));
  }, [...variables, x]);
  const named = (weights: tfl.LayerVariable[], value: (weight: tfl.LayerVariable) => tf.Tensor) =>
    Object.fromEntries(weights.map((weight) => [weight.originalName, value(weight)]));
  expectGolden(
    { inference, training, inputGradient: grads[x.name] },
    { inference: golden.inference, training: golden.training, inputGradient: golden.inputGradient },
    tolerance,
  );
  expectGolden(
    named(layer.trainableWeights, (weight) => grads[weight.name]),
    golden.gradients,
    tolerance,
  );
  expectGolden(
    named(layer.nonTrainableWeights, (weight) => weight.read()),
    golden.moving,
    tolerance,
  );
  tf.dispose([x, training]);
  layer.dispose();
}
