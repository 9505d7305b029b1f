import type { OneDnnBackend } from '../backend';
import { UNARY } from './operations';

/** The activations that TensorFlow.js fuses. */
export type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu' | 'prelu';

/** What oneDNN fuses into the convolution itself. */
export function fusedCode(activation: Activation): number | undefined {
  const code = ['linear', 'relu', 'relu6'].indexOf(activation);
  return code < 0 ? undefined : code;
}

/** Whether {@link applyActivation} knows it. */
export function isPointwiseActivation(activation: Activation): boolean {
  return ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'].includes(activation);
}

/** Replaces the values by their activation. */
export function applyActivation(
  backend: OneDnnBackend,
  values: Float32Array,
  activation: Activation,
  leakyreluAlpha = 0.2,
): void {
  const operation = {
    linear: undefined,
    relu: UNARY.Relu,
    relu6: UNARY.Relu6,
    elu: UNARY.Elu,
    sigmoid: UNARY.Sigmoid,
    leakyrelu: UNARY.LeakyRelu,
    prelu: undefined,
  }[activation];
  if (operation !== undefined) backend.addon.unary(operation, values, values, leakyreluAlpha, 0);
}
