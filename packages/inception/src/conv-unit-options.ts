import { requireChoice } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

export type Initializer = ReturnType<typeof tfl.initializers.zeros>;
export type Regularizer = ReturnType<typeof tfl.regularizers.l2>;
/** A name such as `glorotUniform`, a tfjs initializer, or its serialized form. */
export type InitializerOption = string | Initializer | tf.serialization.ConfigDict;
/** A name such as `l1l2`, a tfjs regularizer, or its serialized form. */
export type RegularizerOption = string | Regularizer | tf.serialization.ConfigDict | null;

export type UnitActivation = 'relu' | 'linear';

/** Options of a convolution with its batch norm and activation, and of every such unit in a module. */
export interface ConvUnitOptions {
  /** Batch norm between convolution and activation. Default true. */
  batchNorm?: boolean;
  /** A bias of the convolution; in front of a batch norm it only shifts the moving mean. Default true. */
  useBias?: boolean;
  /** Default `relu`. */
  activation?: UnitActivation;
  /** Added to the variance. Default 1e-3, as in Keras. */
  epsilon?: number;
  /** Share of the old moving statistics that each step keeps. Default 0.99, as in Keras. */
  momentum?: number;
  /** Whether the batch norm has a learned scale, gamma. Default true. */
  scale?: boolean;
  /** Default `glorotUniform`, as in Keras. One with a seed gives every unit of a module its own stream. */
  kernelInitializer?: InitializerOption;
  /** Default `zeros`. */
  biasInitializer?: InitializerOption;
  /** Default none. */
  kernelRegularizer?: RegularizerOption;
  /** Default none. */
  biasRegularizer?: RegularizerOption;
}

export const CONV_UNIT_DEFAULTS = {
  batchNorm: true,
  useBias: true,
  activation: 'relu',
  epsilon: 1e-3,
  momentum: 0.99,
  scale: true,
  kernelInitializer: 'glorotUniform',
  biasInitializer: 'zeros',
  kernelRegularizer: null,
  biasRegularizer: null,
} as const satisfies Required<ConvUnitOptions>;

export interface ConvUnitSettings {
  readonly batchNorm: boolean;
  readonly useBias: boolean;
  readonly activation: UnitActivation;
  readonly epsilon: number;
  readonly momentum: number;
  readonly scale: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
}

function booleanOption(value: unknown, where: string, option: string): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(
      `${where}: expected ${option} to be true or false, got ${show(value)}. Use a boolean.`,
    );
  }
  return value;
}

/** The options with their defaults, checked; named objects become instances. */
export function resolveUnitOptions(options: ConvUnitOptions, where: string): ConvUnitSettings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  );
  const all = { ...CONV_UNIT_DEFAULTS, ...given } as Required<ConvUnitOptions>;
  if (!(all.epsilon > 0 && Number.isFinite(all.epsilon))) {
    throw new RangeError(`${where}: expected epsilon above 0, got ${show(all.epsilon)}. Keras uses 0.001.`);
  }
  if (!(all.momentum >= 0 && all.momentum <= 1)) {
    throw new RangeError(
      `${where}: expected momentum from 0 to 1, got ${show(all.momentum)}. Keras uses 0.99.`,
    );
  }
  return {
    batchNorm: booleanOption(all.batchNorm, where, 'batchNorm'),
    useBias: booleanOption(all.useBias, where, 'useBias'),
    activation: requireChoice(where, 'activation', all.activation, ['relu', 'linear']),
    epsilon: all.epsilon,
    momentum: all.momentum,
    scale: booleanOption(all.scale, where, 'scale'),
    kernelInitializer: toInstance(all.kernelInitializer, where, 'kernelInitializer') as Initializer,
    biasInitializer: toInstance(all.biasInitializer, where, 'biasInitializer') as Initializer,
    kernelRegularizer: toInstance(all.kernelRegularizer, where, 'kernelRegularizer') as Regularizer | null,
    biasRegularizer: toInstance(all.biasRegularizer, where, 'biasRegularizer') as Regularizer | null,
  };
}

/** The options as plain data, from which the same layer can be made again. */
export function serializeUnitOptions(settings: ConvUnitSettings): tf.serialization.ConfigDict {
  const { kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, ...plain } = settings;
  return {
    ...plain,
    kernelInitializer: serialize(kernelInitializer),
    biasInitializer: serialize(biasInitializer),
    kernelRegularizer: kernelRegularizer && serialize(kernelRegularizer),
    biasRegularizer: biasRegularizer && serialize(biasRegularizer),
  };
}

/** An initializer for unit `index`: with a seed, its own stream, since equal seeds would give equal kernels. */
export function initializerOfUnit(initializer: Initializer, index: number): Initializer {
  const { seed, ...config } = initializer.getConfig();
  if (typeof seed !== 'number' || index === 0) return initializer;
  const mixed = (seed + Math.imul(index, 0x9e3779b1)) | 0;
  return create(initializer.getClassName(), { ...config, seed: mixed }) as Initializer;
}

function serialize(object: tf.serialization.Serializable): tf.serialization.ConfigDict {
  return { className: object.getClassName(), config: object.getConfig() };
}

function toInstance(option: unknown, where: string, name: string): tf.serialization.Serializable | null {
  if (option === null || option instanceof tf.serialization.Serializable) return option;
  const { className, config } =
    typeof option === 'string'
      ? { className: option.charAt(0).toUpperCase() + option.slice(1), config: {} }
      : (option as { className?: unknown; config?: tf.serialization.ConfigDict });
  const instance = create(className === 'L1l2' ? 'L1L2' : className, config ?? {});
  if (instance === null) {
    throw new TypeError(
      `${where}: expected ${name} to be a name or an instance that tfjs-layers knows, got ${show(option)}. ` +
        'Use for example "glorotUniform", tf.initializers.heNormal({seed}) or tf.regularizers.l2({l2: 2e-4}).',
    );
  }
  return instance;
}

function create(
  className: unknown,
  config: tf.serialization.ConfigDict,
): tf.serialization.Serializable | null {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap;
  if (typeof className !== 'string' || !(className in registered)) return null;
  const [cls, fromConfig] = registered[className];
  return fromConfig(cls, config);
}
