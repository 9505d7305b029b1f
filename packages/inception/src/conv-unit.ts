import {
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { batchNormTrain, type StatisticsGroup } from './batch-norm-train';
import type { ConvUnitSettings } from './conv-unit-options';
import type { UnitShape } from './module-units';

/** One convolution with its batch norm: its shape and its weights. Absent weights are those that the options leave out. */
export interface ConvUnit extends UnitShape {
  /** HWIO. */
  readonly kernel: tfl.LayerVariable;
  readonly bias?: tfl.LayerVariable;
  readonly gamma?: tfl.LayerVariable;
  readonly beta?: tfl.LayerVariable;
  readonly movingMean?: tfl.LayerVariable;
  readonly movingVariance?: tfl.LayerVariable;
}

/** How a unit moves over its input. */
export interface ConvGeometry {
  strides: number;
  /** A number pads that many pixels on every side, as torch and Caffe do. */
  padding: 'same' | 'valid' | number;
}

export const UNIT_GEOMETRY: ConvGeometry = { strides: 1, padding: 'same' };

type Field = 'kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance';

/** The weights of units that run as one convolution, joined on their output channels; a view if there is only one. */
function joined(units: readonly ConvUnit[], field: Field): tf.Tensor | null {
  const values = units.flatMap((unit) => unit[field]?.read() ?? []);
  if (values.length === 0) return null;
  return values.length === 1 ? values[0] : tf.concat(values, -1);
}

function split<T extends tf.Tensor>(value: T, units: readonly ConvUnit[]): T[] {
  if (units.length === 1) return [value];
  return tf.split(
    value,
    units.map((unit) => unit.filters),
    -1,
  );
}

/** gamma of the units, ones where they have none. */
export function gammaOf(units: readonly ConvUnit[]): tf.Tensor1D {
  const filters = units.reduce((sum, unit) => sum + unit.filters, 0);
  return (joined(units, 'gamma') ?? tf.ones([filters])) as tf.Tensor1D;
}

/**
 * Units that share their input, as one convolution, with the batch's own statistics; moves the moving statistics.
 * @returns one output a unit.
 */
export function trainUnits(
  x: tf.Tensor4D,
  units: readonly ConvUnit[],
  settings: ConvUnitSettings,
  geometry = UNIT_GEOMETRY,
  group?: StatisticsGroup,
): tf.Tensor4D[] {
  if (!settings.batchNorm) return inferUnits(x, units, settings, geometry);
  const kernel = joined(units, 'kernel') as tf.Tensor4D;
  const z = tf.conv2d(x, kernel, geometry.strides, geometry.padding);
  const { y, mean, variance } = batchNormTrain(
    z,
    gammaOf(units),
    joined(units, 'beta') as tf.Tensor1D,
    group ? { ...settings, group } : settings,
  );
  offTape(() => updateMoving(units, split(mean, units), split(variance, units), settings.momentum));
  return split(y, units);
}

/**
 * `moving = moving * momentum + batch * (1 - momentum)`, with the biased variance of the batch, as Keras 3 does.
 * The bias, which the training output does not need, is part of the mean. One call of the engine's `MovingAverages` where it has one.
 *
 * @param means - of this batch, of every unit.
 * @param variances - the same.
 */
export function updateMoving(
  units: readonly ConvUnit[],
  means: readonly tf.Tensor[],
  variances: readonly tf.Tensor[],
  momentum: number,
): void {
  const all = units.flatMap(({ bias, movingMean, movingVariance }, i) => [
    { variable: movingMean, value: means[i], ...(bias && { offset: bias.read() }) },
    { variable: movingVariance, value: variances[i] },
  ]);
  const groups = all.flatMap(({ variable, ...rest }) =>
    variable ? [{ variable, group: { average: variable.read(), ...rest } }] : [],
  );
  const moved = hasKernels(OPTIONAL_KERNELS.movingAverages)
    ? runKernel(OPTIONAL_KERNELS.movingAverages, numbered(groups.map(({ group }) => group)), {
        decay: momentum,
      })
    : groups.map(({ group }) => movedAverage(group, momentum));
  groups.forEach(({ variable }, i) => {
    variable.write(moved[i]);
  });
}

function movedAverage(
  { average, value, offset }: { average: tf.Tensor; value: tf.Tensor; offset?: tf.Tensor },
  decay: number,
): tf.Tensor {
  return tf.add(tf.mul(average, decay), tf.mul(offset ? tf.add(value, offset) : value, 1 - decay));
}

/**
 * Runs operations of a forward pass that no gradient goes through. On the tape they would cost as much again: tfjs-core
 * compares every entry with every weight.
 */
function offTape(action: () => void): void {
  tf.customGrad(() => {
    action();
    return { value: tf.scalar(0), gradFunc: () => [] };
  })().dispose();
}

/**
 * Units that share their input, with the moving statistics as one convolution. Without batch norm each is one of its own:
 * engines may keep what they make of a kernel, and there is nothing to join and to split.
 *
 * The batch norm becomes a scale and a shift. The scale goes into the kernel where that is less work than
 * scaling the output.
 * @returns one output a unit.
 */
export function inferUnits(
  x: tf.Tensor4D,
  units: readonly ConvUnit[],
  settings: ConvUnitSettings,
  { strides, padding }: ConvGeometry = UNIT_GEOMETRY,
): tf.Tensor4D[] {
  const { activation } = settings;
  const convolve = (filter: tf.Tensor, shift?: tf.Tensor) =>
    tf.fused.conv2d({ x, filter: filter as tf.Tensor4D, strides, pad: padding, bias: shift, activation });
  if (!settings.batchNorm) return units.map((unit) => convolve(unit.kernel.read(), unit.bias?.read()));
  const kernel = joined(units, 'kernel') as tf.Tensor4D;
  const bias = joined(units, 'bias') as tf.Tensor1D | null;
  const { scale, shift } = scaleAndShift(units, bias, settings.epsilon);
  const [batch, height, width] = x.shape;
  const [kernelHeight, kernelWidth, inputChannels] = kernel.shape;
  const outputPixels = (batch * height * width) / strides ** 2;
  if (kernelHeight * kernelWidth * inputChannels <= 2 * outputPixels) {
    return split(convolve(tf.mul(kernel, scale), shift), units);
  }
  const scaled = tf.add(tf.mul(tf.conv2d(x, kernel, strides, padding), scale), shift);
  return split((activation === 'relu' ? tf.relu(scaled) : scaled) as tf.Tensor4D, units);
}

/** What the batch norm of units does in inference: `y = scale * convolution + shift`, the bias included. */
export function scaleAndShift(
  units: readonly ConvUnit[],
  bias: tf.Tensor1D | null | undefined,
  epsilon: number,
) {
  const mean = joined(units, 'movingMean') as tf.Tensor1D;
  const variance = joined(units, 'movingVariance') as tf.Tensor1D;
  const scale = tf.mul(gammaOf(units), tf.rsqrt(tf.add(variance, epsilon)));
  const offset = bias ? tf.sub(bias, mean) : tf.neg(mean);
  return { scale, shift: tf.add(tf.mul(offset, scale), joined(units, 'beta') as tf.Tensor1D) };
}

/**
 * `y`, with biases that cannot change it: their gradient is exactly zero, and there to be found.
 *
 * Subtracting the batch mean takes a bias in front of a batch norm away again.
 */
export function withZeroGradients(y: tf.Tensor4D, units: readonly ConvUnit[]): tf.Tensor4D {
  const biases = units.flatMap((unit) => unit.bias?.read() ?? []);
  if (biases.length === 0 || !tf.engine().isTapeOn()) return y;
  const operation = tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [tf.clone(dy), ...biases.map((bias) => tf.zeros(bias.shape))],
  }));
  return operation(y, ...biases) as tf.Tensor4D;
}
