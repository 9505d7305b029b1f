import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';

export const BACKEND_NAME = 'googlenet-wasm';

/** What a kernel is called with. */
export interface KernelArguments {
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
  backend: WasmBackend;
}

export type Kernel = (args: KernelArguments) => tf.TensorInfo | tf.TensorInfo[];

/** A kernel; where `accepts` says no, or there is none, the cpu backend's own runs. */
export interface KernelEntry {
  kernel: Kernel;
  accepts?: (args: KernelArguments) => boolean;
}

/** Registers a kernel over the inherited one of the same name. */
export function registerKernel(kernelName: string, { kernel, accepts }: KernelEntry): void {
  const inherited = tf.getKernel(kernelName, BACKEND_NAME) as tf.KernelConfig | undefined;
  if (inherited) tf.unregisterKernel(kernelName, BACKEND_NAME);
  const fallback = inherited?.kernelFunc;
  const kernelFunc = (given: KernelArguments) => {
    // Operations without attributes hand over none.
    const args = { ...given, attrs: (given.attrs as KernelArguments['attrs'] | undefined) ?? {} };
    const inheritedRuns = fallback !== undefined && accepts && !accepts(args);
    return inheritedRuns ? fallback(given as unknown as Parameters<tf.KernelFunc>[0]) : kernel(args);
  };
  tf.registerKernel({
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: kernelFunc as unknown as tf.KernelFunc,
  });
}

/** Whether all inputs hold float32 numbers. */
export function allFloat({ inputs }: KernelArguments): boolean {
  return Object.values(inputs).every(
    (input) => (input as tf.TensorInfo | undefined)?.dtype !== undefined && input.dtype === 'float32',
  );
}

/** Floats in a tensor. */
export const sizeOf = (info: tf.TensorInfo): number => tf.util.sizeFromShape(info.shape);
