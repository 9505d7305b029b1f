import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ConvBatchNorm } from './conv-batch-norm';
import { scaleAndShift } from './conv-unit';
import type { Inception } from './inception-layer';
import { layerLike } from './rebuild-model';

/**
 * The same layer without batch norm, for inference: with `s = gamma / sqrt(variance + epsilon)`, each kernel becomes
 * `kernel * s` and its bias `beta + (bias - mean) * s`.
 *
 * @param layer - a built layer with batch norm.
 * @returns what applies the new layer, whose weights are its own.
 */
export function foldBatchNorm(
  layer: Inception | ConvBatchNorm,
): (input: tfl.SymbolicTensor) => tfl.SymbolicTensor {
  const folded = layerLike(layer, { ...layer.getConfig(), batchNorm: false, useBias: true });
  return (input) => {
    const output = folded.apply(input) as tfl.SymbolicTensor;
    tf.tidy(() =>
      layer.units.forEach((unit, index) => {
        const { kernel, bias } = folded.units[index];
        const { scale, shift } = scaleAndShift(
          [unit],
          unit.bias?.read() as tf.Tensor1D,
          layer.settings.epsilon,
        );
        kernel.write(tf.mul(unit.kernel.read(), scale));
        bias?.write(shift);
      }),
    );
    return output;
  };
}
