import * as tfl from '@tensorflow/tfjs-layers';
import type { PoolPadding } from './variants';

type Padding2D = [[number, number], [number, number]];

/**
 * Pads explicitly where a rule is neither TensorFlow's `valid` nor its `same`.
 *
 * @param sizes - height and width of the map
 * @returns `'valid'`, `'same'`, or zeros to add `[[top, bottom], [left, right]]` before a `valid` pool
 */
export function poolBorder(
  sizes: readonly [number, number],
  pool: { size: number; stride: number; padding: PoolPadding },
): 'valid' | 'same' | Padding2D {
  const { size, stride, padding } = pool;
  if (padding === 'same') return 'same';
  if (typeof padding === 'number') {
    const both: [number, number] = [padding, padding];
    return padding === 0 ? 'valid' : [both, both];
  }
  const overhang = sizes.map(
    (extent) => Math.max(0, Math.ceil((extent - size) / stride)) * stride + size - extent,
  );
  const same = sizes.map((extent) => Math.max((Math.ceil(extent / stride) - 1) * stride + size - extent, 0));
  if (overhang.every((extra) => extra === 0)) return 'valid';
  // One pixel of `same` padding goes to the end: just where the last window hangs over.
  if (overhang.every((extra, i) => extra === same[i] && extra <= 1)) {
    return 'same';
  }
  return [
    [0, overhang[0]],
    [0, overhang[1]],
  ];
}

/**
 * Applies a stride-2 max pool with one of the variants' border rules, as standard layers.
 *
 * Zeros stand in for "no value": every pool of the network follows a ReLU, so no zero wins over a real value
 * that is larger, and none is smaller.
 * @param x - NHWC feature map `[batch, height, width, channels]`, all values >= 0
 * @returns `[batch, ~height / 2, ~width / 2, channels]`
 */
export function maxPool(
  x: tfl.SymbolicTensor,
  options: { name: string; size: number; padding: PoolPadding },
): tfl.SymbolicTensor {
  const { name, size, padding } = options;
  const stride = 2;
  const [, height, width] = x.shape as [null, number, number, number];
  const border = poolBorder([height, width], { size, stride, padding });
  let padded = x;
  if (Array.isArray(border)) {
    padded = tfl.layers
      .zeroPadding2d({ name: `${name}_padding`, padding: border })
      .apply(x) as tfl.SymbolicTensor;
  }
  return tfl.layers
    .maxPooling2d({
      name,
      poolSize: size,
      strides: stride,
      padding: border === 'same' ? 'same' : 'valid',
    })
    .apply(padded) as tfl.SymbolicTensor;
}
