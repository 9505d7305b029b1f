import type * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, foldBatchNorm, Inception, rebuildModel } from '@googlenet/inception';
import { headNames, outputOf } from './heads';

/**
 * A smaller, faster model with the same predictions, for inference only.
 *
 * Every batch norm is folded into its convolution: with `s = gamma / sqrt(variance + epsilon)`, the kernel becomes
 * `kernel * s` and the bias `beta + (bias - mean) * s`. Dropout and auxiliary heads are left out.
 * @param model - a model of `googlenet()`, built or loaded
 * @returns a new model with weights of its own, which the caller disposes; its output `predictions` is equal to the
 * model's to about 1e-6. The model given is left as it was.
 * @throws {TypeError} if the model is not a GoogLeNet.
 */
export function optimizeForInference(model: tfl.LayersModel): tfl.LayersModel {
  headNames(model, 'optimizeForInference');
  return rebuildModel(model, {
    outputs: [outputOf(model, 'predictions')],
    replace: ({ sourceLayer: layer, inputs }, rebuild) => {
      if (/Dropout$/.test(layer.getClassName())) return rebuild(inputs[0]);
      const folds =
        (layer instanceof Inception || layer instanceof ConvBatchNorm) && layer.settings.batchNorm;
      return folds ? foldBatchNorm(layer)(rebuild(inputs[0])) : undefined;
    },
  });
}
