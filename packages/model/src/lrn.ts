import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface LrnOptions {
  name?: string;
  /** Channels in a window, odd. Default 5. */
  size?: number;
  /** Weight of the window's sum of squares, before it is divided by `size`. Default 1e-4. */
  alpha?: number;
  /** Exponent. Default 0.75. */
  beta?: number;
  /** Constant term `k`. Default 1. */
  bias?: number;
  trainable?: boolean;
}

/**
 * Local response normalisation across channels, with Caffe's meaning of alpha.
 *
 * `y[c] = x[c] / (bias + alpha / size * sum(x[c - size / 2 .. c + size / 2] ^ 2)) ^ beta`
 * Input and output: NHWC float32 `[batch, height, width, channels]`.
 * @throws {RangeError} if `size` is not a positive odd integer.
 * @see Krizhevsky et al. 2012, section 3.3; Caffe's `LRN` layer (`ACROSS_CHANNELS`)
 * Deviation: `tf.localResponseNormalization` does not divide alpha by the size; Caffe, PyTorch and this layer do.
 */
export class Lrn extends tfl.layers.Layer {
  static className = 'Lrn';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;

  constructor(options: LrnOptions = {}) {
    super({ name: options.name, trainable: options.trainable });
    this.size = options.size ?? 5;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.bias = options.bias ?? 1;
    if (!Number.isInteger(this.size) || this.size < 1 || this.size % 2 === 0) {
      throw new RangeError(
        `Lrn("${this.name}"): expected size to be a positive odd integer, got ${this.size}. The paper's is 5.`,
      );
    }
    this.inputSpec = [new tfl.InputSpec({ ndim: 4 })];
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const engineHas = (kernel: string) => tf.getKernel(kernel, tf.getBackend()) !== undefined;
    if (!engineHas(tf.LRN) || !engineHas(tf.LRNGrad)) return this.compose(x);
    return tf.localResponseNormalization(
      x,
      (this.size - 1) / 2,
      this.bias,
      this.alpha / this.size,
      this.beta,
    );
  }

  /** The same numbers from plain operations, for engines without the kernels. */
  private compose(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const radius = (this.size - 1) / 2;
      const [batch, height, width, channels] = x.shape;
      const none: [number, number] = [0, 0];
      const squares = tf.pad4d(tf.square(x), [none, none, none, [radius, radius]]);
      let sum = tf.zerosLike(x);
      for (let shift = 0; shift < this.size; shift++) {
        sum = tf.add(sum, tf.slice4d(squares, [0, 0, 0, shift], [batch, height, width, channels]));
      }
      const base = tf.add(tf.mul(sum, this.alpha / this.size), this.bias);
      return tf.mul(x, tf.pow(base, -this.beta));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { size, alpha, beta, bias } = this;
    return { ...super.getConfig(), size, alpha, beta, bias };
  }
}
tf.serialization.registerClass(Lrn);
