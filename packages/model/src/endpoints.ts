import * as tfl from '@tensorflow/tfjs-layers';
import { outputOf } from './heads';

/** A named point of the network. */
export interface Endpoint {
  name: string;
  /** Output shape, batch first: `[null, height, width, channels]` or `[null, features]`. */
  shape: tfl.Shape;
}

/** Layers that are no point of interest: inputs, explicit padding, auxiliary heads. */
function isEndpoint(layer: tfl.layers.Layer): boolean {
  return !['InputLayer', 'ZeroPadding2D'].includes(layer.getClassName()) && !/^aux\d/.test(layer.name);
}

/**
 * The layers of the main path with their output shapes, from the stem to `predictions`.
 *
 * @param model - a model of `googlenet()`, built or loaded
 */
export function endpoints(model: tfl.LayersModel): Endpoint[] {
  return model.layers
    .filter(isEndpoint)
    .map((layer) => ({ name: layer.name, shape: outputOf(model, layer.name).shape }));
}

/**
 * The network up to one endpoint, as a feature extractor.
 *
 * @param endpoint - a name of `endpoints(model)`, for example `inception_4d` or `global_pool`
 * @returns a view of the same layers and weights; its output has the endpoint's shape.
 * @throws {RangeError} that lists the endpoints if there is none of that name.
 */
export function featureExtractor(model: tfl.LayersModel, endpoint: string): tfl.LayersModel {
  const names = endpoints(model).map(({ name }) => name);
  if (!names.includes(endpoint)) {
    throw new RangeError(
      `featureExtractor: expected an endpoint of the model (${names.join(', ')}), got ${JSON.stringify(endpoint)}. Use one of these.`,
    );
  }
  return tfl.model({
    name: `${model.name}_${endpoint}`,
    inputs: model.inputs,
    outputs: outputOf(model, endpoint),
  });
}
