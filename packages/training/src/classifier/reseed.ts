import type * as tfl from '@tensorflow/tfjs-layers';
import { hash32 } from '../hash';
import { leafLayers } from './weights';

interface SeededLayer extends tfl.layers.Layer {
  reseed?: (seed: number) => void;
  seed?: number;
}

/**
 * Gives every random layer of a model a new seed at each step, so that masks differ from step to step and a resumed run draws
 * the same ones. Knows layers with `reseed(seed)` and the dropout layers of tfjs, which with a fixed seed repeat one mask for ever.
 *
 * @returns `seedStep(step)`, and `restore()` which gives tfjs's layers their own seeds back.
 */
export function createReseeder(
  model: tfl.LayersModel,
  seed: number,
): { seedStep(step: number): void; restore(): void } {
  const layers = leafLayers(model)
    .map(({ layer }) => layer as SeededLayer)
    .filter((layer) => layer.reseed || ['Dropout', 'SpatialDropout1D'].includes(layer.getClassName()));
  const stock = layers.filter((layer) => !layer.reseed).map((layer) => ({ layer, seed: layer.seed }));
  return {
    seedStep(step) {
      layers.forEach((layer, index) => {
        const value = hash32(seed, step, index);
        if (layer.reseed) layer.reseed(value);
        else layer.seed = value;
      });
    },
    restore() {
      for (const { layer, seed: original } of stock) {
        if (original === undefined) delete layer.seed;
        else layer.seed = original;
      }
    },
  };
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
