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

/** What the kernels that read receptive fields need to know of a convolution, with the address of zeros for what lies outside. */
export interface Geometry {
  inHeight: number;
  inWidth: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padTop: number;
  padLeft: number;
  zeros: number;
}

export function geometryOf(shape: ConvShape, zeros: number): Geometry {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterWidth } = shape;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft } = shape;
  return {
    inHeight,
    inWidth,
    channels: inChannels,
    outHeight,
    outWidth,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop,
    padLeft,
    zeros,
  };
}

/** Where the left matrix of a product is no image. */
export const NO_GEOMETRY: Geometry = {
  inHeight: 0,
  inWidth: 0,
  channels: 0,
  outHeight: 0,
  outWidth: 0,
  filterWidth: 0,
  strideHeight: 0,
  strideWidth: 0,
  dilationHeight: 0,
  dilationWidth: 0,
  padTop: 0,
  padLeft: 0,
  zeros: 0,
};

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
