import * as tf from '@tensorflow/tfjs-core';
import { NeighbourScratch, PoolBlock, PoolKind } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import type { Kernel, KernelArguments, KernelReplacement } from './register';

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Channels of a unit, where there are more. */
const GROUP_CHANNELS = 64;
const SMALL = 16384;

function infoOf(attrs: KernelArguments['attrs'], shape: number[], round = true): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  const shape4d = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(
    shape4d,
    filterSize,
    strides,
    1,
    pad,
    round ? dimRoundingMode : undefined,
  );
}

/** Addresses of a pool's input and output, or of a gradient's input, output's gradient and result. */
interface PoolPointers {
  x: number;
  /** For a gradient, of dy. */
  y: number;
  dx: number;
}

/** Whether each window is a pixel with its eight neighbours, as in an Inception module. */
function isOfNeighbours(info: tf.backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return (
    filterHeight === 3 &&
    filterWidth === 3 &&
    strideHeight === 1 &&
    strideWidth === 1 &&
    padInfo.top === 1 &&
    padInfo.left === 1 &&
    info.inHeight === info.outHeight &&
    info.inWidth === info.outWidth
  );
}

/** Runs one of the pooling kernels on addresses. */
export function runPool(
  backend: WasmBackend,
  name: string,
  info: tf.backend_util.Conv2DInfo,
  kind: PoolKind,
  pointers: PoolPointers,
): void {
  const neighbours = name === 'maxPoolGradient' && isOfNeighbours(info);
  const whole = neighbours && info.batchSize >= 4 * backend.runtime.threads;
  const groups = whole ? 1 : Math.max(1, Math.ceil(info.inChannels / GROUP_CHANNELS));
  const units = info.batchSize * groups;
  const { inHeight, inWidth, outHeight, outWidth } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const scratch = neighbours
    ? backend.runtime.scratch(NeighbourScratch.Lines * (inWidth + 2) * info.inChannels * 4)
    : undefined;
  const block = {
    x: pointers.x,
    y: pointers.y,
    dx: pointers.dx,
    channels: info.inChannels,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padTop: padInfo.top,
    padLeft: padInfo.left,
    kind,
    groups,
    scratch: scratch?.pointer ?? 0,
    scratchBytes: scratch?.bytes ?? 0,
  };
  const work = info.batchSize * outHeight * outWidth * info.inChannels;
  backend.runtime.call(name, PoolBlock, block, units, work < SMALL ? units : undefined);
}

function forward(kind: PoolKind): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const info = infoOf(attrs, x.shape);
    const whole = info.filterHeight * info.filterWidth === 1 && x.shape.join() === info.outShape.join();
    if (whole) return backend.reshaped(x, x.shape);
    const output = backend.output(info.outShape);
    runPool(backend, 'pool', info, kind, { x: backend.pointer(x), y: backend.pointer(output), dx: 0 });
    return output;
  };
}

const maxPoolGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const info = infoOf(attrs, input.shape);
  const output = backend.output(input.shape);
  const pointers = { x: backend.pointer(input), y: backend.pointer(dy), dx: backend.pointer(output) };
  runPool(backend, 'maxPoolGradient', info, PoolKind.Max, pointers);
  return output;
};

const averagePoolGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const info = infoOf(attrs, input.shape, false);
  const output = backend.output(input.shape);
  const pointers = { x: 0, y: backend.pointer(dy), dx: backend.pointer(output) };
  runPool(backend, 'averagePoolGradient', info, PoolKind.Average, pointers);
  return output;
};

/** Windows that lie wholly in explicit padding have no average: the cpu backend's kernel knows what to do. */
function padsInside({ attrs }: KernelArguments): boolean {
  const { pad } = attrs as unknown as PoolAttrs;
  return typeof pad === 'string' || pad === 0;
}

/** As {@link padsInside}, and dy has the shape of the pool's output. */
function fits(args: KernelArguments): boolean {
  const { dy, input } = args.inputs;
  const round = 'output' in args.inputs;
  return padsInside(args) && infoOf(args.attrs, input.shape, round).outShape.join() === dy.shape.join();
}

const IMAGES = { dtype: 'float32', rank: 4 } as const;

export const poolKernels: readonly KernelReplacement[] = [
  {
    kernelName: tf.MaxPool,
    accepts: { inputs: { x: IMAGES }, where: padsInside },
    kernelFunc: forward(PoolKind.Max),
  },
  {
    kernelName: tf.AvgPool,
    accepts: { inputs: { x: IMAGES }, where: padsInside },
    kernelFunc: forward(PoolKind.Average),
  },
  {
    kernelName: tf.MaxPoolGrad,
    accepts: {
      inputs: { dy: IMAGES, input: IMAGES, output: { dtype: 'float32', optional: true } },
      where: fits,
    },
    kernelFunc: maxPoolGradient,
  },
  {
    kernelName: tf.AvgPoolGrad,
    accepts: { inputs: { dy: IMAGES, input: IMAGES }, where: fits },
    kernelFunc: averagePoolGradient,
  },
];
