import type * as tf from '@tensorflow/tfjs-core';
import { float } from '../runtime/runtime';
import { expectShape, FLOATS, sizeOf, type Kernel, type KernelReplacement } from './register';

const BLOCK = 1024;
const SMALL_BLOCKS = 16;

/** How many `param${i}` there are. */
function countOf(inputs: Record<string, tf.TensorInfo>): number {
  let count = 0;
  while (`param${count}` in inputs) count++;
  return count;
}

function grainOf(units: number): number | undefined {
  return units <= SMALL_BLOCKS ? units : undefined;
}

const adamStep: Kernel = ({ inputs, attrs, backend }) => {
  const { learningRates, weightDecays, beta1, beta2, epsilon, step, decoupled } = attrs as unknown as {
    learningRates: number[];
    weightDecays: number[];
    beta1: number;
    beta2: number;
    epsilon: number;
    step: number;
    decoupled: boolean;
  };
  const correction = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
  const betas = [beta1, 1 - beta1, beta2, 1 - beta2].map(float);
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const count = sizeOf(inputs[`param${i}`]);
    const [rate, decay] = [learningRates[i], weightDecays[i]];
    const pointers = ['param', 'grad', 'm', 'v'].map((name) => backend.pointer(inputs[`${name}${i}`]));
    const numbers = [rate * correction, epsilon, decoupled ? 0 : decay, decoupled ? 1 - rate * decay : 1].map(
      float,
    );
    const units = Math.ceil(count / BLOCK);
    backend.runtime.run('adam', [...pointers, count, ...betas, ...numbers], units, grainOf(units));
  }
  return [];
};

const sgdStep: Kernel = ({ inputs, attrs, backend }) => {
  const { learningRates, weightDecays, momentum, nesterov } = attrs as unknown as {
    learningRates: number[];
    weightDecays: number[];
    momentum: number;
    nesterov: boolean;
  };
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const count = sizeOf(inputs[`param${i}`]);
    const velocity = inputs[`velocity${i}`] as tf.TensorInfo | undefined;
    const pointers = ['param', 'grad'].map((name) => backend.pointer(inputs[`${name}${i}`]));
    const numbers = [momentum, learningRates[i], weightDecays[i]].map(float);
    const units = Math.ceil(count / BLOCK);
    const state = velocity ? backend.pointer(velocity) : 0;
    backend.runtime.run(
      'descend',
      [...pointers, state, 0, count, ...numbers, nesterov ? 1 : 0],
      units,
      grainOf(units),
    );
  }
  return [];
};

const emaStep: Kernel = ({ inputs, attrs, backend }) => {
  const decay = attrs.decay as number;
  const parameters = countOf(inputs);
  for (let i = 0; i < parameters; i++) {
    const count = sizeOf(inputs[`param${i}`]);
    const pointers = ['param', 'average'].map((name) => backend.pointer(inputs[`${name}${i}`]));
    const units = Math.ceil(count / BLOCK);
    backend.runtime.run(
      'average',
      [...pointers, 0, 0, count, float(decay), float(1 - decay)],
      units,
      grainOf(units),
    );
  }
  return [];
};

/** Every tensor of a parameter is as large as the parameter; every parameter has all of them. */
function checked(kernelName: string, kernel: Kernel): Kernel {
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
      const { shape } = inputs[`param${i}`];
      for (const name of names) expectShape(kernelName, `${name}${i}`, inputs[`${name}${i}`], shape);
    }
    for (const name of ['learningRates', 'weightDecays'].filter((key) => kernelName !== 'EmaStep' && key)) {
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

/** The tensors of a parameter. */
const NAMES: Record<string, (attrs: Record<string, unknown>) => string[]> = {
  AdamStep: () => ['param', 'grad', 'm', 'v'],
  SgdStep: ({ momentum }) => ['param', 'grad', ...((momentum as number) > 0 ? ['velocity'] : [])],
  EmaStep: () => ['param', 'average'],
};

/** Updates in place; the inputs' data must belong to nobody else. */
export const optimizerKernels: readonly KernelReplacement[] = [
  { kernelName: 'AdamStep', accepts: { inputs: FLOATS }, kernelFunc: checked('AdamStep', adamStep) },
  { kernelName: 'SgdStep', accepts: { inputs: FLOATS }, kernelFunc: checked('SgdStep', sgdStep) },
  { kernelName: 'EmaStep', accepts: { inputs: FLOATS }, kernelFunc: checked('EmaStep', emaStep) },
];
