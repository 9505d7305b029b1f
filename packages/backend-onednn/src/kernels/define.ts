import {
  getKernel,
  type KernelFunc,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { BACKEND_NAME, type OneDnnBackend } from '../backend';

type Result = TensorInfo | TensorInfo[] | undefined;

/** A native kernel; it gives `undefined` for a case that it leaves to the cpu backend's kernel. */
export type NativeKernel<Attributes> = (
  backend: OneDnnBackend,
  inputs: NamedTensorInfoMap,
  attributes: Attributes,
) => Result;

/** Registers a kernel under its TensorFlow.js name, in place of the one copied from the cpu backend. */
export function define<Attributes>(name: string, kernel: NativeKernel<Attributes>): void {
  const inherited = getKernel(name, 'cpu') as { kernelFunc: KernelFunc } | undefined;
  if (getKernel(name, BACKEND_NAME)) unregisterKernel(name, BACKEND_NAME);
  registerKernel({
    kernelName: name,
    backendName: BACKEND_NAME,
    kernelFunc: (call) => {
      const { inputs, backend, attrs } = call as unknown as {
        inputs: NamedTensorInfoMap;
        backend: OneDnnBackend;
        attrs: Attributes;
      };
      const result = kernel(backend, inputs, attrs);
      if (result !== undefined) return result;
      if (inherited === undefined)
        throw new Error(`${name}: expected inputs of the "${BACKEND_NAME}" engine's own kernel, got others.`);
      return inherited.kernelFunc(call);
    },
  });
}

/** Whether all tensors are float32 and none is empty. */
export function allFloat(...tensors: (TensorInfo | undefined)[]): boolean {
  return tensors.every((t) => t === undefined || (t.dtype === 'float32' && util.sizeFromShape(t.shape) > 0));
}

/** The tensor of that name; a missing one is an error of the caller. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined)
    throw new TypeError(`onednn: expected the kernel input "${name}", got none. Pass it.`);
  return tensor;
}
