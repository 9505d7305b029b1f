import type * as tfl from '@tensorflow/tfjs-layers';
import { Inception } from '@googlenet/inception';
import { isGoogLeNet, optimizeForInference } from '@googlenet/model';

/** The network that answers: with its batch norms folded in, or the model itself where it has none or auxiliary heads, which would be lost. */
export function predictorOf(model: tfl.LayersModel): tfl.LayersModel {
  const hasNorms = model.layers.some((layer) => layer instanceof Inception && layer.settings.batchNorm);
  return hasNorms && isGoogLeNet(model) && model.outputs.length === 1 ? optimizeForInference(model) : model;
}

/** Frees a network, and its predictor where that has weights of its own. */
export function disposeBoth(
  model: tfl.LayersModel | undefined,
  predictor: tfl.LayersModel | undefined,
): void {
  if (predictor !== model) predictor?.dispose();
  model?.dispose();
}
