import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mixSeed, randomFrom } from './seed';

/** A layer whose randomness can be set from outside, so that a resumed training step draws what the first run drew. */
export interface Reseedable {
  /**
   * Starts the layer's random sequence anew.
   *
   * @param firstRow - where the rows that the layer is going to see begin in the whole batch, when several processes share it.
   */
  reseed(seed: number, firstRow?: number): void;
}

/** Whether a layer is {@link Reseedable}. */
export function isReseedable<T extends object>(layer: T): layer is T & Reseedable {
  return 'reseed' in layer && typeof layer.reseed === 'function';
}

export interface SeededDropoutOptions {
  name?: string;
  /** Share of the values set to zero, in [0, 1). */
  rate: number;
  /** Seed of the masks until the first `reseed`. Default 0. */
  seed?: number;
  trainable?: boolean;
}

/**
 * Dropout whose mask differs from step to step and yet can be repeated.
 *
 * The mask is a function of the layer's name, the last `reseed(seed)` and the number of training calls since;
 * it is drawn outside the engine, so that every engine drops the same values. Kept values are divided
 * by `1 - rate`. In inference the input passes unchanged.
 * Input and output: any shape, float32.
 * @throws {RangeError} if `rate` is not in [0, 1).
 * @see Srivastava et al. 2014, JMLR 15(56)
 * Deviation: the dropout layer of TensorFlow.js repeats one mask for ever when it has a seed.
 */
export class SeededDropout extends tfl.layers.Layer implements Reseedable {
  static className = 'SeededDropout';
  readonly rate: number;
  private readonly initialSeed: number;
  private seed: number;
  private firstRow = 0;
  private calls = 0;

  constructor(options: SeededDropoutOptions) {
    super({ name: options.name, trainable: options.trainable });
    const { rate, seed = 0 } = options;
    if (!(rate >= 0 && rate < 1)) {
      throw new RangeError(
        `SeededDropout("${this.name}"): expected a rate in [0, 1), got ${rate}. Use 0 to drop nothing.`,
      );
    }
    this.rate = rate;
    this.initialSeed = seed;
    this.seed = seed;
    this.supportsMasking = true;
  }

  reseed(seed: number, firstRow = 0): void {
    this.seed = seed;
    this.firstRow = firstRow;
    this.calls = 0;
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (this.rate === 0 || kwargs.training !== true) return x;
    return tf.tidy(() => tf.mul(x, this.mask(x.shape)));
  }

  /** The next mask: zeros and `1 / (1 - rate)`. */
  private mask(shape: number[]): tf.Tensor {
    const random = randomFrom(mixSeed(this.name, this.seed, this.calls++));
    const kept = 1 / (1 - this.rate);
    const size = tf.util.sizeFromShape(shape);
    for (let before = (this.firstRow * size) / shape[0]; before > 0; before--) random();
    const values = Float32Array.from({ length: size }, () => (random() < this.rate ? 0 : kept));
    return tf.tensor(values, shape);
  }

  /** What `toStandardLayers` puts in this layer's place. */
  toStandardLayer(): tfl.layers.Layer {
    return tfl.layers.dropout({ name: this.name, rate: this.rate });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.initialSeed };
  }
}
tf.serialization.registerClass(SeededDropout);
