import type * as tf from '@tensorflow/tfjs-core';

/** The shape of one convolution, NHWC. Sizes in elements. */
export interface ConvShape {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padTop: number;
  padLeft: number;
}

/** A matrix of channels: address, and floats from one pixel to the next. */
export interface Pixels {
  pointer: number;
  stride: number;
}

export function convShape(info: tf.backend_util.Conv2DInfo): ConvShape {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** A 1x1 convolution at stride 1 without padding: a plain matrix product. */
export function isPointwise(shape: ConvShape): boolean {
  return (
    shape.filterHeight === 1 &&
    shape.filterWidth === 1 &&
    shape.strideHeight === 1 &&
    shape.strideWidth === 1 &&
    shape.padTop === 0 &&
    shape.padLeft === 0 &&
    shape.inHeight === shape.outHeight &&
    shape.inWidth === shape.outWidth
  );
}
