import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainingBatch } from '../data';
import { mainOutput, runForLogits } from '../classifier/heads';
import { smoothedTargets, softmaxCrossEntropy } from './losses';
import { leafLayers, type Weight } from '../classifier/weights';

/** What a forward and backward pass gives; the caller disposes all of it. */
export interface Gradients {
  /** All heads, smoothing and regularization included. */
  loss: tf.Scalar;
  /** `[batch, classes]` of the main output. */
  logits: tf.Tensor2D;
  /** One for each parameter; `null` where the loss does not depend on it. */
  gradients: (tf.Tensor | null)[];
}

/**
 * The loss of a batch in training mode, and its gradient for each parameter.
 *
 * @throws {RangeError} if a label is no class of the model.
 */
export function computeGradients(
  model: tfl.LayersModel,
  parameters: readonly Weight[],
  batch: TrainingBatch,
  {
    labelSmoothing,
    auxiliaryWeight,
    classWeights,
  }: { labelSmoothing: number; auxiliaryWeight: number; classWeights?: readonly number[] },
): Gradients {
  const main = mainOutput(model);
  // Made before the tape starts: an error inside it would leave the tape's tensors behind.
  const targets = model.outputs.map(({ shape }) =>
    smoothedTargets(batch.labels, shape.at(-1) as number, labelSmoothing, classWeights),
  );
  const images = tf.tensor(batch.images, [...batch.shape]);
  let logits: tf.Tensor | undefined;
  try {
    const { value, grads } = tf.variableGrads(
      () => {
        const heads = runForLogits(model, images, true);
        const losses = heads.map((head, index) => {
          const loss = softmaxCrossEntropy(head, tf.tensor2d(targets[index], head.shape));
          return index === main ? loss : tf.mul(loss, auxiliaryWeight);
        });
        const penalties = leafLayers(model).flatMap(({ layer }) => layer.calculateLosses());
        logits = tf.keep<tf.Tensor>(tf.clone(heads[main]));
        return tf.addN<tf.Scalar>([...losses, ...penalties].map((loss) => tf.reshape(loss, [])));
      },
      parameters.map(({ variable }) => variable),
    );
    const gradients = parameters.map(({ variable }) => grads[variable.name] ?? null);
    return { loss: value, logits: logits as tf.Tensor2D, gradients };
  } catch (error) {
    logits?.dispose();
    throw error;
  } finally {
    images.dispose();
  }
}
