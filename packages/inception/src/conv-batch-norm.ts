import { isPositiveInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type ConvGeometry, inferUnits, trainUnits, withZeroGradients } from './conv-unit';
import { ConvUnitLayer, type LayerOptions, refuseUnknownOptions } from './conv-unit-layer';
import type { ConvUnitOptions } from './conv-unit-options';
import type { UnitShape } from './module-units';
import { nhwcChannels } from './validation';

export interface ConvBatchNormOptions extends ConvUnitOptions {
  /** Name of the layer, and the beginning of its weights' names. */
  name?: string;
  /** Default true; a frozen layer uses and keeps its moving statistics. */
  trainable?: boolean;
  /** Height, width and channels, where the layer is the first of a sequential model. */
  inputShape?: tfl.Shape;
  /** Output channels. */
  filters: number;
  /** Pixels; one number for a square. */
  kernelSize: number | [height: number, width: number];
  /** Pixels in both directions. Default 1. */
  strides?: number;
  /** Default `same`. A number pads that many pixels on every side, as torch and Caffe do. */
  padding?: 'same' | 'valid' | number;
}

/**
 * A convolution with its batch norm and activation, as one layer: what stems are made of.
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`.
 * Weights: `kernel bias gamma beta`, then `moving_mean moving_variance`. A frozen layer (`trainable = false`)
 * uses and keeps its moving statistics. Made by {@link convBatchNorm}.
 */
export class ConvBatchNorm extends ConvUnitLayer {
  static readonly className = 'ConvBatchNorm';
  readonly filters: number;
  readonly kernelSize: readonly [height: number, width: number];
  readonly geometry: ConvGeometry;

  constructor(options: ConvBatchNormOptions & LayerOptions) {
    const where = describe(options);
    super(options, where);
    const { filters, kernelSize, strides = 1, padding = 'same' } = options;
    this.filters = positive(filters, where, 'filters');
    const [height, width] = Array.isArray(kernelSize) ? kernelSize : [kernelSize, kernelSize];
    this.kernelSize = [positive(height, where, 'kernelSize'), positive(width, where, 'kernelSize')];
    const validPadding =
      padding === 'same' || padding === 'valid' || (Number.isSafeInteger(padding) && padding >= 0);
    if (!validPadding) {
      throw new RangeError(
        `${where}: expected padding to be same, valid or a number of pixels, got ${show(padding)}. Use one of these.`,
      );
    }
    this.geometry = { strides: positive(strides, where, 'strides'), padding };
  }

  protected get where(): string {
    return describe(this);
  }

  protected unitShapes(inputChannels: number): UnitShape[] {
    return [{ name: '', kernelSize: this.kernelSize, inputChannels, filters: this.filters }];
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    nhwcChannels(inputShape, this.where);
    const [batch, height, width] = inputShape as tfl.Shape;
    return [batch, this.outputSize(height, 0), this.outputSize(width, 1), this.filters];
  }

  private outputSize(size: number | null, axis: 0 | 1): number | null {
    if (size === null) return null;
    const { strides, padding } = this.geometry;
    if (padding === 'same') return Math.ceil(size / strides);
    return Math.floor((size + 2 * (padding === 'valid' ? 0 : padding) - this.kernelSize[axis]) / strides) + 1;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const { units, settings, geometry } = this;
      if (!kwargs.training || this.isFrozen) return inferUnits(x, units, settings, geometry)[0];
      const [y] = trainUnits(x, units, settings, geometry, this.group);
      return settings.batchNorm ? withZeroGradients(y, units) : y;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, kernelSize, geometry } = this;
    return { ...super.getConfig(), filters, kernelSize: [...kernelSize], ...geometry };
  }
}
tf.serialization.registerClass(ConvBatchNorm);

function describe({ name }: { name?: string }): string {
  return name ? `convBatchNorm("${name}")` : 'convBatchNorm';
}

function positive(value: unknown, where: string, option: string): number {
  if (isPositiveInteger(value)) return value;
  throw new RangeError(
    `${where}: expected ${option} to be a positive integer, got ${show(value)}. Give a count.`,
  );
}

/**
 * A convolution with its batch norm and activation, as one layer.
 *
 * @returns a layer: `[batch, height, width, channels]` to `[batch, newHeight, newWidth, filters]`.
 * @throws {RangeError} if a size is not a positive integer, or an option is unknown or none of its allowed values.
 */
export function convBatchNorm(options: ConvBatchNormOptions): ConvBatchNorm {
  refuseUnknownOptions(options, ['filters', 'kernelSize', 'strides', 'padding'], describe(options));
  return new ConvBatchNorm(options);
}
