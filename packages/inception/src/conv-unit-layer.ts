import { MAX_NUMBERS } from '@googlenet-tooling/shared/checks';
import { unknownOptions } from '@googlenet-tooling/shared/option-names';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { StatisticsGroup } from './batch-norm-train';
import type { ConvUnit } from './conv-unit';
import {
  CONV_UNIT_DEFAULTS,
  type ConvUnitOptions,
  type ConvUnitSettings,
  type Initializer,
  initializerOfUnit,
  type Regularizer,
  resolveUnitOptions,
  serializeUnitOptions,
} from './conv-unit-options';
import type { UnitShape } from './module-units';
import { nhwcChannels } from './validation';

type LayerConfig = ConstructorParameters<typeof tfl.layers.Layer>[0];

/** What a config holds beside the options of the layer itself. */
export type LayerOptions = NonNullable<LayerConfig>;

const LAYER_OPTIONS: Readonly<Record<keyof LayerOptions, true>> = {
  name: true,
  trainable: true,
  inputShape: true,
  batchInputShape: true,
  batchSize: true,
  dtype: true,
  weights: true,
  inputDType: true,
};

/**
 * Refuses a misspelt option of a layer that a program makes. Configurations of saved models do not come this way: there
 * a later version may have written more.
 * @throws {RangeError} that names every unknown option.
 */
export function refuseUnknownOptions(options: object, own: readonly string[], where: string): void {
  const known = [...own, ...Object.keys(CONV_UNIT_DEFAULTS), ...Object.keys(LAYER_OPTIONS)];
  const problems = unknownOptions(where, options, known);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
}

/** A layer that owns the weights of one or more convolution units. */
export abstract class ConvUnitLayer extends tfl.layers.Layer {
  /** Options with their defaults. */
  readonly settings: ConvUnitSettings;
  /** Kernel, bias, batch norm of every convolution, in the order of the weights. Empty before the layer is built. */
  units: readonly ConvUnit[] = [];
  /** Channels of the input; 0 before the layer is built. */
  inputChannels = 0;
  /** With whom the batch norm shares its statistics in training. */
  protected group: StatisticsGroup | undefined;

  constructor(options: ConvUnitOptions & LayerOptions, where: string) {
    super(options);
    this.settings = resolveUnitOptions(options, where);
  }

  /** How an error message names this layer. */
  protected abstract get where(): string;
  protected abstract unitShapes(inputChannels: number): UnitShape[];

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = nhwcChannels(inputShape, this.where);
    this.inputChannels = channels;
    this.inputSpec = [new tfl.InputSpec({ ndim: 4, axes: { 3: channels } })];
    const shapes = this.unitShapes(channels);
    for (const shape of shapes) this.checkKernel(shape);
    this.units = shapes.map((unit, index) => this.addUnit(unit, index));
    this.built = true;
  }

  /** Whether the layer must leave its weights and its moving statistics alone. */
  protected get isFrozen(): boolean {
    return this.trainableWeights.length === 0;
  }

  /**
   * Lets the batch norm of the layer take its statistics over several processes in training (`undefined`: of its own batch again).
   * `@googlenet/training` calls it for `syncBatchNorm`.
   */
  shareStatistics(group: StatisticsGroup | undefined): void {
    this.group = group;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...serializeUnitOptions(this.settings) };
  }

  private checkKernel({ name, kernelSize, inputChannels, filters }: UnitShape): void {
    const shape = [...kernelSize, inputChannels, filters];
    if (shape.reduce((product, extent) => product * extent) <= MAX_NUMBERS) return;
    throw new RangeError(
      `${this.where}: expected ${name ? `kernel ${name}` : 'a kernel'} of at most ${MAX_NUMBERS} weights, got ${shape.join('x')}. Use fewer filters.`,
    );
  }

  private addUnit(unit: UnitShape, index: number): ConvUnit {
    const { batchNorm, useBias, scale, kernelInitializer, kernelRegularizer, biasRegularizer } =
      this.settings;
    const add = (
      name: string,
      shape: number[],
      initializer: Initializer,
      {
        regularizer = null,
        trainable = true,
      }: { regularizer?: Regularizer | null; trainable?: boolean } = {},
    ): tfl.LayerVariable => {
      const scoped = unit.name ? `${unit.name}/${name}` : name;
      return this.addWeight(scoped, shape, 'float32', initializer, regularizer ?? undefined, trainable);
    };
    const channels = [unit.filters];
    const kernel = add(
      'kernel',
      [...unit.kernelSize, unit.inputChannels, unit.filters],
      initializerOfUnit(kernelInitializer, index),
      { regularizer: kernelRegularizer },
    );
    const bias = useBias
      ? { bias: add('bias', channels, this.settings.biasInitializer, { regularizer: biasRegularizer }) }
      : {};
    if (!batchNorm) return { ...unit, kernel, ...bias };
    const [zeros, ones] = [tfl.initializers.zeros(), tfl.initializers.ones()];
    return {
      ...unit,
      kernel,
      ...bias,
      ...(scale ? { gamma: add('gamma', channels, ones) } : {}),
      beta: add('beta', channels, zeros),
      movingMean: add('moving_mean', channels, zeros, { trainable: false }),
      movingVariance: add('moving_variance', channels, ones, { trainable: false }),
    };
  }
}
