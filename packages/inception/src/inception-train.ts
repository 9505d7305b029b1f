import * as tf from '@tensorflow/tfjs-core';
import { type ConvUnit, gammaOf, updateMoving } from './conv-unit';
import type { ConvUnitSettings } from './conv-unit-options';
import { type Branch5x5, FILTER_FIELDS, type InceptionFilters, type InceptionKind } from './filters';
import { hasKernels, OPTIONAL_KERNELS, runKernel } from './kernels';

/** What an engine needs to know of a module. */
export interface FusedModule {
  readonly units: readonly ConvUnit[];
  readonly settings: ConvUnitSettings;
  readonly filters: InceptionFilters;
  readonly kind: InceptionKind;
  readonly branch5x5: Branch5x5;
}

/** Whether the current backend trains a whole module as one operation. */
export function canTrainFused(): boolean {
  return hasKernels(OPTIONAL_KERNELS.inceptionTrain, OPTIONAL_KERNELS.inceptionTrainGrad);
}

/**
 * A batch-normalised module in training mode as the engine's one operation; moves the moving statistics.
 *
 * @param x - NHWC float32 `[batch, height, width, channels]`.
 * @returns the joined output; the caller disposes it.
 */
export function trainFused(x: tf.Tensor4D, module: FusedModule): tf.Tensor4D {
  const { units, settings } = module;
  const attributes = {
    kind: module.kind,
    branch5x5: module.branch5x5,
    epsilon: settings.epsilon,
    activation: settings.activation,
    filters: FILTER_FIELDS.map((field) => module.filters[field]),
  };
  const weights = units.flatMap((unit) => [unit.kernel.read(), gammaOf([unit]), betaOf(unit)]);
  const operation = tf.customGrad((...all: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = all[all.length - 1] as tf.GradSaveFunc;
    const inputs = named(all.slice(0, -1) as tf.Tensor[]);
    const [y, ...rest] = runKernel(OPTIONAL_KERNELS.inceptionTrain, inputs, attributes);
    const [means, variances] = [0, 1].map((first) => units.map((_, i) => rest[2 * i + first]));
    updateMoving(units, tf.concat(means), tf.concat(variances), settings.momentum);
    save([y, ...Object.values(inputs), ...rest]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedY, ...others] = saved;
      const savedInputs = named(others.splice(0, 1 + 3 * units.length));
      const savedStatistics = others.splice(0, 2 * units.length);
      return runKernel(
        OPTIONAL_KERNELS.inceptionTrainGrad,
        {
          dy,
          y: savedY,
          ...savedInputs,
          ...Object.fromEntries(
            savedStatistics.map((value, i) => [`${i % 2 === 0 ? 'mean' : 'variance'}${i >> 1}`, value]),
          ),
          ...Object.fromEntries(others.map((value, i) => [`saved${i}`, value])),
        },
        attributes,
      );
    };
    return { value: y, gradFunc };
  });
  return operation(x, ...weights) as tf.Tensor4D;
}

function named([x, ...weights]: tf.Tensor[]): Record<string, tf.Tensor> {
  const fields = ['kernel', 'gamma', 'beta'];
  return {
    x,
    ...Object.fromEntries(weights.map((value, i) => [`${fields[i % 3]}${Math.floor(i / 3)}`, value])),
  };
}

function betaOf(unit: ConvUnit): tf.Tensor {
  if (!unit.beta)
    throw new Error('trainFused: expected a module with batch norm, got one without. Compose it instead.');
  return unit.beta.read();
}
