import type * as tfl from '@tensorflow/tfjs-layers';
import type { ConvBatchNorm } from './conv-batch-norm';
import { convBatchNorm } from './conv-batch-norm';
import type { ConvUnitOptions } from './conv-unit-options';
import { BRANCH_5X5_SHAPES, type Branch5x5 } from './filters';
import { type Inception, inception } from './inception-layer';
import { copyWeight, rebuildModel } from './rebuild-model';

/** One unit of built-in layers: padding, convolution, batch norm, activation; all but the convolution may be missing. */
interface StandardUnit {
  readonly conv: tfl.layers.Layer;
  readonly norm: tfl.layers.Layer | undefined;
  /** Pixels on every side, of a layer of its own. */
  readonly pad: number;
  readonly options: ConvUnitOptions & { trainable: boolean };
  readonly input: tfl.SymbolicTensor;
}

interface ConvConfig {
  filters: number;
  kernelSize: [number, number];
  strides: [number, number];
  padding: 'same' | 'valid';
}

/** An Inception module of built-in layers. */
interface StandardModule {
  readonly units: StandardUnit[];
  readonly kind: 'reduced' | 'naive';
  readonly branch5x5: Branch5x5;
  readonly input: tfl.SymbolicTensor;
}

/**
 * The way back from {@link toStandardLayers}: modules and units of built-in layers become `Inception` and `ConvBatchNorm` layers again,
 * which engines train faster and whose batch norm can be folded.
 *
 * A module is told by its structure, whoever built it: four branches from one tensor, joined on the channels. A unit outside of
 * a module is told by the names that `toStandardLayers` gives (`NAME_conv`, ..., `NAME`). All other layers are copied.
 * @returns a new model with copies of the weights and equal outputs; the caller disposes both.
 * Deviation: initializers are not kept, and what had no gamma comes back with a gamma of ones.
 */
export function fromStandardLayers(model: tfl.LayersModel): tfl.LayersModel {
  return rebuildModel(model, {
    replace: (old, rebuild) => {
      const { name } = old.sourceLayer;
      const module = matchModule(old);
      if (module) return applyWithWeights(moduleLayer(name, module), rebuild(module.input), module.units);
      const unit = matchUnit(old);
      if (unit?.conv.name !== `${name}_conv`) return undefined;
      return applyWithWeights(unitLayer(name, unit), rebuild(unit.input), [unit]);
    },
  });
}

function applyWithWeights(
  layer: Inception | ConvBatchNorm,
  input: tfl.SymbolicTensor,
  units: readonly StandardUnit[],
): tfl.SymbolicTensor {
  const output = layer.apply(input) as tfl.SymbolicTensor;
  units.forEach(({ conv, norm }, index) => {
    const target = layer.units[index];
    copyWeight(target.kernel, weightOf(conv, 'kernel'));
    copyWeight(target.bias, weightOf(conv, 'bias'));
    copyWeight(target.gamma, weightOf(norm, 'gamma'));
    copyWeight(target.beta, weightOf(norm, 'beta'));
    copyWeight(target.movingMean, weightOf(norm, 'moving_mean'));
    copyWeight(target.movingVariance, weightOf(norm, 'moving_variance'));
  });
  return output;
}

function weightOf(layer: tfl.layers.Layer | undefined, name: string) {
  return layer?.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read();
}

function moduleLayer(name: string, { units, kind, branch5x5 }: StandardModule): Inception {
  const counts = units.map(({ conv }) => configOf(conv).filters);
  const { convolutions } = BRANCH_5X5_SHAPES[branch5x5];
  const [conv1x1, a, b, c, d] = counts;
  const filters =
    kind === 'reduced'
      ? { conv1x1, reduce3x3: a, conv3x3: b, reduce5x5: c, conv5x5: d, poolProj: counts[4 + convolutions] }
      : { conv1x1, reduce3x3: 0, conv3x3: a, reduce5x5: 0, conv5x5: b, poolProj: 0 };
  return inception({ name, kind, branch5x5, filters, ...units[0].options });
}

function unitLayer(name: string, { conv, pad, options }: StandardUnit): ConvBatchNorm {
  const { filters, kernelSize, strides, padding } = configOf(conv);
  return convBatchNorm({
    name,
    filters,
    kernelSize,
    strides: strides[0],
    padding: pad > 0 ? pad : padding,
    ...options,
  });
}

/** The unit that ends in a tensor. */
function matchUnit(output: tfl.SymbolicTensor): StandardUnit | undefined {
  let at: tfl.SymbolicTensor | undefined = output;
  const take = (className: string): tfl.layers.Layer | undefined => {
    const layer = at?.sourceLayer;
    if (layer?.getClassName() !== className || at?.inputs.length !== 1) return undefined;
    at = at.inputs[0];
    return layer;
  };
  const activation = take('Activation');
  if (activation && activation.getConfig().activation !== 'relu') return undefined;
  const norm = take('BatchNormalization');
  const conv = take('Conv2D');
  if (!conv) return undefined;
  const own = conv.getConfig();
  if (own.dataFormat !== 'channelsLast' || !isOf(own.dilationRate, 1) || !isSquare(own.strides))
    return undefined;
  if (own.activation !== 'linear' && (own.activation !== 'relu' || norm || activation)) return undefined;
  const before = at;
  const padding = own.padding === 'valid' ? take('ZeroPadding2D') : undefined;
  const pad = padding ? equalPadding(padding) : 0;
  const normConfig = norm?.getConfig() ?? {};
  if (normConfig.center === false) return undefined;
  return {
    conv,
    norm,
    pad: pad ?? 0,
    input: pad === undefined ? before : at,
    options: {
      trainable: conv.trainable,
      useBias: own.useBias as boolean,
      activation: activation || own.activation === 'relu' ? 'relu' : 'linear',
      kernelRegularizer: own.kernelRegularizer as ConvUnitOptions['kernelRegularizer'],
      biasRegularizer: own.biasRegularizer as ConvUnitOptions['biasRegularizer'],
      batchNorm: norm !== undefined,
      ...(norm && {
        epsilon: normConfig.epsilon as number,
        momentum: normConfig.momentum as number,
        scale: normConfig.scale as boolean,
      }),
    },
  };
}

/** The module whose concatenation makes a tensor. */
function matchModule({ sourceLayer, inputs, shape }: tfl.SymbolicTensor): StandardModule | undefined {
  if (sourceLayer.getClassName() !== 'Concatenate' || inputs.length !== 4 || shape.length !== 4)
    return undefined;
  const axis = sourceLayer.getConfig().axis;
  if (axis !== -1 && axis !== 3) return undefined;
  const first = matchUnit(inputs[0]);
  if (!first) return undefined;
  const { input } = first;
  const chain = (index: number, lengths: readonly number[]): StandardUnit[] | undefined =>
    lengths
      .map((length) => unitsBefore(inputs[index], length))
      .find((units) => units?.[0].input.id === input.id);

  const projection = matchUnit(inputs[3]);
  const pool = projection && isModulePool(projection.input, input);
  const kind = pool ? 'reduced' : isModulePool(inputs[3], input) ? 'naive' : undefined;
  if (!kind) return undefined;
  const reduction = kind === 'reduced' ? 1 : 0;
  const three = chain(1, [reduction + 1]);
  const five = chain(2, [reduction + 1, reduction + 2]);
  if (!three || !five) return undefined;
  const units = [first, ...three, ...five, ...(pool ? [projection] : [])];
  const inBranch = five.slice(reduction);
  const size = configOf(inBranch[0].conv).kernelSize[0];
  const branch5x5 = `${inBranch.length === 2 ? 'two' : 'one'}${size}x${size}` as Branch5x5;
  const sizes = [1, ...(reduction ? [1, 3, 1] : [3]), ...inBranch.map(() => size), ...(reduction ? [1] : [])];
  const fits =
    branch5x5 in BRANCH_5X5_SHAPES &&
    units.every(({ conv, pad, options }, index) => {
      const { kernelSize, strides, padding } = configOf(conv);
      return (
        pad === 0 &&
        padding === 'same' &&
        isOf(strides, 1) &&
        kernelSize.every((side) => side === sizes[index]) &&
        JSON.stringify(options) === JSON.stringify(first.options)
      );
    });
  return fits ? { units, kind, branch5x5, input } : undefined;
}

/** So many units in a row that end in a tensor, from the input on. */
function unitsBefore(output: tfl.SymbolicTensor, length: number): StandardUnit[] | undefined {
  const units: StandardUnit[] = [];
  for (let at = output; units.length < length; at = units[0].input) {
    const unit = matchUnit(at);
    if (!unit) return undefined;
    units.unshift(unit);
  }
  return units;
}

/** Whether a tensor is a module's 3x3 max pool of its input. */
function isModulePool({ sourceLayer, inputs }: tfl.SymbolicTensor, input: tfl.SymbolicTensor): boolean {
  if (sourceLayer.getClassName() !== 'MaxPooling2D' || inputs[0].id !== input.id) return false;
  const { poolSize, strides, padding } = sourceLayer.getConfig();
  return isOf(poolSize, 3) && isOf(strides, 1) && padding === 'same';
}

/** Pixels of a padding that is equal on all sides. */
function equalPadding(layer: tfl.layers.Layer): number | undefined {
  const sides = (layer.getConfig().padding as number[][]).flat();
  return sides.every((side) => side === sides[0]) ? sides[0] : undefined;
}

function configOf(conv: tfl.layers.Layer): ConvConfig {
  return conv.getConfig() as unknown as ConvConfig;
}

/** Whether a size is `size` in both directions. */
function isOf(values: unknown, size: number): boolean {
  return Array.isArray(values) ? values.every((value) => value === size) : values === size;
}

function isSquare(values: unknown): boolean {
  return Array.isArray(values) && values[0] === values[1];
}
