import { backend_util, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { allFloat, define, input } from './define';
import { applyActivation, type Activation, fusedCode, isPointwiseActivation } from './activation';

type Padding = 'valid' | 'same' | number | backend_util.ExplicitPadding;

interface ConvolutionAttributes {
  strides: [number, number] | number;
  pad: Padding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface FusedAttributes extends ConvolutionAttributes {
  activation: Activation;
  leakyreluAlpha?: number;
}

type Rank4 = [number, number, number, number];

/** The integers that the add-on wants for a convolution, or nothing where it has no such convolution. */
function shapeOf(
  x: number[],
  filter: number[],
  attributes: ConvolutionAttributes,
): { shape: Int32Array; outShape: number[] } | undefined {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attributes;
  if (dataFormat !== 'NHWC') return undefined;
  const info = backend_util.computeConv2DInfo(
    x as Rank4,
    filter as Rank4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  if (info.inChannels !== filter[2] || util.sizeFromShape(info.outShape) === 0) return undefined;
  const { padInfo } = info;
  const rows = fits(
    info.inHeight,
    info.outHeight,
    info.filterHeight,
    info.strideHeight,
    info.dilationHeight,
    padInfo.top,
  );
  const columns = fits(
    info.inWidth,
    info.outWidth,
    info.filterWidth,
    info.strideWidth,
    info.dilationWidth,
    padInfo.left,
  );
  if (!rows || !columns) return undefined;
  const shape = Int32Array.of(
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.filterHeight, info.filterWidth, info.outChannels, info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth, padInfo.top, padInfo.left, info.outHeight, info.outWidth],
  );
  return { shape, outShape: info.outShape };
}

/** Whether the sizes are those of a convolution; for a number as padding TensorFlow.js derives both sides from the height. */
function fits(
  size: number,
  outSize: number,
  kernel: number,
  stride: number,
  dilation: number,
  padBefore: number,
): boolean {
  const reach = (kernel - 1) * dilation;
  const padAfter = Math.max(0, (outSize - 1) * stride + reach + 1 - size - padBefore);
  return (
    padBefore <= reach &&
    padAfter <= reach &&
    Math.floor((size + padBefore + padAfter - reach - 1) / stride) + 1 === outSize
  );
}

function convolution(
  backend: OneDnnBackend,
  x: TensorInfo,
  filter: TensorInfo,
  attributes: ConvolutionAttributes,
  bias?: TensorInfo,
  fused = 0,
) {
  const geometry = shapeOf(x.shape, filter.shape, attributes);
  if (geometry === undefined) return undefined;
  const { info, values } = backend.allocate(geometry.outShape);
  const weights = backend.floats(filter);
  const packed = backend.packedFilters.find(
    filter.dataId,
    weights,
    geometry.shape,
    bias !== undefined,
    fused,
  );
  backend.addon.conv2d(
    geometry.shape,
    backend.floats(x),
    weights,
    bias ? backend.floats(bias) : null,
    values,
    fused,
    packed,
  );
  return { info, values };
}

function fusedConvolution(backend: OneDnnBackend, inputs: NamedTensorInfoMap, attributes: FusedAttributes) {
  const x = input(inputs, 'x');
  const filter = input(inputs, 'filter');
  const { bias, preluActivationWeights } = inputs;
  if (
    !allFloat(x, filter, bias) ||
    preluActivationWeights !== undefined ||
    !isPointwiseActivation(attributes.activation)
  )
    return undefined;
  if (
    bias !== undefined &&
    (util.sizeFromShape(bias.shape) !== filter.shape[3] ||
      bias.shape[bias.shape.length - 1] !== filter.shape[3])
  )
    return undefined;
  const fused = fusedCode(attributes.activation);
  const result = convolution(backend, x, filter, attributes, bias, fused ?? 0);
  if (result !== undefined && fused === undefined)
    applyActivation(backend, result.values, attributes.activation, attributes.leakyreluAlpha);
  return result?.info;
}

/** Conv2D, its fused form and both gradients. */
export function registerConvolutions(): void {
  define<ConvolutionAttributes>('Conv2D', (backend, inputs, attributes) => {
    const x = input(inputs, 'x');
    const filter = input(inputs, 'filter');
    return allFloat(x, filter) ? convolution(backend, x, filter, attributes)?.info : undefined;
  });
  define<FusedAttributes>('FusedConv2D', fusedConvolution);
  define<ConvolutionAttributes & { inputShape: Rank4 }>(
    'Conv2DBackpropInput',
    (backend, inputs, attributes) => {
      const dy = input(inputs, 'dy');
      const filter = input(inputs, 'filter');
      const geometry = allFloat(dy, filter)
        ? shapeOf(attributes.inputShape, filter.shape, attributes)
        : undefined;
      if (geometry === undefined || !util.arraysEqual(geometry.outShape, dy.shape)) return undefined;
      const { info, values } = backend.allocate(attributes.inputShape);
      backend.addon.conv2dBackpropInput(geometry.shape, backend.floats(dy), backend.floats(filter), values);
      return info;
    },
  );
  define<ConvolutionAttributes & { filterShape: Rank4 }>(
    'Conv2DBackpropFilter',
    (backend, inputs, attributes) => {
      const x = input(inputs, 'x');
      const dy = input(inputs, 'dy');
      const geometry = allFloat(x, dy) ? shapeOf(x.shape, attributes.filterShape, attributes) : undefined;
      if (geometry === undefined || !util.arraysEqual(geometry.outShape, dy.shape)) return undefined;
      const { info, values } = backend.allocate(attributes.filterShape);
      backend.addon.conv2dBackpropFilter(geometry.shape, backend.floats(x), backend.floats(dy), values);
      return info;
    },
  );
}
