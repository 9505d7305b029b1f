import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

interface ActivationHolder {
  activation: { getClassName(): string };
}

/** The layer that turns one output's logits into probabilities, if the model has such a layer. */
interface SoftmaxLayer {
  readonly layer: tfl.layers.Layer;
  readonly kind: 'activation' | 'layer';
}

/** The index of a model's main output: named `predictions` or `logits`, else the first. */
export function mainOutput(model: tfl.LayersModel): number {
  for (const name of ['predictions', 'logits']) {
    const index = model.outputNames.indexOf(name);
    if (index >= 0) return index;
  }
  return 0;
}

const mainModels = new WeakMap<tfl.LayersModel, tfl.LayersModel>();

/** The model without its auxiliary outputs; layers and weights are shared. */
export function mainModel(model: tfl.LayersModel): tfl.LayersModel {
  if (model.outputs.length === 1) return model;
  let main = mainModels.get(model);
  if (!main) {
    main = tfl.model({
      inputs: model.inputs,
      outputs: model.outputs[mainOutput(model)],
      name: `${model.name}_main`,
    });
    mainModels.set(model, main);
  }
  return main;
}

/**
 * Runs a classifier for its logits, whether it ends in logits or in a softmax (a layer of its own or a dense layer's activation).
 *
 * @param images - `[batch, ...]` in the shape of the model's input.
 * @param training - whether dropout and batch norm run in training mode.
 * @returns one `[batch, classes]` tensor per output, in the order of `model.outputs`; the caller disposes them.
 * @throws {TypeError} if an output is neither.
 */
export function runForLogits(model: tfl.LayersModel, images: tf.Tensor, training: boolean): tf.Tensor2D[] {
  const restore = model.outputs.map(findSoftmax).flatMap((softmax) => (softmax ? [bypass(softmax)] : []));
  try {
    const outputs = model.apply(images, { training }) as tf.Tensor | tf.Tensor[];
    return (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor2D[];
  } finally {
    for (const undo of restore) undo();
  }
}

function findSoftmax(output: tfl.SymbolicTensor): SoftmaxLayer | undefined {
  const layer = output.sourceLayer;
  const inner = layer as { outputs?: tfl.SymbolicTensor[] };
  if (inner.outputs) {
    const nested = inner.outputs[output.outputTensorIndex ?? 0];
    return nested && findSoftmax(nested);
  }
  const kind = layer.getClassName();
  if (kind === 'Softmax') return { layer, kind: 'layer' };
  if (kind !== 'Activation' && kind !== 'Dense') return undefined;
  const activation = (layer as unknown as ActivationHolder).activation.getClassName();
  if (activation === 'softmax') return { layer, kind: 'activation' };
  if (activation !== 'linear') {
    throw new TypeError(
      `train(model): expected outputs that are logits or a softmax, got "${activation}" at the layer "${layer.name}". ` +
        'End the model in a dense layer without activation, or in a softmax.',
    );
  }
  return undefined;
}

/** Makes a softmax pass its input through; the returned function undoes that. */
function bypass({ layer, kind }: SoftmaxLayer): () => void {
  if (kind === 'layer') {
    const holder = layer as { call?: unknown };
    holder.call = (inputs: tf.Tensor | tf.Tensor[]) => tf.clone(Array.isArray(inputs) ? inputs[0] : inputs);
    return () => delete holder.call;
  }
  const holder = layer as unknown as ActivationHolder;
  const { activation } = holder;
  holder.activation = (
    tfl.layers.activation({ activation: 'linear' }) as unknown as ActivationHolder
  ).activation;
  return () => {
    holder.activation = activation;
  };
}
