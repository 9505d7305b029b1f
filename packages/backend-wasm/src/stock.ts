import * as tf from '@tensorflow/tfjs-core';

const BACKEND = 'wasm';

interface WasmHeapBackend {
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

type NamedTensorInfos = Record<string, tf.TensorInfo>;

interface ConvolutionAttrs {
  strides: number | [number, number];
  pad: Padding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

let stockInputGradient: tf.KernelFunc | undefined;

/**
 * Makes the stock TensorFlow.js `wasm` backend able to train a convolution network.
 *
 * Registers, over the kernels of `@tensorflow/tfjs-backend-wasm` (import it first):
 * - `Conv2DBackpropFilter`, which it lacks, composed as a convolution of the transposed input with the
 *   transposed output gradient, dilated by the forward strides;
 * - `Conv2DBackpropInput` at stride 1 as a convolution with the rotated filter (the stock kernel is scalar code);
 * - `MaxPoolGrad` that also routes gradients of windows whose maximum is not positive.
 *
 * The engine of {@link useWasm} is many times faster; use this one to stay on the stock backend.
 * Calling it twice changes nothing.
 * @throws {Error} if the stock wasm backend's kernels are not registered.
 */
export function trainableStockWasm(): void {
  if (stockInputGradient) return;
  const stock = tf.getKernel(tf.Conv2DBackpropInput, BACKEND);
  if (!stock) {
    throw new Error(
      'trainableStockWasm: expected the kernels of the stock "wasm" backend, got none. Import "@tensorflow/tfjs-backend-wasm" first.',
    );
  }
  stockInputGradient = stock.kernelFunc;
  replaceKernel(tf.Conv2DBackpropFilter, filterGradient);
  replaceKernel(tf.Conv2DBackpropInput, inputGradient);
  replaceKernel(tf.MaxPoolGrad, maxPoolGradient);
}

function replaceKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, BACKEND);
  if (stock) tf.unregisterKernel(kernelName, BACKEND);
  tf.registerKernel({ ...stock, kernelName, backendName: BACKEND, kernelFunc });
}

const asTensor = (info: tf.TensorInfo): tf.Tensor4D =>
  tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor4D;

/** A tensor over the same data that the caller's tidy may release without touching the caller's tensor. */
function borrow(info: tf.TensorInfo, backend: unknown): tf.Tensor4D {
  (backend as tf.KernelBackend).incRef(info.dataId);
  return asTensor(info);
}

const filterGradient: tf.KernelFunc = ({ inputs: given, attrs, backend }) => {
  const inputs = given as NamedTensorInfos;
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as ConvolutionAttrs & {
    filterShape: [number, number, number, number];
  };
  return tf.tidy(() => {
    let x = borrow(inputs.x, backend);
    let dy = borrow(inputs.dy, backend);
    if (dataFormat === 'NCHW') {
      x = tf.transpose(x, [0, 2, 3, 1]);
      dy = tf.transpose(dy, [0, 2, 3, 1]);
    }
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const padded: tf.Tensor4D = tf.pad(tf.transpose(x, [3, 1, 2, 0]), [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const strideDilation: [number, number] = [info.strideHeight, info.strideWidth];
    const gradient = tf.conv2d(padded, tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid', 'NHWC', strideDilation);
    const [height, width, inChannels, outChannels] = filterShape;
    const wanted = tf.slice(gradient, [0, 0, 0, 0], [inChannels, height, width, outChannels]);
    return tf.transpose(wanted, [1, 2, 0, 3]);
  });
};

const inputGradient: tf.KernelFunc = (args) => {
  const { attrs, backend } = args;
  const inputs = args.inputs as NamedTensorInfos;
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attrs as unknown as ConvolutionAttrs & {
    inputShape: [number, number, number, number];
  };
  const [filterHeight, filterWidth] = inputs.filter.shape;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape,
    inputs.filter.shape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const top = filterHeight - 1 - info.padInfo.top;
  const left = filterWidth - 1 - info.padInfo.left;
  const simple =
    info.strideHeight === 1 && info.strideWidth === 1 && dataFormat === 'NHWC' && top >= 0 && left >= 0;
  if (!simple) {
    if (!stockInputGradient)
      throw new Error('trainableStockWasm: expected to have been called, got a kernel call before it.');
    return stockInputGradient(args);
  }
  return tf.tidy(() => {
    const dy = borrow(inputs.dy, backend);
    const rotated = tf.transpose(tf.reverse(borrow(inputs.filter, backend), [0, 1]), [0, 1, 3, 2]);
    const bottom = info.inHeight + filterHeight - 1 - info.outHeight - top;
    const right = info.inWidth + filterWidth - 1 - info.outWidth - left;
    const padded: tf.Tensor4D = tf.pad(dy, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    return tf.conv2d(padded, rotated, 1, 'valid');
  });
};

const maxPoolGradient: tf.KernelFunc = ({ inputs: given, attrs, backend }) => {
  const inputs = given as NamedTensorInfos;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as ConvolutionAttrs & {
    filterSize: number | [number, number];
  };
  const heap = backend as unknown as WasmHeapBackend;
  const shape = inputs.input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const output = heap.makeOutput(shape, 'float32');
  const x = heap.typedArrayFromHeap(inputs.input);
  const dy = heap.typedArrayFromHeap(inputs.dy);
  const dx = heap.typedArrayFromHeap(output).fill(0);
  for (let batch = 0; batch < info.batchSize; batch++) {
    for (let row = 0; row < info.outHeight; row++) {
      for (let column = 0; column < info.outWidth; column++) {
        scatterWindow(info, x, dy, dx, batch, row, column);
      }
    }
  }
  return output;
};

/** Adds one window's output gradients to its first maxima, channel by channel; NaN never is a maximum. */
function scatterWindow(
  info: tf.backend_util.Conv2DInfo,
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  batch: number,
  row: number,
  column: number,
): void {
  const channels = info.inChannels;
  const top = row * info.strideHeight - info.padInfo.top;
  const left = column * info.strideWidth - info.padInfo.left;
  const rowEnd = Math.min(info.inHeight, top + info.filterHeight);
  const columnEnd = Math.min(info.inWidth, left + info.filterWidth);
  const gradientBase = ((batch * info.outHeight + row) * info.outWidth + column) * channels;
  for (let channel = 0; channel < channels; channel++) {
    let best = -Infinity;
    let position = -1;
    for (let r = Math.max(0, top); r < rowEnd; r++) {
      for (let c = Math.max(0, left); c < columnEnd; c++) {
        const index = ((batch * info.inHeight + r) * info.inWidth + c) * channels + channel;
        if (x[index] > best) {
          best = x[index];
          position = index;
        }
      }
    }
    if (position >= 0) dx[position] += dy[gradientBase + channel];
  }
}
