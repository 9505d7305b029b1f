import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm } from './conv-batch-norm';
import { type ConvGeometry, type ConvUnit, gammaOf, UNIT_GEOMETRY } from './conv-unit';
import type { ConvUnitLayer } from './conv-unit-layer';
import { Inception } from './inception-layer';
import { BRANCHES, type BranchName } from './module-units';
import { copyWeights, rebuildModel } from './rebuild-model';

/** A custom layer that has an equal among the built-in ones says so by this method. */
export interface HasStandardLayer {
  /** A built-in layer that computes the same; its weights, if any, in the same order. */
  toStandardLayer(): tfl.layers.Layer;
}

type Apply = (input: tfl.SymbolicTensor) => tfl.SymbolicTensor;

/**
 * The same network from built-in layers only: convolution, batch norm, activation, pool, concatenation.
 *
 * For stock TensorFlow.js without this package, and for conversion to Keras. A module `inception_3a` becomes layers
 * `inception_3a_1x1_conv`, `inception_3a_1x1_bn`, `inception_3a_1x1_relu`, ..., `inception_3a_pool` and, with the
 * name of the module, the concatenation. Other custom layers are replaced where they have a `toStandardLayer()`,
 * and stay otherwise. A batch norm without gamma gets a gamma of ones.
 * @param source - a built layer of this package, or a model.
 * @returns a new model with copies of the weights; the caller disposes it.
 * @throws {TypeError} if the source is neither, or is not built yet.
 */
export function toStandardLayers(source: Inception | ConvBatchNorm | tfl.LayersModel): tfl.LayersModel {
  if (source instanceof tfl.LayersModel) return standardModel(source);
  if (!(source instanceof Inception || source instanceof ConvBatchNorm) || !source.built) {
    const got = (source as { name?: unknown } | null)?.name ?? source;
    throw new TypeError(
      `toStandardLayers: expected a model or a built Inception or ConvBatchNorm layer, got ${show(got)}. ` +
        'Apply the layer to an input first.',
    );
  }
  const wasApplied = source.inboundNodes.length > 0;
  const batchShape = wasApplied
    ? (source.getInputAt(0) as tfl.SymbolicTensor).shape
    : [null, null, null, source.inputChannels];
  const input = tfl.input({ batchShape });
  return tfl.model({
    name: source.name,
    inputs: input,
    outputs: graphOf(source)?.(input) as tfl.SymbolicTensor,
  });
}

function standardModel(model: tfl.LayersModel): tfl.LayersModel {
  const graphs = new Map<tfl.layers.Layer, Apply | undefined>();
  return rebuildModel(model, {
    replace: (old, rebuild) => {
      const layer = old.sourceLayer;
      if (!graphs.has(layer)) graphs.set(layer, graphOf(layer));
      return graphs.get(layer)?.(rebuild(old.inputs[0]));
    },
  });
}

/** What stands for a layer, to be applied as often as the layer was; nothing where a copy will do. */
function graphOf(layer: tfl.layers.Layer): Apply | undefined {
  if (layer instanceof Inception) return inceptionGraph(layer);
  if (layer instanceof ConvBatchNorm) {
    return chain(unitLayers(layer, layer.units[0], layer.geometry, layer.name, true));
  }
  if (!('toStandardLayer' in layer)) return undefined;
  const standard = (layer as tfl.layers.Layer & HasStandardLayer).toStandardLayer();
  return chain([{ layer: standard, weights: () => layer.getWeights() }]);
}

/** A built-in layer with the weights that it is to have. */
interface Weighted {
  layer: tfl.layers.Layer;
  weights?: () => tf.Tensor[];
}

function chain(steps: Weighted[]): Apply {
  return (input) =>
    steps.reduce((value, { layer, weights }) => {
      const output = layer.apply(value) as tfl.SymbolicTensor;
      if (weights) tf.tidy(() => copyWeights(layer, weights()));
      return output;
    }, input);
}

/** Padding, convolution, batch norm, activation of one unit. The last takes the plain name if it stands for a whole layer. */
function unitLayers(
  owner: ConvUnitLayer,
  unit: ConvUnit,
  { strides, padding }: ConvGeometry,
  name: string,
  isWholeLayer: boolean,
): Weighted[] {
  const { useBias, activation, batchNorm, epsilon, momentum, kernelRegularizer, biasRegularizer } =
    owner.settings;
  const { trainable } = owner;
  const steps: { suffix: string; make: (name: string) => tfl.layers.Layer; weights?: () => tf.Tensor[] }[] =
    [];
  if (typeof padding === 'number' && padding > 0) {
    steps.push({ suffix: 'pad', make: (own) => tfl.layers.zeroPadding2d({ name: own, padding }) });
  }
  steps.push({
    suffix: 'conv',
    make: (own) =>
      tfl.layers.conv2d({
        name: own,
        trainable,
        filters: unit.filters,
        kernelSize: [...unit.kernelSize],
        strides,
        padding: padding === 'same' ? 'same' : 'valid',
        useBias,
        kernelInitializer: 'zeros',
        kernelRegularizer: kernelRegularizer ?? undefined,
        biasRegularizer: biasRegularizer ?? undefined,
      }),
    weights: () => [unit.kernel, unit.bias].flatMap((weight) => weight?.read() ?? []),
  });
  if (batchNorm) {
    steps.push({
      suffix: 'bn',
      make: (own) => tfl.layers.batchNormalization({ name: own, trainable, epsilon, momentum }),
      weights: () => [
        gammaOf([unit]),
        ...[unit.beta, unit.movingMean, unit.movingVariance].flatMap((weight) => weight?.read() ?? []),
      ],
    });
  }
  if (activation === 'relu') {
    steps.push({ suffix: 'relu', make: (own) => tfl.layers.activation({ name: own, activation: 'relu' }) });
  }
  return steps.map(({ suffix, make, weights }, index) => {
    const takesName = isWholeLayer && index === steps.length - 1;
    return { layer: make(takesName ? name : `${name}_${suffix}`), weights };
  });
}

function inceptionGraph(module: Inception): Apply {
  const units = module.unitsByBranch();
  const pool = tfl.layers.maxPooling2d({
    name: `${module.name}_pool`,
    poolSize: 3,
    strides: 1,
    padding: 'same',
  });
  const join = tfl.layers.concatenate({ name: module.name, axis: -1 });
  const branch = (name: BranchName): Apply =>
    chain([
      ...(name === 'poolProj' ? [{ layer: pool }] : []),
      ...units[name].flatMap((unit) =>
        unitLayers(module, unit, UNIT_GEOMETRY, `${module.name}_${unit.name}`, false),
      ),
    ]);
  const branches = BRANCHES.map(branch);
  return (input) => join.apply(branches.map((apply) => apply(input))) as tfl.SymbolicTensor;
}
