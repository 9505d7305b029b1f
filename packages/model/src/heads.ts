import { MAX_NUMBERS } from '@googlenet-tooling/shared/checks';
import { unknownOptions } from '@googlenet-tooling/shared/option-names';
import * as tfl from '@tensorflow/tfjs-layers';
import { classify, type KernelRegularizer, logitsName } from './classifier';

const outputLayers = (model: tfl.LayersModel) => model.outputs.map((output) => output.sourceLayer.name);

/** Whether a model has the main output of `googlenet()`: what `optimizeForInference` and the other functions of a GoogLeNet accept. */
export function isGoogLeNet(model: tfl.LayersModel): boolean {
  return outputLayers(model).includes('predictions');
}

/** The names of the heads that a model has: `predictions`, then any of `aux1`, `aux2`. */
export function headNames(model: tfl.LayersModel, where: string): string[] {
  const present = outputLayers(model);
  if (!isGoogLeNet(model)) {
    throw new TypeError(
      `${where}: expected a model of googlenet() with an output "predictions", got outputs ${JSON.stringify(present)}. Build or load a GoogLeNet first.`,
    );
  }
  return ['predictions', 'aux1', 'aux2'].filter((name) => present.includes(name));
}

/** The output of a layer where it was first used. */
export function outputOf(model: tfl.LayersModel, layer: string): tfl.SymbolicTensor {
  return model.getLayer(layer).getOutputAt(0) as tfl.SymbolicTensor;
}

/** A view with other outputs: the same layers and the same weights. */
function view(model: tfl.LayersModel, outputs: tfl.SymbolicTensor[], suffix: string) {
  return tfl.model({ name: `${model.name}_${suffix}`, inputs: model.inputs, outputs });
}

/**
 * The model without its softmax layers, for losses that are computed from logits.
 *
 * @returns a view of the same layers and weights: it need not be disposed, and disposing it disposes the model's layers.
 * Outputs: `logits` `[batch, numClasses]`, then `aux1_logits`, `aux2_logits` where the model has them.
 * @throws {TypeError} if the model is not a GoogLeNet.
 */
export function logitsModel(model: tfl.LayersModel): tfl.LayersModel {
  const heads = headNames(model, 'logitsModel');
  return view(
    model,
    heads.map((head) => outputOf(model, logitsName(head))),
    'logits',
  );
}

/**
 * The model without its auxiliary heads: what inference runs.
 *
 * @returns a view of the same layers and weights, whose `predictions` are bit-equal to the model's; it need
 * not be disposed, and disposing it disposes the shared layers.
 * @throws {TypeError} if the model is not a GoogLeNet.
 */
export function stripAuxiliary(model: tfl.LayersModel): tfl.LayersModel {
  headNames(model, 'stripAuxiliary');
  return view(model, [outputOf(model, 'predictions')], 'main');
}

export interface ReplaceHeadOptions {
  /** Classes of the new task. */
  numClasses: number;
  /** Seed of the new weights. Default: other weights each time. */
  seed?: number;
  /** Makes the rest of the network untrainable, in the old model as well. Default false. */
  freezeTrunk?: boolean;
  /** Keeps auxiliary heads, with new last layers. Default true. */
  auxiliary?: boolean;
}

/**
 * The model with new last layers for another number of classes; all other weights stay.
 *
 * @returns a model that shares every layer but the new ones with the old. Dispose only one of the two: the shared
 * layers go with it, and the other can no longer be used.
 * @throws {TypeError} if the model is not a GoogLeNet.
 * @throws {RangeError} if `numClasses` is not an integer of at least 2 or more than an engine can hold, or an option is unknown.
 */
export function replaceHead(model: tfl.LayersModel, options: ReplaceHeadOptions): tfl.LayersModel {
  const { numClasses, seed, freezeTrunk = false, auxiliary = true } = options;
  if (!Number.isInteger(numClasses) || numClasses < 2) {
    throw new RangeError(
      `replaceHead: expected numClasses to be an integer of at least 2, got ${numClasses}. Give the number of classes in the data.`,
    );
  }
  const known = Object.keys({
    numClasses: true,
    seed: true,
    freezeTrunk: true,
    auxiliary: true,
  } satisfies Record<keyof ReplaceHeadOptions, true>);
  const problems = unknownOptions('replaceHead', options, known);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  const heads = headNames(model, 'replaceHead').filter((head) => auxiliary || head === 'predictions');
  for (const head of heads) checkWeights(model, head, numClasses);
  if (freezeTrunk) {
    const replaced = new Set(heads.flatMap((head) => [head, logitsName(head)]));
    for (const layer of model.layers) layer.trainable = replaced.has(layer.name);
  }
  const outputs = heads.map((head) => {
    const old = model.getLayer(logitsName(head));
    const { kernelRegularizer } = old.getConfig();
    return classify(old.getInputAt(0) as tfl.SymbolicTensor, head, {
      units: numClasses,
      seed,
      kernelRegularizer: kernelRegularizer as KernelRegularizer,
    });
  });
  return tfl.model({ name: model.name, inputs: model.inputs, outputs });
}

function checkWeights(model: tfl.LayersModel, head: string, numClasses: number): void {
  const features = (model.getLayer(logitsName(head)).getInputAt(0) as tfl.SymbolicTensor).shape[1] ?? 1;
  if (features * numClasses <= MAX_NUMBERS) return;
  throw new RangeError(
    `replaceHead: expected numClasses for a layer of at most ${MAX_NUMBERS} weights, got ${numClasses} for ${features} features. Give the number of classes in the data.`,
  );
}
