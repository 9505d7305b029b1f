import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** The index of a classifier's main output, the others being auxiliary heads: named `predictions` or `logits`, else the first. */
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
 * The main output of a classifier before its softmax, whether that is a layer of its own or the activation of a dense layer; the output
 * itself where there is none.
 *
 * @returns `[batch, classes]`, of the model's graph.
 */
export function mainLogits(model: tfl.LayersModel): tfl.SymbolicTensor {
  return beforeSoftmaxes(model).outputs[mainOutput(model)];
}

const viewsBeforeSoftmax = new WeakMap<tfl.LayersModel, tfl.LayersModel>();

/** A view of the same layers and weights without the softmaxes at the end, made once for a model. It need not be disposed. */
function beforeSoftmaxes(model: tfl.LayersModel): tfl.LayersModel {
  const known = viewsBeforeSoftmax.get(model);
  if (known) return known;
  const view = tfl.model({
    inputs: model.inputs,
    outputs: model.outputs.map(beforeSoftmax),
    name: `${model.name}_before_softmax`,
  });
  viewsBeforeSoftmax.set(model, view);
  return view;
}

const classifiers = new WeakSet<tfl.LayersModel>();

/**
 * Runs a classifier for its logits.
 *
 * @param images - `[batch, ...]` in the shape of the model's input.
 * @param training - whether dropout and batch norm run in training mode.
 * @returns one `[batch, classes]` tensor per output, in the order of `model.outputs`; the caller disposes them.
 * @throws {TypeError} if an output is neither logits nor a softmax.
 */
export function runForLogits(model: tfl.LayersModel, images: tf.Tensor, training: boolean): tf.Tensor2D[] {
  if (!classifiers.has(model)) {
    model.outputs.forEach(requireLogitsOrSoftmax);
    classifiers.add(model);
  }
  const outputs = beforeSoftmaxes(model).apply(images, { training }) as tf.Tensor | tf.Tensor[];
  return (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor2D[];
}

function beforeSoftmax(output: tfl.SymbolicTensor): tfl.SymbolicTensor {
  const { sourceLayer: layer, inputs, outputTensorIndex } = output;
  if (layer instanceof tfl.LayersModel) {
    const inner = beforeSoftmaxes(layer).apply(inputs) as tfl.SymbolicTensor | tfl.SymbolicTensor[];
    return Array.isArray(inner) ? inner[outputTensorIndex ?? 0] : inner;
  }
  const kind = layer.getClassName();
  if (kind === 'Softmax') return inputs[0];
  if (activationOf(layer) !== 'softmax') return output;
  return kind === 'Dense' ? withoutActivation(layer, inputs[0]) : inputs[0];
}

/** The activation of a dense or an activation layer. */
function activationOf(layer: tfl.layers.Layer): unknown {
  return ['Activation', 'Dense'].includes(layer.getClassName()) ? layer.getConfig().activation : undefined;
}

function requireLogitsOrSoftmax({ sourceLayer: layer, outputTensorIndex }: tfl.SymbolicTensor): void {
  if (layer instanceof tfl.LayersModel) {
    requireLogitsOrSoftmax(layer.outputs[outputTensorIndex ?? 0]);
    return;
  }
  const activation = activationOf(layer);
  if (activation === undefined || activation === 'linear' || activation === 'softmax') return;
  throw new TypeError(
    `train(model): expected outputs that are logits or a softmax, got ${JSON.stringify(activation)} at the layer "${layer.name}". ` +
      'End the model in a dense layer without activation, or in a softmax.',
  );
}

/** The output of a dense layer before its activation, by a twin that has the same variables. */
function withoutActivation(dense: tfl.layers.Layer, input: tfl.SymbolicTensor): tfl.SymbolicTensor {
  const twin = tfl.layers.dense({
    ...(dense.getConfig() as unknown as DenseConfig),
    name: `${dense.name}_linear`,
    activation: 'linear',
  });
  twin.build(input.shape);
  const [from, to] = [dense, twin] as unknown as SharedVariables[];
  tf.dispose([to.kernel?.read(), to.bias?.read()].filter((value) => value !== undefined));
  Object.assign(to, { kernel: from.kernel, bias: from.bias, trainableWeights: dense.trainableWeights });
  return twin.apply(input) as tfl.SymbolicTensor;
}

type DenseConfig = Parameters<typeof tfl.layers.dense>[0];

interface SharedVariables {
  kernel?: tfl.LayerVariable;
  bias?: tfl.LayerVariable;
}
