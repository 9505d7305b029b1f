import type * as tf from '@tensorflow/tfjs-core';
import { planBroadcast } from './broadcast';
import { binaryCodes, unaryCodes } from '../contract';
import { type Accepts, FLOATS, type Kernel, type KernelReplacement } from './register';

interface UnaryAttributes {
  alpha?: number;
  clipValueMin?: number;
  clipValueMax?: number;
}

const unary =
  (operation: number): Kernel =>
  ({ inputs: { x }, attrs, backend }) => {
    const { clipValueMin, clipValueMax = 0, alpha = 0 } = attrs as UnaryAttributes;
    const { info, values } = backend.allocate(x.shape);
    backend.addon.unary(operation, backend.floats(x), values, clipValueMin ?? alpha, clipValueMax);
    return info;
  };

/** An operation on the inputs of these names, whose shapes broadcast. */
function binary(
  operation: number,
  first: string,
  second: string,
): Pick<KernelReplacement, 'accepts' | 'kernelFunc'> {
  const accepts: Accepts = {
    inputs: { [first]: { dtype: 'float32' }, [second]: { dtype: 'float32' } },
    where: ({ inputs }) => planBroadcast(inputs[first].shape, inputs[second].shape) !== undefined,
  };
  const kernelFunc: Kernel = ({ inputs, backend }) => {
    const [a, b] = [inputs[first], inputs[second]];
    const { outShape = [], layout = new Int32Array() } = planBroadcast(a.shape, b.shape) ?? {};
    const { info, values } = backend.allocate(outShape);
    backend.addon.binary(operation, layout, backend.floats(a), backend.floats(b), values);
    return info;
  };
  return { accepts, kernelFunc };
}

const addN: Kernel = ({ inputs, backend }) => {
  const [first, second, ...others] = Object.values(inputs);
  const { info, values } = backend.allocate(first.shape);
  const layout = Int32Array.of(values.length, 1, 1);
  backend.addon.binary(binaryCodes.Add, layout, backend.floats(first), backend.floats(second), values);
  for (const tensor of others)
    backend.addon.binary(binaryCodes.Add, layout, values, backend.floats(tensor), values);
  return info;
};

const INPUT_NAMES: Partial<Record<string, [first: string, second: string]>> = {
  Prelu: ['x', 'alpha'],
  EluGrad: ['dy', 'y'],
};

const atLeastTwo = (inputs: Record<string, tf.TensorInfo>) => Object.keys(inputs).length >= 2;

/** Elementwise kernels of one and two tensors, and AddN. */
export const pointwise: readonly KernelReplacement[] = [
  ...Object.entries(binaryCodes).map(([kernelName, operation]) => ({
    kernelName,
    ...binary(operation, ...(INPUT_NAMES[kernelName] ?? (['a', 'b'] as const))),
  })),
  ...Object.entries(unaryCodes).map(([kernelName, operation]) => ({
    kernelName,
    accepts: { inputs: { x: { dtype: 'float32' } } } as const,
    kernelFunc: unary(operation),
  })),
  {
    kernelName: 'AddN',
    accepts: { inputs: FLOATS, where: ({ inputs }) => atLeastTwo(inputs) },
    kernelFunc: addN,
  },
];
