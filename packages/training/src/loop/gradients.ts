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

/** What a rank's rows count for in the loss of a whole batch. */
export interface Part {
  /** Of the whole batch. */
  images: number;
  /** Whether the rows count at all. */
  counted: boolean;
  /** Whether this rank adds the regularization, which all would add again. */
  penalties: boolean;
}

/**
 * The loss of a batch in training mode, and its gradient for each parameter.
 *
 * @param part - makes it the rows' part of the loss of a larger batch: the sum over all parts is the loss of the whole.
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
  part: Part = { images: batch.labels.length, counted: true, penalties: true },
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
          const loss = softmaxCrossEntropy(head, tf.tensor2d(targets[index], head.shape), part.images);
          const weight = (index === main ? 1 : auxiliaryWeight) * Number(part.counted);
          return weight === 1 ? loss : tf.mul(loss, weight);
        });
        const penalties = part.penalties
          ? leafLayers(model).flatMap(({ layer }) => layer.calculateLosses())
          : [];
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
