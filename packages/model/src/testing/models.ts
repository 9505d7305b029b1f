import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet, type GoogLeNetOptions } from '../index';

/** Readies the reference engine, without its advice to install another one. */
export async function useCpu(): Promise<void> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
}

/** The smallest network that has every part: 12x12 images, a sixteenth of the width. */
export const SMALL = {
  widthMultiplier: 0.0625,
  inputShape: [12, 12, 1],
  numClasses: 4,
  seed: 7,
} satisfies GoogLeNetOptions;

/** Builds a model, uses it and disposes it. */
export function withModel<T>(options: GoogLeNetOptions, use: (model: tfl.LayersModel) => T): T {
  const model = googlenet(options);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

/** Replaces biases, gammas, betas and moving statistics by numbers that are neither 0 nor 1. */
export function disturbWeights(model: tfl.LayersModel): void {
  const next = (index: number) => Math.sin(index * 12.9898) * 0.5;
  let count = 0;
  for (const layer of model.layers) {
    const weights = layer.weights.map((weight) => {
      const { shape, originalName } = weight;
      if (originalName.endsWith('kernel')) return weight.read().clone();
      const positive = /gamma|variance/.test(originalName);
      const values = Array.from({ length: tf.util.sizeFromShape(shape as number[]) }, () => next(count++));
      return tf.tensor(positive ? values.map((value) => 1 + value) : values, shape as number[]);
    });
    if (weights.length > 0) layer.setWeights(weights);
    tf.dispose(weights);
  }
}

/** Values of the model's outputs, flat, in order. */
export function outputs(model: tfl.LayersModel, x: tf.Tensor): number[][] {
  return tf.tidy(() => {
    const y = model.predict(x);
    return (Array.isArray(y) ? y : [y]).map((tensor) => Array.from(tensor.dataSync()));
  });
}

/** Saves a model to memory and reads it back with the stock loader. */
export async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined })) as tf.io.ModelArtifacts;
      saved.weightData = artifacts.weightData;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return tfl.loadLayersModel(tf.io.fromMemory(saved!));
}

/** Largest absolute difference of two lists of the same length. */
export function maxDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}
