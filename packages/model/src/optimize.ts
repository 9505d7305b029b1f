import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, Inception } from '@googlenet/inception';
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
  const done = new Map<number, tfl.SymbolicTensor>();
  const rebuild = (old: tfl.SymbolicTensor): tfl.SymbolicTensor => {
    const known = done.get(old.id);
    if (known !== undefined) return known;
    const inputs = old.inputs.map(rebuild);
    const result = rebuildLayer(old, inputs);
    done.set(old.id, result);
    return result;
  };
  const outputs = rebuild(outputOf(model, 'predictions'));
  const inputs = model.inputs.map(rebuild);
  return tfl.model({ name: model.name, inputs, outputs });
}

function rebuildLayer(old: tfl.SymbolicTensor, inputs: tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  const layer = old.sourceLayer;
  if (inputs.length === 0) return tfl.input({ name: layer.name, batchShape: old.shape });
  if (/Dropout$/.test(layer.getClassName())) return inputs[0];
  const config: tf.serialization.ConfigDict = layer.getConfig();
  const folds = (layer instanceof Inception || layer instanceof ConvBatchNorm) && config.batchNorm === true;
  const copy = create(layer, folds ? { ...config, batchNorm: false, useBias: true } : config);
  const result = copy.apply(inputs.length === 1 ? inputs[0] : inputs) as tfl.SymbolicTensor;
  if (folds) {
    tf.tidy(() => copy.setWeights(foldWeights(layer, copy, config.epsilon as number)));
  } else if (layer.weights.length > 0) {
    // Variables share data when assigned, and an engine may go on training the old ones in place.
    tf.tidy(() => copy.setWeights(layer.getWeights().map((weight) => tf.add(weight, 0))));
  }
  return result;
}

function create(layer: tfl.layers.Layer, config: tf.serialization.ConfigDict): tfl.layers.Layer {
  const constructor = layer.constructor as tf.serialization.SerializableConstructor<tfl.layers.Layer> & {
    fromConfig: tf.serialization.FromConfigMethod<tfl.layers.Layer>;
  };
  return constructor.fromConfig(constructor, config);
}

/** The weights of a layer by their names within it: `1x1/kernel`, `1x1/gamma`, ... or `kernel`, `gamma`, ... */
function weightsByName(layer: tfl.layers.Layer): Map<string, tf.Tensor> {
  return new Map(layer.weights.map((weight) => [nameWithin(layer, weight), weight.read()]));
}

function nameWithin(layer: tfl.layers.Layer, weight: tfl.LayerVariable): string {
  return weight.originalName.split(`${layer.name}/`).slice(1).join(`${layer.name}/`);
}

/** The folded kernels and biases of `layer`, in the order of the weights of `copy`. */
function foldWeights(layer: tfl.layers.Layer, copy: tfl.layers.Layer, epsilon: number): tf.Tensor[] {
  const weights = weightsByName(layer);
  return copy.weights.map((target) => {
    const name = nameWithin(copy, target);
    const unit = name.slice(0, name.lastIndexOf('/') + 1);
    const read = (parameter: string) => weights.get(unit + parameter);
    const required = (parameter: string) => {
      const found = read(parameter);
      if (found !== undefined) return found;
      throw new TypeError(
        `optimizeForInference("${layer.name}"): expected a weight ${unit}${parameter}, got ${[...weights.keys()].join(', ')}. Load a model saved by this package.`,
      );
    };
    const inverse = tf.rsqrt(tf.add(required('moving_variance'), epsilon));
    const gamma = read('gamma');
    const scale = gamma === undefined ? inverse : tf.mul(gamma, inverse);
    if (name.endsWith('kernel')) return tf.mul(required('kernel'), scale);
    const bias = read('bias');
    const centred =
      bias === undefined ? tf.neg(required('moving_mean')) : tf.sub(bias, required('moving_mean'));
    return tf.add(required('beta'), tf.mul(centred, scale));
  });
}
