import type { PhotoDataset } from '@googlenet/images/node';
import { featureExtractor } from '@googlenet/model';
import {
  type Collective,
  extractFeatures,
  fitLinearClassifier,
  type LinearClassifier,
} from '@googlenet/training';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Io } from '../io';
import { progressBar } from '../render/progress';

/** How the last layer was fitted. */
export interface HeadFit {
  readonly penalty: number;
  readonly heldOut: LinearClassifier['heldOut'];
  readonly featuresMs: number;
  readonly fitMs: number;
}

/**
 * Gives a network the best linear last layer for the pictures: each goes through the frozen rest once.
 *
 * @param options.collective - the processes that share the pictures; each of them fits the layer by itself.
 */
export async function fitHead(
  model: tfl.LayersModel,
  data: PhotoDataset,
  options: {
    io: Io;
    quiet: boolean;
    seed: number;
    batchSize: number;
    classWeights?: readonly number[];
    signal?: AbortSignal;
    collective?: Collective;
  },
): Promise<HeadFit> {
  const { io, quiet, seed, batchSize, classWeights, signal, collective } = options;
  const started = performance.now();
  const bar = progressBar(io, 'features', data.size, quiet);
  try {
    const features = await extractFeatures(featureExtractor(model, 'global_pool'), data, {
      batchSize,
      signal,
      collective,
      onProgress: (done) => bar.update(done),
    });
    const computed = performance.now();
    const { kernel, bias, penalty, heldOut } = await fitLinearClassifier(features, {
      numClasses: data.numClasses,
      seed,
      signal,
      ...(classWeights ? { classWeights } : {}),
    });
    const weights = [tf.tensor2d(kernel, [features.width, data.numClasses]), tf.tensor1d(bias)];
    model.getLayer('logits').setWeights(weights);
    weights.forEach((weight) => weight.dispose());
    return { penalty, heldOut, featuresMs: computed - started, fitMs: performance.now() - computed };
  } finally {
    bar.stop();
  }
}
