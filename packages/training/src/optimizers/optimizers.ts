import {
  hasKernels,
  numbered,
  OPTIONAL_KERNELS,
  runKernel,
} from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import { type Weight, zerosVariable } from '../classifier/weights';

interface AdamOptions {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-7, as in Keras; PyTorch has 1e-8. */
  epsilon?: number;
  /** Of weights with two or more dimensions; biases and batch norm never decay. Default 0 for Adam, 4e-3 for AdamW. */
  weightDecay?: number;
}

interface SgdOptions {
  /** Default 0.9. */
  momentum?: number;
  nesterov?: boolean;
  /** L2 added to the gradient of weights with two or more dimensions; default 0. The paper has 2e-4. */
  weightDecay?: number;
  /** Learning rate of weights named `bias`, relative to the others; default 1. The paper's Caffe model has 2. */
  biasLearningRateFactor?: number;
}

/** Which optimizer, by `kind`. Adam's `weightDecay` is L2 in the gradient, AdamW's is decoupled (times the learning rate). */
export type OptimizerConfig =
  ({ kind: 'adam' } & AdamOptions) | ({ kind: 'adamw' } & AdamOptions) | ({ kind: 'sgd' } & SgdOptions);

/** What an optimizer needs of a weight. */
export type Parameter = Pick<Weight, 'name' | 'variable' | 'constrain'>;

/** Updates weights from gradients, one call a step, and owns the state that this takes. */
export interface Optimizer {
  /** Steps done so far. */
  step: number;
  /** State by name (`m`, `v` or `velocity`), one variable a parameter. */
  readonly slots: Readonly<Record<string, readonly tf.Variable[]>>;
  /** Updates every parameter that has a gradient. The caller disposes the gradients. */
  apply(gradients: readonly (tf.Tensor | null)[], learningRate: number): void;
  dispose(): void;
}

/**
 * An optimizer over a list of weights.
 *
 * Adam is Keras's: `alpha = lr * sqrt(1 - beta2^t) / (1 - beta1^t)`, `w -= alpha * m / (sqrt(v) + epsilon)`.
 * SGD is `velocity = momentum * velocity - lr * g`, `w += velocity`, with Nesterov `w += momentum * velocity - lr * g`.
 * Runs on the engine's `AdamStep` / `SgdStep` kernel where it has one, which updates in place: nobody else may hold the parameters' data.
 */
export function createOptimizer(config: OptimizerConfig, parameters: readonly Parameter[]): Optimizer {
  return config.kind === 'sgd' ? new Sgd(config, parameters) : new Adam(config, parameters);
}

abstract class BaseOptimizer implements Optimizer {
  step = 0;
  abstract readonly slots: Readonly<Record<string, readonly tf.Variable[]>>;

  constructor(
    protected readonly parameters: readonly Parameter[],
    private readonly weightDecay: number,
    private readonly biasFactor: number,
  ) {}

  apply(gradients: readonly (tf.Tensor | null)[], learningRate: number): void {
    this.step++;
    const present = gradients.flatMap((gradient, index) =>
      gradient ? [{ gradient, index, parameter: this.parameters[index] }] : [],
    );
    const learningRates = present.map(({ parameter }) =>
      /(^|\/)bias$/.test(parameter.name) ? this.biasFactor * learningRate : learningRate,
    );
    const weightDecays = present.map(({ parameter }) =>
      parameter.variable.rank >= 2 ? this.weightDecay : 0,
    );
    tf.tidy(() => this.update(present, learningRates, weightDecays));
    for (const { parameter } of present) {
      const { constrain, variable } = parameter;
      if (constrain) tf.tidy(() => variable.assign(constrain(variable)));
    }
  }

  protected abstract update(
    present: readonly Update[],
    learningRates: number[],
    weightDecays: number[],
  ): void;

  dispose(): void {
    for (const variables of Object.values(this.slots)) tf.dispose([...variables]);
  }
}

interface Update {
  readonly gradient: tf.Tensor;
  readonly index: number;
  readonly parameter: Parameter;
}

class Adam extends BaseOptimizer {
  readonly slots: { readonly m: tf.Variable[]; readonly v: tf.Variable[] };
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  private readonly decoupled: boolean;

  constructor(config: { kind: 'adam' | 'adamw' } & AdamOptions, parameters: readonly Parameter[]) {
    super(parameters, config.weightDecay ?? (config.kind === 'adamw' ? 4e-3 : 0), 1);
    this.beta1 = config.beta1 ?? 0.9;
    this.beta2 = config.beta2 ?? 0.999;
    this.epsilon = config.epsilon ?? 1e-7;
    this.decoupled = config.kind === 'adamw';
    this.slots = {
      m: parameters.map((p) => zerosVariable(p.variable)),
      v: parameters.map((p) => zerosVariable(p.variable)),
    };
  }

  protected update(present: readonly Update[], learningRates: number[], weightDecays: number[]): void {
    const { beta1, beta2, epsilon, decoupled, step } = this;
    const { m, v } = this.slots;
    if (hasKernels(OPTIONAL_KERNELS.adamStep)) {
      const inputs = numbered(present.map((one) => ({ ...shared(one), m: m[one.index], v: v[one.index] })));
      const rates = { learningRates, weightDecays };
      runKernel(OPTIONAL_KERNELS.adamStep, inputs, { ...rates, beta1, beta2, epsilon, step, decoupled });
      return;
    }
    const correction = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
    present.forEach(({ gradient, index, parameter: { variable } }, i) => {
      const [learningRate, decay] = [learningRates[i], weightDecays[i]];
      const [momentum, velocity] = [m[index], v[index]];
      const g = decay > 0 && !decoupled ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
      momentum.assign(tf.add(tf.mul(momentum, beta1), tf.mul(g, 1 - beta1)));
      velocity.assign(tf.add(tf.mul(velocity, beta2), tf.mul(tf.square(g), 1 - beta2)));
      const kept = decay > 0 && decoupled ? tf.mul(variable, 1 - learningRate * decay) : variable;
      const change = tf.div(tf.mul(momentum, learningRate * correction), tf.add(tf.sqrt(velocity), epsilon));
      variable.assign(tf.sub(kept, change));
    });
  }
}

class Sgd extends BaseOptimizer {
  readonly slots: { readonly velocity?: tf.Variable[] };
  private readonly momentum: number;
  private readonly nesterov: boolean;

  constructor(config: { kind: 'sgd' } & SgdOptions, parameters: readonly Parameter[]) {
    super(parameters, config.weightDecay ?? 0, config.biasLearningRateFactor ?? 1);
    this.momentum = config.momentum ?? 0.9;
    this.nesterov = config.nesterov ?? false;
    this.slots = this.momentum > 0 ? { velocity: parameters.map((p) => zerosVariable(p.variable)) } : {};
  }

  protected update(present: readonly Update[], learningRates: number[], weightDecays: number[]): void {
    const { momentum, nesterov } = this;
    const { velocity } = this.slots;
    if (hasKernels(OPTIONAL_KERNELS.sgdStep)) {
      const state = (index: number) => velocity && { velocity: velocity[index] };
      const inputs = numbered(present.map((one) => ({ ...shared(one), ...state(one.index) })));
      runKernel(OPTIONAL_KERNELS.sgdStep, inputs, { learningRates, weightDecays, momentum, nesterov });
      return;
    }
    present.forEach(({ gradient, index, parameter: { variable } }, i) => {
      const decay = weightDecays[i];
      const g = decay > 0 ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
      const change = tf.mul(g, -learningRates[i]);
      const state = velocity?.[index];
      if (!state) {
        variable.assign(tf.add(variable, change));
        return;
      }
      state.assign(tf.add(tf.mul(state, momentum), change));
      variable.assign(tf.add(variable, nesterov ? tf.add(tf.mul(state, momentum), change) : state));
    });
  }
}

/** What the kernels of all optimizers are given of a parameter. */
const shared = ({ parameter, gradient }: Update) => ({ param: parameter.variable, grad: gradient });
