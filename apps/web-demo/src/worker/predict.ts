import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { mainOutputIndex } from './graph';
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

/** The probabilities of every head of the model for one picture. */
export async function predictOne(model: tfl.LayersModel, image: Uint8Array): Promise<Prediction> {
  const started = performance.now();
  const input = toInput(image);
  const outputs = tf.tidy(() => {
    const result = model.predict(input);
    return Array.isArray(result) ? result : [result];
  });
  try {
    const values = await Promise.all(outputs.map(async (output) => Array.from(await output.data())));
    const heads = values.map((probabilities, i) => ({
      name: model.outputNames[i] ?? `output${i}`,
      probabilities,
    }));
    const main = mainOutputIndex(model);
    return {
      probabilities: heads[main]?.probabilities ?? [],
      auxiliary: heads.filter((_, i) => i !== main),
      durationMs: performance.now() - started,
    };
  } finally {
    tf.dispose([input, ...outputs]);
  }
}
