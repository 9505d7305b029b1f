import {
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { EmaConfig } from '../config/config';
import { ownData, type Weight } from '../classifier/weights';

/**
 * Exponential moving average of weights: `average = decay * average + (1 - decay) * weight` after each step.
 *
 * Covers batch-norm moving statistics too, so that the averaged model can be evaluated as it stands.
 * Runs on the engine's `EmaStep` kernel where it has one.
 */
export class WeightAverage {
  readonly averages: readonly tf.Variable[];

  /** @param weights - those that training can change. */
  constructor(
    private readonly config: EmaConfig,
    private readonly weights: readonly Weight[],
  ) {
    this.averages = weights.map(({ variable }) => tf.tidy(() => tf.variable(variable, false)));
    ownData(this.averages);
  }

  /** The decay of one step. @param step - from 1. */
  decayAt(step: number): number {
    const { decay, warmup = true } = this.config;
    return warmup ? Math.min(decay, (1 + step) / (10 + step)) : decay;
  }

  /** Takes the weights of one more step in. @param step - from 1. */
  update(step: number): void {
    const decay = this.decayAt(step);
    if (hasKernels(OPTIONAL_KERNELS.emaStep)) {
      const inputs = numbered(
        this.weights.map(({ variable }, i) => ({ param: variable, average: this.averages[i] })),
      );
      tf.tidy(() => runKernel(OPTIONAL_KERNELS.emaStep, inputs, { decay }));
      return;
    }
    this.weights.forEach(({ variable }, i) => {
      const average = this.averages[i];
      tf.tidy(() => average.assign(tf.add(tf.mul(average, decay), tf.mul(variable, 1 - decay))));
    });
  }

  /**
   * Puts the averages into the model.
   *
   * @returns puts the trained weights back; until then no step may run, since model and averages share their data.
   */
  swapIn(): () => void {
    const trained = this.weights.map(({ variable }) => tf.keep(tf.clone(variable)));
    this.weights.forEach(({ variable }, i) => variable.assign(this.averages[i]));
    return () => {
      this.weights.forEach(({ variable }, i) => {
        variable.assign(trained[i]);
      });
      tf.dispose(trained);
    };
  }

  /** Puts the averages into the model to stay; the trained weights are gone. The average is of no use afterwards. */
  swapInForGood(): void {
    this.weights.forEach(({ variable }, i) => variable.assign(this.averages[i]));
  }

  /** Frees the averages. */
  dispose(): void {
    tf.dispose([...this.averages]);
  }
}
