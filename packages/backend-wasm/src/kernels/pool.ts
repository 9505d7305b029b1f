import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import type { Kernel, KernelArguments, KernelReplacement } from './register';

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export const KIND = { max: 0, average: 1 } as const;
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

/** Runs one of the pooling kernels on addresses; `kind` is 0 for max, 1 for average. */
export function runPool(
  backend: WasmBackend,
  name: string,
  info: tf.backend_util.Conv2DInfo,
  kind: number,
  first: number,
  second: number,
  dx: number,
): void {
  const groups = Math.max(1, Math.ceil(info.inChannels / GROUP_CHANNELS));
  const units = info.batchSize * groups;
  const windows = [
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  ];
  const sizes = [info.inChannels, info.inHeight, info.inWidth, info.outHeight, info.outWidth];
  const work = info.batchSize * info.outHeight * info.outWidth * info.inChannels;
  backend.runtime.run(
    name,
    [first, second, ...sizes, ...windows, kind, groups, dx],
    units,
    work < SMALL ? units : undefined,
  );
}

function forward(kind: number): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    const info = infoOf(attrs, x.shape);
    const whole = info.filterHeight * info.filterWidth === 1 && x.shape.join() === info.outShape.join();
    if (whole) return backend.reshaped(x, x.shape);
    const output = backend.output(info.outShape);
    runPool(backend, 'pool', info, kind, backend.pointer(x), backend.pointer(output), 0);
    return output;
  };
}

const maxPoolGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const info = infoOf(attrs, input.shape);
  const output = backend.output(input.shape);
  runPool(
    backend,
    'maxPoolGradient',
    info,
    KIND.max,
    backend.pointer(input),
    backend.pointer(dy),
    backend.pointer(output),
  );
  return output;
};

const averagePoolGradient: Kernel = ({ inputs: { dy, input }, attrs, backend }) => {
  const info = infoOf(attrs, input.shape, false);
  const output = backend.output(input.shape);
  runPool(
    backend,
    'averagePoolGradient',
    info,
    KIND.average,
    0,
    backend.pointer(dy),
    backend.pointer(output),
  );
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
    kernelFunc: forward(KIND.max),
  },
  {
    kernelName: tf.AvgPool,
    accepts: { inputs: { x: IMAGES }, where: padsInside },
    kernelFunc: forward(KIND.average),
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
