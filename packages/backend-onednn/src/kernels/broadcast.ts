import * as tf from '@tensorflow/tfjs-core';

/** Most dimensions that the add-on broadcasts over, after merging. */
const MOST_DIMENSIONS = 6;

/** How two shapes meet: the output shape, and `[size..., strideA..., strideB...]` with neighbouring dimensions merged where possible. */
export interface Broadcasting {
  outShape: number[];
  layout: Int32Array;
}

/** The plan of a broadcasting operation over two shapes, or nothing for one of too many dimensions. */
export function planBroadcast(a: number[], b: number[]): Broadcasting | undefined {
  const outShape = tf.backend_util.assertAndGetBroadcastShape(a, b);
  const stridesA = stridesFor(a, outShape);
  const stridesB = stridesFor(b, outShape);
  const sizes: number[] = [];
  const mergedA: number[] = [];
  const mergedB: number[] = [];
  outShape.forEach((size, d) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const joins = last >= 0 && mergedA[last] === stridesA[d] * size && mergedB[last] === stridesB[d] * size;
    if (joins) {
      sizes[last] *= size;
      mergedA[last] = stridesA[d];
      mergedB[last] = stridesB[d];
      return;
    }
    sizes.push(size);
    mergedA.push(stridesA[d]);
    mergedB.push(stridesB[d]);
  });
  if (sizes.length > MOST_DIMENSIONS) return undefined;
  if (sizes.length === 0) return { outShape, layout: Int32Array.of(1, 0, 0) };
  return { outShape, layout: Int32Array.from([...sizes, ...mergedA, ...mergedB]) };
}

/** Row-major strides of `shape` inside `outShape`, 0 where it is stretched. */
function stridesFor(shape: number[], outShape: number[]): number[] {
  const strides = new Array<number>(outShape.length).fill(0);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1) strides[d + outShape.length - shape.length] = stride;
    stride *= shape[d];
  }
  return strides;
}
