import * as tf from '@tensorflow/tfjs-core';
import { shapeOf } from '../contract';
import { type Accepts, type Kernel, type KernelArguments, type KernelReplacement } from './register';

interface PoolAttributes {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Most window positions that the add-on's max pool gradient can name. */
const MOST_POSITIONS = 256;

function infoOf(x: tf.TensorInfo, attrs: KernelArguments['attrs']): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes;
  return tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

function poolShape(info: tf.backend_util.Conv2DInfo): Int32Array {
  const { strideHeight, strideWidth, padInfo, outHeight, outWidth } = info;
  return shapeOf('PoolShape', {
    images: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    windowHeight: info.filterHeight,
    windowWidth: info.filterWidth,
    strideHeight,
    strideWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
    outHeight,
    outWidth,
  });
}

/** An output that is not empty, no window in padding alone, windows that the add-on can number, and dy of the output's shape. */
function fits(x: tf.TensorInfo, attrs: KernelArguments['attrs'], dy?: tf.TensorInfo): boolean {
  const info = infoOf(x, attrs);
  const { top, left } = info.padInfo;
  return (
    tf.util.sizeFromShape(info.outShape) > 0 &&
    top >= 0 &&
    left >= 0 &&
    top < info.filterHeight &&
    left < info.filterWidth &&
    (info.outHeight - 1) * info.strideHeight - top < info.inHeight &&
    (info.outWidth - 1) * info.strideWidth - left < info.inWidth &&
    info.filterHeight * info.filterWidth <= MOST_POSITIONS &&
    (dy === undefined || tf.util.arraysEqual(dy.shape, info.outShape))
  );
}

const pool =
  (call: 'maxPool' | 'avgPool'): Kernel =>
  ({ inputs: { x }, attrs, backend }) => {
    const geometry = infoOf(x, attrs);
    const { info, values } = backend.allocate(geometry.outShape);
    backend.addon[call](poolShape(geometry), backend.floats(x), values);
    return info;
  };

const maxGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const { info, values } = backend.allocate(input.shape);
  backend.addon.maxPoolGrad(
    poolShape(infoOf(input, attrs)),
    backend.floats(input),
    backend.floats(dy),
    values,
  );
  return info;
};

/** Deviation: the cpu backend divides by the whole window even where part of it is padding; this divides as AvgPool does. */
const averageGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const { info, values } = backend.allocate(input.shape);
  backend.addon.avgPoolGrad(poolShape(infoOf(input, attrs)), backend.floats(dy), values);
  return info;
};

const IMAGES = { dtype: 'float32', rank: 4 } as const;
const FORWARD: Accepts = {
  inputs: { x: IMAGES },
  where: ({ inputs: { x }, attrs }) => fits(x, attrs),
};
const BACKWARD: Accepts = {
  inputs: { dy: IMAGES, input: IMAGES, output: { dtype: 'float32', optional: true } },
  where: ({ inputs: { dy, input }, attrs }) => fits(input, attrs, dy),
};

/** Max and average pooling with their gradients. */
export const pools: readonly KernelReplacement[] = [
  { kernelName: 'MaxPool', accepts: FORWARD, kernelFunc: pool('maxPool') },
  { kernelName: 'AvgPool', accepts: FORWARD, kernelFunc: pool('avgPool') },
  { kernelName: 'MaxPoolGrad', accepts: BACKWARD, kernelFunc: maxGradient },
  { kernelName: 'AvgPoolGrad', accepts: BACKWARD, kernelFunc: averageGradient },
];
