import {
  type BranchPlan,
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import { type ConvUnit, gammaOf, updateMoving } from './conv-unit';
import type { ConvUnitSettings } from './conv-unit-options';

/** A module with its weights. */
export interface FusedModule {
  readonly units: readonly ConvUnit[];
  readonly settings: ConvUnitSettings;
  readonly plan: BranchPlan;
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
export function trainFused(x: tf.Tensor4D, { units, settings, plan }: FusedModule): tf.Tensor4D {
  const { epsilon, activation, momentum } = settings;
  const attributes = { plan, epsilon, activation };
  const weights = units.flatMap((unit) => [unit.kernel.read(), gammaOf([unit]), betaOf(unit)]);
  const operation = tf.customGrad((...all: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = all[all.length - 1] as tf.GradSaveFunc;
    const [input, ...tensors] = all.slice(0, -1) as tf.Tensor[];
    const inputs = { x: input, ...numbered(groupsOf(['kernel', 'gamma', 'beta'], tensors)) };
    const [y, ...rest] = runKernel(OPTIONAL_KERNELS.inceptionTrain, inputs, attributes);
    const [means, variances] = [0, 1].map((first) => units.map((_, i) => rest[2 * i + first]));
    updateMoving(units, means, variances, momentum);
    save([y, ...Object.values(inputs), ...rest]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedY, savedX, ...others] = saved;
      const given = {
        dy,
        y: savedY,
        x: savedX,
        ...numbered(groupsOf(['kernel', 'gamma', 'beta'], others.splice(0, 3 * units.length))),
        ...numbered(groupsOf(['mean', 'variance'], others.splice(0, 2 * units.length))),
        ...numbered(groupsOf(['saved'], others)),
      };
      return runKernel(OPTIONAL_KERNELS.inceptionTrainGrad, given, attributes);
    };
    return { value: y, gradFunc };
  });
  return operation(x, ...weights) as tf.Tensor4D;
}

/** Tensors that come group after group, each in the order of the names. */
function groupsOf<Name extends string>(
  names: readonly Name[],
  tensors: readonly tf.Tensor[],
): Record<Name, tf.Tensor>[] {
  return Array.from(
    { length: tensors.length / names.length },
    (_, i) =>
      Object.fromEntries(names.map((name, j) => [name, tensors[i * names.length + j]])) as Record<
        Name,
        tf.Tensor
      >,
  );
}

function betaOf(unit: ConvUnit): tf.Tensor {
  if (!unit.beta)
    throw new Error('trainFused: expected a module with batch norm, got one without. Compose it instead.');
  return unit.beta.read();
}
