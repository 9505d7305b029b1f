import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface AdaptiveAveragePooling2DOptions {
  name?: string;
  /** Rows and columns of the output. */
  outputSize: [number, number];
  trainable?: boolean;
}

/**
 * Average pooling to a fixed output size, whatever the input's.
 *
 * Row `i` of the output averages the input rows `floor(i * height / rows)` up to, without, `ceil((i + 1) * height / rows)`;
 * columns likewise. torchvision's auxiliary heads pool 14x14 to 4x4 so: windows of 4 at 0, 3, 7 and 10.
 * Input: NHWC float32 `[batch, height, width, channels]`; output: `[batch, ...outputSize, channels]`.
 * @throws {RangeError} if a size is not a positive integer.
 * @see PyTorch's `nn.AdaptiveAvgPool2d`
 */
export class AdaptiveAveragePooling2D extends tfl.layers.Layer {
  static className = 'AdaptiveAveragePooling2D';
  readonly outputSize: readonly [number, number];

  constructor(options: AdaptiveAveragePooling2DOptions) {
    super({ name: options.name, trainable: options.trainable });
    const { outputSize } = options;
    if (outputSize.length !== 2 || outputSize.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new RangeError(
        `AdaptiveAveragePooling2D("${this.name}"): expected outputSize to be two positive integers, got ${JSON.stringify(outputSize)}. torchvision's heads use [4, 4].`,
      );
    }
    this.outputSize = outputSize;
    this.inputSpec = [new tfl.InputSpec({ ndim: 4 })];
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return [inputShape[0], ...this.outputSize, inputShape[3]];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.tidy(() => averageAlong(averageAlong(x, 1, this.outputSize[0]), 2, this.outputSize[1]));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), outputSize: [...this.outputSize] };
  }
}
tf.serialization.registerClass(AdaptiveAveragePooling2D);

/** Averages one axis of `x` down to `bins` values. */
function averageAlong(x: tf.Tensor, axis: number, bins: number): tf.Tensor {
  const size = x.shape[axis];
  const averages = Array.from({ length: bins }, (_, bin) => {
    const start = Math.floor((bin * size) / bins);
    const end = Math.ceil(((bin + 1) * size) / bins);
    const begin = x.shape.map((_extent, i) => (i === axis ? start : 0));
    const extent = x.shape.map((full, i) => (i === axis ? end - start : full));
    return tf.mean(tf.slice(x, begin, extent), axis, true);
  });
  return tf.concat(averages, axis);
}
