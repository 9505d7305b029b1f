import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { leafLayers } from './weights';

/** A layer that keeps moving averages of batch statistics. */
export interface BatchNormLayer {
  readonly layer: tfl.layers.Layer;
  /** The share of the old average that a training step keeps. NaN where the layer's configuration does not tell. */
  readonly momentum: number;
  /** Moving means and variances, in the order of the layer's weights. */
  readonly moving: readonly tf.Variable[];
}

/**
 * The layers of a model that move averages in training, known by weights named `moving_mean` and `moving_variance` and the
 * `momentum` of their configuration: those of TensorFlow.js and of `@googlenet/inception`. Frozen layers keep theirs and are left out.
 */
export function batchNormLayers(model: tfl.LayersModel): BatchNormLayer[] {
  return leafLayers(model).flatMap(({ layer, frozen }) => {
    const moving = layer.weights.filter(({ originalName }) =>
      /(^|\/)moving_(mean|variance)$/.test(originalName),
    );
    if (frozen || moving.length === 0) return [];
    const { momentum } = layer.getConfig();
    return [
      {
        layer,
        momentum: typeof momentum === 'number' ? momentum : NaN,
        moving: moving.map((weight) => weight.read() as tf.Variable),
      },
    ];
  });
}

/** Above this share of the values that training began with, moving averages count as unsettled. */
const SETTLED_SHARE = 0.05;

/**
 * What to tell of a model whose moving averages have not followed its batch statistics yet: after n steps they still hold
 * `momentum^n` of the values that they began with.
 *
 * @param steps - that the averages have seen.
 * @returns a sentence, or undefined where all of them hold at most 5 % of their first values.
 */
export function unsettledWarning(model: tfl.LayersModel, steps: number): string | undefined {
  const momenta = batchNormLayers(model).map(({ momentum }) => momentum);
  const momentum = Math.max(0, ...momenta.filter((value) => value > 0 && value < 1));
  const share = momentum ** steps;
  if (steps < 1 || share <= SETTLED_SHARE) return undefined;
  return (
    `train(model): expected moving averages of batch norm that have settled, got ${steps} ${steps === 1 ? 'step' : 'steps'} at momentum ${momentum}: ` +
    `${Math.round(100 * share)} % of them is still what training began with, and evaluation may look worse than the network is. ` +
    'Call recalibrateBatchNorm(model, data), train longer or lower the momentum.'
  );
}
