import type {
  Accepts as AcceptsOf,
  Kernel as KernelOf,
  KernelArguments as KernelArgumentsOf,
  KernelReplacement as KernelReplacementOf,
} from '@googlenet-tooling/shared/replace-kernel';
import * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';

export { FLOATS, type TensorRule } from '@googlenet-tooling/shared/replace-kernel';

/** What a kernel of this engine is called with. */
export type KernelArguments = KernelArgumentsOf<OneDnnBackend>;
export type Kernel = KernelOf<OneDnnBackend>;
export type Accepts = AcceptsOf<OneDnnBackend>;
export type KernelReplacement = KernelReplacementOf<OneDnnBackend>;

/** Elements of a tensor. */
export const sizeOf = (info: tf.TensorInfo): number => tf.util.sizeFromShape(info.shape);

/** The tensor of that name; a missing one is an error of the caller. */
export function input(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined)
    throw new TypeError(`onednn: expected the kernel input "${name}", got none. Pass it.`);
  return tensor;
}
