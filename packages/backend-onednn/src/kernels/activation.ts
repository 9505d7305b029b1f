import type * as tf from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { binaryCodes, unaryCodes } from '../contract';
import type { TensorRule } from './register';

/** The activations that TensorFlow.js fuses. */
export const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** What a fused kernel is told of its activation. */
export interface ActivationAttributes {
  activation: Activation;
  leakyreluAlpha?: number;
}

/** The inputs of a fused kernel beside those of the kernel itself. */
export const FUSED_INPUTS = {
  bias: { dtype: 'float32', optional: true },
  preluActivationWeights: { dtype: 'float32', optional: true },
} as const satisfies Record<string, TensorRule>;

/** What oneDNN fuses into the convolution itself; its ReLU6 would hide NaN. */
export function fusedCode(activation: Activation): number {
  return activation === 'relu' ? 1 : 0;
}

/** Whether bias and PReLU weights are one value a channel. */
export function acceptsFused(inputs: Record<string, tf.TensorInfo | undefined>, channels: number): boolean {
  return [inputs.bias, inputs.preluActivationWeights].every(
    (t) => !t || (t.shape.at(-1) === channels && t.shape.slice(0, -1).every((size) => size === 1)),
  );
}

/** Replaces the values, whose rows are the channels, by their activation. */
export function applyActivation(
  backend: OneDnnBackend,
  values: Float32Array,
  { activation, leakyreluAlpha = 0.2 }: ActivationAttributes,
  preluWeights: tf.TensorInfo | undefined,
): void {
  if (activation === 'prelu' && preluWeights) {
    const weights = backend.floats(preluWeights);
    const layout = Int32Array.of(values.length / weights.length, weights.length, weights.length, 1, 0, 1);
    backend.addon.binary(binaryCodes.Prelu, layout, values, weights, values);
    return;
  }
  const operation = {
    linear: undefined,
    relu: unaryCodes.Relu,
    relu6: unaryCodes.Relu6,
    elu: unaryCodes.Elu,
    sigmoid: unaryCodes.Sigmoid,
    leakyrelu: unaryCodes.LeakyRelu,
    prelu: undefined,
  }[activation];
  if (operation !== undefined) backend.addon.unary(operation, values, values, leakyreluAlpha, 0);
}
