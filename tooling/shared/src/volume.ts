import * as tf from '@tensorflow/tfjs-core';
import type { Accepts, Kernel, KernelArguments, KernelReplacement } from './replace-kernel';
import type { Numbers, ReadableBackend } from './top-k';

type Rank5 = [number, number, number, number, number];
type Triple = [number, number, number];

interface VolumeAttributes {
  filterSize: Triple | number;
  strides: Triple | number;
  pad: 'valid' | 'same' | number;
  dilations?: Triple | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** For every output position of an axis the pairs of an input position and the tap of the window that reads it. */
type AxisTaps = (readonly [position: number, tap: number])[][];

/** `padBefore` below zero, which TensorFlow.js has where a window is smaller than its stride, is no padding. */
function axisTaps(
  size: number,
  outSize: number,
  window: number,
  stride: number,
  dilation: number,
  padBefore: number,
): AxisTaps {
  return Array.from({ length: outSize }, (_, out) =>
    Array.from({ length: window }, (_, tap) => {
      const position = out * stride - Math.max(0, padBefore) + tap * dilation;
      return [position, tap] as const;
    }).filter(([position]) => position >= 0 && position < size),
  );
}

const tapsOf = (info: tf.backend_util.Conv3DInfo): [AxisTaps, AxisTaps, AxisTaps] => [
  axisTaps(
    info.inDepth,
    info.outDepth,
    info.filterDepth,
    info.strideDepth,
    info.dilationDepth,
    info.padInfo.front,
  ),
  axisTaps(
    info.inHeight,
    info.outHeight,
    info.filterHeight,
    info.strideHeight,
    info.dilationHeight,
    info.padInfo.top,
  ),
  axisTaps(
    info.inWidth,
    info.outWidth,
    info.filterWidth,
    info.strideWidth,
    info.dilationWidth,
    info.padInfo.left,
  ),
];

/**
 * Calls `window` for every output position, with its number and the positions of the input that it reads, each with its tap's number. Positions
 * count pixels, not channels. The arrays are the same in each call; their first `count` entries are the window's.
 */
function eachWindow(
  info: tf.backend_util.Conv3DInfo,
  window: (out: number, positions: Int32Array, taps: Int32Array, count: number) => void,
): void {
  const [depths, rows, columns] = tapsOf(info);
  const most = info.filterDepth * info.filterHeight * info.filterWidth;
  const [positions, taps] = [new Int32Array(most), new Int32Array(most)];
  let out = 0;
  for (let image = 0; image < info.batchSize; image++)
    for (const depth of depths)
      for (const row of rows)
        for (const column of columns) {
          let count = 0;
          for (const [z, tapZ] of depth)
            for (const [y, tapY] of row)
              for (const [x, tapX] of column) {
                positions[count] = ((image * info.inDepth + z) * info.inHeight + y) * info.inWidth + x;
                taps[count++] = (tapZ * info.filterHeight + tapY) * info.filterWidth + tapX;
              }
          window(out++, positions, taps, count);
        }
}

function convolutionOf(x: number[], filter: number[], attrs: KernelArguments<unknown>['attrs']) {
  const { strides, pad, dilations } = attrs as unknown as VolumeAttributes;
  return tf.backend_util.computeConv3DInfo(x as Rank5, filter as Rank5, strides, dilations ?? 1, pad);
}

function poolOf(x: number[], attrs: KernelArguments<unknown>['attrs']) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as VolumeAttributes;
  return tf.backend_util.computePool3DInfo(x as Rank5, filterSize, strides, 1, pad, dimRoundingMode);
}

/** `filters` numbers of `to` from `toAt`, plus `factor` times those of `from`. */
function addScaled(
  to: Float32Array,
  toAt: number,
  from: Numbers,
  fromAt: number,
  factor: number,
  filters: number,
): void {
  for (let i = 0; i < filters; i++) to[toAt + i] += factor * from[fromAt + i];
}

function convolve(info: tf.backend_util.Conv3DInfo, x: Numbers, filter: Numbers): Float32Array {
  const { inChannels, outChannels } = info;
  const y = new Float32Array(tf.util.sizeFromShape(info.outShape));
  eachWindow(info, (out, positions, taps, count) => {
    for (let i = 0; i < count; i++)
      for (let c = 0; c < inChannels; c++) {
        const value = x[positions[i] * inChannels + c];
        addScaled(y, out * outChannels, filter, (taps[i] * inChannels + c) * outChannels, value, outChannels);
      }
  });
  return y;
}

function filterGradient(info: tf.backend_util.Conv3DInfo, x: Numbers, dy: Numbers): Float32Array {
  const { inChannels, outChannels } = info;
  const dw = new Float32Array(tf.util.sizeFromShape(info.filterShape));
  eachWindow(info, (out, positions, taps, count) => {
    for (let i = 0; i < count; i++)
      for (let c = 0; c < inChannels; c++) {
        const value = x[positions[i] * inChannels + c];
        addScaled(dw, (taps[i] * inChannels + c) * outChannels, dy, out * outChannels, value, outChannels);
      }
  });
  return dw;
}

function inputGradient(info: tf.backend_util.Conv3DInfo, dy: Numbers, filter: Numbers): Float32Array {
  const { inChannels, outChannels } = info;
  const dx = new Float32Array(tf.util.sizeFromShape(info.inShape));
  eachWindow(info, (out, positions, taps, count) => {
    for (let i = 0; i < count; i++)
      for (let c = 0; c < inChannels; c++) {
        const from = (taps[i] * inChannels + c) * outChannels;
        let sum = 0;
        for (let o = 0; o < outChannels; o++) sum += filter[from + o] * dy[out * outChannels + o];
        dx[positions[i] * inChannels + c] += sum;
      }
  });
  return dx;
}

/** The window's position of the largest value of a channel: of equal ones the last, as in TensorFlow.js; -1 where all are NaN. */
function largestAt(x: Numbers, channels: number, c: number, positions: Int32Array, count: number): number {
  let best = -Infinity;
  let at = -1;
  for (let i = 0; i < count; i++) {
    const value = x[positions[i] * channels + c];
    if (value >= best) [best, at] = [value, positions[i]];
  }
  return at;
}

function maxPool(info: tf.backend_util.Conv3DInfo, x: Numbers): Float32Array {
  const channels = info.inChannels;
  const y = new Float32Array(tf.util.sizeFromShape(info.outShape));
  eachWindow(info, (out, positions, _taps, count) => {
    for (let c = 0; c < channels; c++) {
      const at = largestAt(x, channels, c, positions, count);
      y[out * channels + c] = at < 0 ? -Infinity : x[at * channels + c];
    }
  });
  return y;
}

function maxPoolGradient(info: tf.backend_util.Conv3DInfo, dy: Numbers, x: Numbers): Float32Array {
  const channels = info.inChannels;
  const dx = new Float32Array(x.length);
  eachWindow(info, (out, positions, _taps, count) => {
    for (let c = 0; c < channels; c++) {
      const at = largestAt(x, channels, c, positions, count);
      if (at >= 0) dx[at * channels + c] += dy[out * channels + c];
    }
  });
  return dx;
}

/** An average counts the positions inside only. */
function averagePool(info: tf.backend_util.Conv3DInfo, x: Numbers): Float32Array {
  const channels = info.inChannels;
  const y = new Float32Array(tf.util.sizeFromShape(info.outShape));
  eachWindow(info, (out, positions, _taps, count) => {
    for (let i = 0; i < count; i++)
      addScaled(y, out * channels, x, positions[i] * channels, 1 / count, channels);
  });
  return y;
}

function averagePoolGradient(info: tf.backend_util.Conv3DInfo, dy: Numbers): Float32Array {
  const channels = info.inChannels;
  const dx = new Float32Array(tf.util.sizeFromShape(info.inShape));
  eachWindow(info, (out, positions, _taps, count) => {
    for (let i = 0; i < count; i++)
      addScaled(dx, positions[i] * channels, dy, out * channels, 1 / count, channels);
  });
  return dx;
}

const VOLUMES = { dtype: 'float32', rank: 5 } as const;
const PADDED = { attributes: { pad: ['same', 'valid'] } };

/**
 * Convolutions and pools of volumes, `[batch, depth, height, width, channels]`, with gradients, as TensorFlow computes them. The cpu backend's begin
 * one position too far in where a window is smaller than its stride (`same`), give the gradient of a maximum to a wrong position where the window is
 * not as high as wide, and divide that of an average by the whole window where part of it is padding.
 *
 * @param numbersOf - a tensor's numbers, for reading only
 */
export function volumeReplacements<B extends ReadableBackend>(
  numbersOf: (backend: B, x: tf.TensorInfo) => Numbers,
): KernelReplacement<B>[] {
  const kernel =
    (
      names: [string, string?],
      infoOf: (args: KernelArguments<B>) => tf.backend_util.Conv3DInfo,
      shapeOf: (info: tf.backend_util.Conv3DInfo) => number[],
      compute: (info: tf.backend_util.Conv3DInfo, first: Numbers, second: Numbers) => Float32Array,
    ): Kernel<B> =>
    (args) => {
      const info = infoOf(args);
      const [first, second = first] = names.flatMap((name) =>
        name === undefined ? [] : [numbersOf(args.backend, args.inputs[name])],
      );
      return args.backend.makeTensorInfo(shapeOf(info), 'float32', compute(info, first, second));
    };
  const outShape = (info: tf.backend_util.Conv3DInfo): number[] => info.outShape;
  const inShape = (info: tf.backend_util.Conv3DInfo): number[] => info.inShape;
  const filterShape = (info: tf.backend_util.Conv3DInfo): number[] => info.filterShape;
  const accepts = (...names: string[]): Accepts<B> => ({
    inputs: Object.fromEntries(names.map((name) => [name, VOLUMES])),
    ...PADDED,
  });
  const poolOfInput = ({ inputs: { input }, attrs }: KernelArguments<B>) => poolOf(input.shape, attrs);
  const poolOfX = ({ inputs: { x }, attrs }: KernelArguments<B>) => poolOf(x.shape, attrs);
  return [
    {
      kernelName: tf.Conv3D,
      accepts: accepts('x', 'filter'),
      kernelFunc: kernel(
        ['x', 'filter'],
        ({ inputs: { x, filter }, attrs }) => convolutionOf(x.shape, filter.shape, attrs),
        outShape,
        convolve,
      ),
    },
    {
      kernelName: tf.Conv3DBackpropInputV2,
      accepts: accepts('dy', 'filter'),
      kernelFunc: kernel(
        ['dy', 'filter'],
        ({ inputs: { filter }, attrs }) => convolutionOf(attrs.inputShape as number[], filter.shape, attrs),
        inShape,
        inputGradient,
      ),
    },
    {
      kernelName: tf.Conv3DBackpropFilterV2,
      accepts: accepts('x', 'dy'),
      kernelFunc: kernel(
        ['x', 'dy'],
        ({ inputs: { x }, attrs }) => convolutionOf(x.shape, attrs.filterShape as number[], attrs),
        filterShape,
        filterGradient,
      ),
    },
    {
      kernelName: tf.MaxPool3D,
      accepts: accepts('x'),
      kernelFunc: kernel(['x'], poolOfX, outShape, maxPool),
    },
    {
      kernelName: tf.AvgPool3D,
      accepts: accepts('x'),
      kernelFunc: kernel(['x'], poolOfX, outShape, averagePool),
    },
    {
      kernelName: tf.MaxPool3DGrad,
      accepts: accepts('dy', 'input', 'output'),
      kernelFunc: kernel(['dy', 'input'], poolOfInput, inShape, maxPoolGradient),
    },
    {
      kernelName: tf.AvgPool3DGrad,
      accepts: accepts('dy', 'input'),
      kernelFunc: kernel(['dy'], poolOfInput, inShape, averagePoolGradient),
    },
  ];
}
