import { fromStandardLayers } from '@googlenet/inception';
import { isGoogLeNet, optimizeForInference } from '@googlenet/model';
import {
  evaluate,
  type EvaluateOptions,
  type EvaluationReport,
  type TrainingData,
} from '@googlenet/training';
import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * `evaluate` on a copy of the network with batch norm folded and each module as one layer: the same predictions in less time.
 * A network of other layers is used as it is.
 */
export async function evaluateFolded(
  network: tfl.LayersModel,
  data: TrainingData,
  options: EvaluateOptions,
): Promise<EvaluationReport> {
  if (!isGoogLeNet(network)) return await evaluate(network, data, options);
  const own = fromStandardLayers(network);
  const folded = optimizeForInference(own);
  own.dispose();
  try {
    return await evaluate(folded, data, options);
  } finally {
    folded.dispose();
  }
}
