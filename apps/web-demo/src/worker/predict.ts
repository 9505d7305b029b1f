import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mainOutput, outlierDistance, pooledFeatures, type OutlierRule } from '@googlenet/training';
import type { Prediction } from './protocol';

/** A picture of 784 bytes as the network's input `[1, 28, 28, 1]` in [0, 1]; the caller disposes it. */
export function toInput(image: Uint8Array): tf.Tensor4D {
  if (image.length !== 784) {
    throw new RangeError(
      `toInput(): expected 784 bytes (28x28), got ${image.length}. Use preprocessDrawing first.`,
    );
  }
  return tf.tensor4d(
    Float32Array.from(image, (byte) => byte / 255),
    [1, 28, 28, 1],
  );
}

/** A network that also gives the features by which its answers are doubted. */
export interface Doubter {
  rule: OutlierRule;
  /** The network's outputs, then the features. */
  view: tfl.LayersModel;
}

/** A view of the model's own layers and weights. */
export function doubterOf(model: tfl.LayersModel, rule: OutlierRule): Doubter {
  const features = pooledFeatures(model, rule.layer).outputs;
  return { rule, view: tfl.model({ inputs: model.inputs, outputs: [...model.outputs, ...features] }) };
}

/** The probabilities of every head of the model for one picture, and whether to doubt them. */
export async function predictOne(
  model: tfl.LayersModel,
  image: Uint8Array,
  doubter?: Doubter,
): Promise<Prediction> {
  const started = performance.now();
  const input = toInput(image);
  const outputs = tf.tidy(() => {
    const result = (doubter?.view ?? model).predict(input);
    return Array.isArray(result) ? result : [result];
  });
  try {
    const values = await Promise.all(outputs.map((output) => output.data<'float32'>()));
    const heads = model.outputNames.map((name, i) => ({ name, probabilities: Array.from(values[i]) }));
    const main = mainOutput(model);
    const features = doubter && values.at(-1);
    return {
      probabilities: heads[main]?.probabilities ?? [],
      auxiliary: heads.filter((_, i) => i !== main),
      doubtful: features && outlierDistance(doubter.rule, features)[0] > doubter.rule.limit,
      durationMs: performance.now() - started,
    };
  } finally {
    tf.dispose([input, ...outputs]);
  }
}
