import {
  type AdamAttributes,
  countNumbered,
  type EmaAttributes,
  numberedName,
  OPTIONAL_KERNELS,
  type SgdAttributes,
} from '@googlenet-tooling/shared/optional-kernels';
import type * as tf from '@tensorflow/tfjs-core';
import { AdamBlock, AverageBlock, DescendBlock } from '../../assembly/blocks';
import { expectShape, FLOATS, sizeOf, type Kernel, type KernelReplacement } from './register';

const BLOCK = 1024;
const SMALL_BLOCKS = 16;

const countOf = (inputs: Record<string, tf.TensorInfo>) => countNumbered(inputs, 'param');

function grainOf(units: number): number | undefined {
  return units <= SMALL_BLOCKS ? units : undefined;
}

const adamStep: Kernel = ({ inputs, attrs, backend }) => {
  const { learningRates, weightDecays, beta1, beta2, epsilon, step, decoupled } =
    attrs as unknown as AdamAttributes;
  const correction = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const of = (name: string) => inputs[numberedName(name, i)];
    const count = sizeOf(of('param'));
    const [rate, decay] = [learningRates[i], weightDecays[i]];
    const block = {
      param: backend.pointer(of('param')),
      gradient: backend.pointer(of('grad')),
      m: backend.pointer(of('m')),
      v: backend.pointer(of('v')),
      count,
      beta1F: beta1,
      rest1F: 1 - beta1,
      beta2F: beta2,
      rest2F: 1 - beta2,
      rateF: rate * correction,
      epsilonF: epsilon,
      decayF: decoupled ? 0 : decay,
      keepF: decoupled ? 1 - rate * decay : 1,
    };
    const units = Math.ceil(count / BLOCK);
    backend.runtime.call('adam', AdamBlock, block, units, grainOf(units));
  }
  return [];
};

const sgdStep: Kernel = ({ inputs, attrs, backend }) => {
  const { learningRates, weightDecays, momentum, nesterov } = attrs as unknown as SgdAttributes;
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const of = (name: string) => inputs[numberedName(name, i)];
    const count = sizeOf(of('param'));
    const velocity = of('velocity') as tf.TensorInfo | undefined;
    const block = {
      param: backend.pointer(of('param')),
      gradient: backend.pointer(of('grad')),
      velocity: velocity ? backend.pointer(velocity) : 0,
      count,
      momentumF: momentum,
      rateF: learningRates[i],
      decayF: weightDecays[i],
      nesterov: nesterov ? 1 : 0,
    };
    const units = Math.ceil(count / BLOCK);
    backend.runtime.call('descend', DescendBlock, block, units, grainOf(units));
  }
  return [];
};

const emaStep: Kernel = ({ inputs, attrs, backend }) => {
  const { decay } = attrs as unknown as EmaAttributes;
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const of = (name: string) => inputs[numberedName(name, i)];
    const count = sizeOf(of('param'));
    const block = {
      param: backend.pointer(of('param')),
      average: backend.pointer(of('average')),
      count,
      decayF: decay,
      restF: 1 - decay,
    };
    const units = Math.ceil(count / BLOCK);
    backend.runtime.call('average', AverageBlock, block, units, grainOf(units));
  }
  return [];
};

/** Every tensor of a parameter is as large as the parameter; every parameter has all of them. */
function checked(kernelName: Step, kernel: Kernel): Kernel {
  return (args) => {
    const { inputs, attrs } = args;
    const names = NAMES[kernelName](attrs);
    const parameters = countOf(inputs);
    if (Object.keys(inputs).length !== parameters * names.length) {
      throw new RangeError(
        `${kernelName}: expected ${names.join(', ')} for each of ${parameters} parameters, got ${Object.keys(inputs).join(', ')}. Number them from 0.`,
      );
    }
    for (let i = 0; i < parameters; i++) {
      const { shape } = inputs[numberedName('param', i)];
      for (const name of names) {
        const numberedOne = numberedName(name, i);
        expectShape(kernelName, numberedOne, inputs[numberedOne], shape);
      }
    }
    const lists = kernelName === OPTIONAL_KERNELS.emaStep ? [] : ['learningRates', 'weightDecays'];
    for (const name of lists) {
      const list = attrs[name] as number[] | undefined;
      if (list?.length === parameters) continue;
      throw new RangeError(
        `${kernelName}: expected ${name} of ${parameters} numbers, got ${list?.length ?? 'none'}. Give one for each parameter.`,
      );
    }
    const result = kernel(args);
    for (const input of Object.values(inputs)) args.backend.changed(input);
    return result;
  };
}

type Step = 'AdamStep' | 'SgdStep' | 'EmaStep';

/** The tensors of a parameter. */
const NAMES: Record<Step, (attrs: Record<string, unknown>) => string[]> = {
  AdamStep: () => ['param', 'grad', 'm', 'v'],
  SgdStep: ({ momentum }) => ['param', 'grad', ...((momentum as number) > 0 ? ['velocity'] : [])],
  EmaStep: () => ['param', 'average'],
};

/** Updates in place; the inputs' data must belong to nobody else. */
export const optimizerKernels: readonly KernelReplacement[] = (
  [
    [OPTIONAL_KERNELS.adamStep, adamStep],
    [OPTIONAL_KERNELS.sgdStep, sgdStep],
    [OPTIONAL_KERNELS.emaStep, emaStep],
  ] as const
).map(([kernelName, kernel]) => ({
  kernelName,
  accepts: { inputs: FLOATS },
  kernelFunc: checked(kernelName, kernel),
}));
