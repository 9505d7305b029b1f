import type {
  Accepts as AcceptsOf,
  Kernel as KernelOf,
  KernelArguments as KernelArgumentsOf,
  KernelReplacement as KernelReplacementOf,
} from '@googlenet-tooling/shared/replace-kernel';
import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';

export { FLOATS } from '@googlenet-tooling/shared/replace-kernel';

export const BACKEND_NAME = 'googlenet-wasm';

/** What a kernel of this engine is called with. */
export type KernelArguments = KernelArgumentsOf<WasmBackend>;
export type Kernel = KernelOf<WasmBackend>;
export type Accepts = AcceptsOf<WasmBackend>;
export type KernelReplacement = KernelReplacementOf<WasmBackend>;

/**
 * Refuses a direct call of an optional kernel whose arrays do not fit each other.
 * @throws {RangeError} where the shapes differ
 */
export function expectShape(
  kernelName: string,
  name: string,
  info: tf.TensorInfo | undefined,
  shape: number[],
): void {
  if (info && info.shape.length === shape.length && shape.every((size, i) => size === info.shape[i])) return;
  throw new RangeError(
    `${kernelName}: expected ${name} of shape [${shape.join(', ')}], got ${info ? `[${info.shape.join(', ')}]` : 'none'}. Pass tensors that belong together.`,
  );
}

/** Elements of a tensor. */
export const sizeOf = (info: tf.TensorInfo): number => tf.util.sizeFromShape(info.shape);
