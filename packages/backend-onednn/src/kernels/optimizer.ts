import {
  type AdamAttributes,
  countNumbered,
  type EmaAttributes,
  numberedName,
  OPTIONAL_KERNELS,
  type SgdAttributes,
} from '@googlenet-tooling/shared/optional-kernels';
import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { ruleOf } from '../contract';
import { FLOATS, input, type Kernel, type KernelReplacement } from './register';

/** The tensors `name0`, `name1` ... as arrays, those of a kernel that changes them first made its own. */
function series(
  backend: OneDnnBackend,
  inputs: tf.NamedTensorInfoMap,
  name: string,
  count: number,
  changed: boolean,
): Float32Array[] {
  return Array.from({ length: count }, (_, i) => {
    const tensor = input(inputs, numberedName(name, i));
    return changed ? backend.writable(tensor) : backend.floats(tensor);
  });
}

const countOf = (inputs: tf.NamedTensorInfoMap) => countNumbered(inputs, 'param');

const adam: Kernel = ({ inputs, attrs, backend }) => {
  const a = attrs as unknown as AdamAttributes;
  const n = countOf(inputs);
  const [params, ms, vs] = ['param', 'm', 'v'].map((name) => series(backend, inputs, name, n, true));
  const { beta1, beta2, epsilon, step } = a;
  const rule = ruleOf('AdamNumbers', { beta1, beta2, epsilon, step, decoupled: a.decoupled ? 1 : 0 });
  const grads = series(backend, inputs, 'grad', n, false);
  backend.addon.adamStep(
    params,
    grads,
    ms,
    vs,
    Float64Array.from(a.learningRates),
    Float64Array.from(a.weightDecays),
    rule,
  );
  return [];
};

const sgd: Kernel = ({ inputs, attrs, backend }) => {
  const a = attrs as unknown as SgdAttributes;
  const n = countOf(inputs);
  const params = series(backend, inputs, 'param', n, true);
  const velocities = a.momentum > 0 ? series(backend, inputs, 'velocity', n, true) : [];
  const grads = series(backend, inputs, 'grad', n, false);
  const rule = ruleOf('SgdNumbers', { momentum: a.momentum, nesterov: a.nesterov ? 1 : 0 });
  backend.addon.sgdStep(
    params,
    grads,
    velocities,
    Float64Array.from(a.learningRates),
    Float64Array.from(a.weightDecays),
    rule,
  );
  return [];
};

const ema: Kernel = ({ inputs, attrs, backend }) => {
  const { decay } = attrs as unknown as EmaAttributes;
  const n = countOf(inputs);
  backend.addon.emaStep(
    series(backend, inputs, 'param', n, false),
    series(backend, inputs, 'average', n, true),
    decay,
  );
  return [];
};

/** The optional in-place kernels AdamStep, SgdStep and EmaStep. */
export const optimizers: readonly KernelReplacement[] = [
  { kernelName: OPTIONAL_KERNELS.adamStep, accepts: { inputs: FLOATS }, kernelFunc: adam },
  { kernelName: OPTIONAL_KERNELS.sgdStep, accepts: { inputs: FLOATS }, kernelFunc: sgd },
  { kernelName: OPTIONAL_KERNELS.emaStep, accepts: { inputs: FLOATS }, kernelFunc: ema },
];
