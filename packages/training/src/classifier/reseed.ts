import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { hash32 } from '../hash';
import { leafLayers } from './weights';

interface SeededLayer extends tfl.layers.Layer {
  reseed?: (seed: number, firstRow?: number) => void;
  seed?: number;
  rate?: number;
  noiseShape?: unknown;
}

/** Where the rows of a step lie in the whole batch. */
export interface RowsOfBatch {
  readonly first: number;
  /** Rows of the whole batch. */
  readonly images: number;
}

/**
 * Gives every random layer of a model a new seed at each step, so that masks differ from step to step and a resumed run draws
 * the same ones. Knows layers with `reseed(seed)` and the dropout layers of tfjs, which with a fixed seed repeat one mask for ever.
 *
 * Where a step's rows are part of a larger batch, they get the part of its mask that is theirs (a layer with a `reseed` of one
 * argument, or with a `noiseShape`, cannot).
 * @returns `seedStep(step, rows)`, and `restore()` which gives tfjs's layers their own seeds back.
 */
export function createReseeder(
  model: tfl.LayersModel,
  seed: number,
): { seedStep(step: number, rows?: RowsOfBatch): void; restore(): void } {
  const layers = leafLayers(model)
    .map(({ layer }) => layer as SeededLayer)
    .filter((layer) => layer.reseed || ['Dropout', 'SpatialDropout1D'].includes(layer.getClassName()));
  const stock = layers.filter((layer) => !layer.reseed).map((layer) => ({ layer, seed: layer.seed }));
  let current: RowsOfBatch | undefined;
  const restoreCalls = stock.map(({ layer }) => dropRowsOfBatch(layer, () => current));
  return {
    seedStep(step, rows) {
      current = rows;
      layers.forEach((layer, index) => {
        const value = hash32(seed, step, index);
        if (layer.reseed) layer.reseed(value, rows?.first ?? 0);
        else layer.seed = value;
      });
    },
    restore() {
      for (const restoreCall of restoreCalls) restoreCall();
      for (const { layer, seed: original } of stock) {
        if (original === undefined) delete layer.seed;
        else layer.seed = original;
      }
    },
  };
}

/** Lets a dropout layer of tfjs draw the mask of the whole batch and use the rows of it that it is given. @returns undoes it. */
function dropRowsOfBatch(layer: SeededLayer, rows: () => RowsOfBatch | undefined): () => void {
  const { rate = 0, noiseShape } = layer;
  if (layer.getClassName() !== 'Dropout' || noiseShape) return () => undefined;
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const part = rows();
    const training = (kwargs as { training?: boolean }).training === true;
    if (!part || part.images === x.shape[0] || !training || rate === 0) return call(inputs, kwargs);
    return tf.tidy(() => {
      const whole = tf.dropout(tf.ones([part.images, ...x.shape.slice(1)]), rate, undefined, layer.seed);
      return tf.mul(x, tf.slice(whole, [part.first], [x.shape[0]]));
    });
  };
  return () => delete (layer as { call?: unknown }).call;
}

/**
 * Makes frozen layers run in inference mode while training, as Keras does: tfjs would still update a frozen batch norm's
 * moving statistics.
 *
 * @returns undoes it.
 */
export function runFrozenLayersInInference(model: tfl.LayersModel): () => void {
  const frozen = leafLayers(model).filter(
    ({ layer, frozen: isFrozen }) => isFrozen && layer.weights.length > 0,
  );
  for (const { layer } of frozen) {
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false });
  }
  return () => {
    for (const { layer } of frozen) delete (layer as { call?: unknown }).call;
  };
}
