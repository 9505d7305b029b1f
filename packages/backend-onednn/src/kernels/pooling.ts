import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { allFloat, define, input } from './define';

interface PoolAttributes {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Most window positions that the add-on's max pool gradient can name. */
const MOST_POSITIONS = 256;

function shapeOf(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes) {
  const info = backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (util.sizeFromShape(info.outShape) === 0 || info.padInfo.top < 0 || info.padInfo.left < 0)
    return undefined;
  if (info.filterHeight * info.filterWidth > MOST_POSITIONS) return undefined;
  const shape = Int32Array.of(
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.filterHeight, info.filterWidth],
    ...[
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top,
      info.padInfo.left,
      info.outHeight,
      info.outWidth,
    ],
  );
  return { shape, outShape: info.outShape };
}

/** Max and average pooling with their gradients. */
export function registerPools(): void {
  for (const [name, call] of [
    ['MaxPool', 'maxPool'],
    ['AvgPool', 'avgPool'],
  ] as const) {
    define<PoolAttributes>(name, (backend, inputs, attributes) => {
      const x = input(inputs, 'x');
      const geometry = allFloat(x) ? shapeOf(x, attributes) : undefined;
      if (geometry === undefined) return undefined;
      const { info, values } = backend.allocate(geometry.outShape);
      backend.addon[call](geometry.shape, backend.floats(x), values);
      return info;
    });
  }
  define<PoolAttributes>('MaxPoolGrad', (backend, inputs, attributes) => {
    const dy = input(inputs, 'dy');
    const x = input(inputs, 'input');
    const geometry = allFloat(dy, x) ? shapeOf(x, attributes) : undefined;
    if (geometry === undefined) return undefined;
    const { info, values } = backend.allocate(x.shape);
    backend.addon.maxPoolGrad(geometry.shape, backend.floats(x), backend.floats(dy), values);
    return info;
  });
  // Deviation: the cpu backend divides by the whole window even where part of it is padding; this divides as AvgPool does.
  define<PoolAttributes>('AvgPoolGrad', (backend, inputs, attributes) => {
    const dy = input(inputs, 'dy');
    const x = input(inputs, 'input');
    const geometry = allFloat(dy, x) ? shapeOf(x, attributes) : undefined;
    if (geometry === undefined) return undefined;
    const { info, values } = backend.allocate(x.shape);
    backend.addon.avgPoolGrad(geometry.shape, backend.floats(dy), values);
    return info;
  });
}
