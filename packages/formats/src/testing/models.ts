import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fill, fillWeights } from '../../../inception/src/testing/golden';
import { useQuickCpu } from '../../../inception/src/testing/quick-cpu';
import { googlenet, type GoogLeNetOptions } from '@googlenet/model';

export { disturbWeights, maxDifference, outputs } from '../../../model/src/testing/models';
export { useQuickCpu };

/** Every variant, small: a sixteenth of the width, sizes with odd borders. */
export const SMALL_VARIANTS: [string, GoogLeNetOptions][] = (
  [
    ['mnist', { inputShape: [12, 12, 1] }],
    ['mnist with auxiliary heads', { inputShape: [28, 28, 1], auxiliary: true }],
    ['paper', { variant: 'paper', inputShape: [75, 79, 3] }],
    ['paper with auxiliary heads', { variant: 'paper', inputShape: [112, 112, 3], auxiliary: true }],
    ['torchvision', { variant: 'torchvision', inputShape: [75, 79, 3], auxiliary: true }],
    ['slim', { variant: 'slim', inputShape: [75, 79, 3] }],
    ['cifar', { variant: 'cifar', inputShape: [17, 17, 3] }],
  ] satisfies [string, GoogLeNetOptions][]
).map(([name, options]) => [name, { widthMultiplier: 0.0625, numClasses: 5, seed: 7, ...options }]);

/** A model whose weights come from the formula of the golden files. */
export function filledModel(options: GoogLeNetOptions): tfl.LayersModel {
  const model = googlenet(options);
  fillWeights(model.weights);
  return model;
}

/** The numbers of every weight of a model. */
export function weightValues(model: tfl.LayersModel): tf.TypedArray[] {
  return model.getWeights().map((weight) => weight.dataSync());
}

/** What `model.save` hands out. */
export async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  return saved;
}

/** Images that `formats_live.py` makes alike. */
export function images(name: string, model: tfl.LayersModel, batch = 2): tf.Tensor4D {
  return fill<tf.Tensor4D>(name, [batch, ...(model.inputs[0].shape.slice(1) as number[])], 0, 1);
}

/** Disposes models and tensors. */
export function dispose(...things: { dispose(): unknown }[]): void {
  for (const thing of things) thing.dispose();
}
