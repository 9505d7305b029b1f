import { fromStandardLayers } from '@googlenet/inception';
import { optimizeForInference } from '@googlenet/model';
import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * Runs something on a copy of a network with batch norm folded and each module as one layer: the same predictions in less time.
 * A network of other layers is used as it is.
 */
export async function onInferenceModel<T>(
  network: tfl.LayersModel,
  use: (model: tfl.LayersModel) => Promise<T>,
): Promise<T> {
  if (!network.outputs.some(({ sourceLayer }) => sourceLayer.name === 'predictions'))
    return await use(network);
  const own = fromStandardLayers(network);
  const folded = optimizeForInference(own);
  own.dispose();
  try {
    return await use(folded);
  } finally {
    folded.dispose();
  }
}
