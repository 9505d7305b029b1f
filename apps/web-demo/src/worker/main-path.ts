import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { Inception } from '@googlenet/inception';

/**
 * The layers from the input to the main output, in order, without the auxiliary heads beside them.
 *
 * @throws {TypeError} if a layer on the way has several inputs: such a network is not a chain
 */
export function mainPath(model: tfl.LayersModel): tfl.layers.Layer[] {
  const path: tfl.layers.Layer[] = [];
  let tensor: tfl.SymbolicTensor | undefined = model.outputs[0];
  while (tensor) {
    const layer: tfl.layers.Layer = tensor.sourceLayer;
    const inputs: tfl.SymbolicTensor[] = tensor.inputs;
    if (inputs.length > 1) {
      throw new TypeError(
        `mainPath(${layer.name}): expected one input, got ${inputs.length}. Give a GoogLeNet.`,
      );
    }
    if (inputs.length === 1) path.unshift(layer);
    tensor = inputs[0];
  }
  return path;
}

/** The layers whose output is the logits: the main path up to the softmax, which is left out. */
export function logitsPath(model: tfl.LayersModel): tfl.layers.Layer[] {
  const path = mainPath(model);
  const last = path.at(-1);
  return last?.getClassName() === 'Activation' || last?.getClassName() === 'Softmax'
    ? path.slice(0, -1)
    : path;
}

/** Runs layers one after the other in inference mode. The caller is in a tidy. */
export function applyAll(layers: readonly tfl.layers.Layer[], x: tf.Tensor): tf.Tensor {
  return layers.reduce((value, layer) => layer.apply(value, { training: false }) as tf.Tensor, x);
}

export function isInception(layer: tfl.layers.Layer): layer is Inception {
  return layer instanceof Inception;
}
