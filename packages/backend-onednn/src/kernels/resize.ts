import { nearestPixels, type ResizeAttributes } from '@googlenet-tooling/shared/nearest';
import { shapeOf } from '../contract';
import type { Kernel, KernelReplacement } from './register';

function resizeShape(
  [images, height, width, channels]: number[],
  [outHeight, outWidth]: number[],
  { alignCorners, halfPixelCenters }: Omit<ResizeAttributes, 'size'>,
  nearest = false,
): Int32Array {
  return shapeOf('ResizeShape', {
    images,
    height,
    width,
    channels,
    outHeight,
    outWidth,
    alignCorners: Number(alignCorners),
    halfPixelCenters: Number(halfPixelCenters ?? false),
    nearest: Number(nearest),
  });
}

const bilinear: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const given = attrs as unknown as ResizeAttributes;
  const { info, values } = backend.allocate([images.shape[0], ...given.size, images.shape[3]]);
  const shape = resizeShape(images.shape, given.size, given);
  backend.addon.resizeBilinear(shape, backend.floats(images), values);
  return info;
};

const nearest: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const given = attrs as unknown as ResizeAttributes;
  const [batch, height, width, channels] = images.shape;
  const { info, values } = backend.allocate([batch, ...given.size, channels]);
  const table = nearestPixels(height, width, given);
  const shape = shapeOf('GatherShape', { outer: batch, axis: height * width, inner: channels });
  backend.addon.gatherRows(backend.floats(images), table, values, shape);
  return info;
};

const gradient =
  (toNearest: boolean): Kernel =>
  ({ inputs: { images, dy }, attrs, backend }) => {
    const given = attrs as unknown as ResizeAttributes;
    const { info, values } = backend.allocate(images.shape);
    const shape = resizeShape(images.shape, dy.shape.slice(1, 3), given, toNearest);
    backend.addon.resizeGradient(shape, backend.floats(dy), values);
    return info;
  };

const IMAGES = { images: { dtype: 'float32', rank: 4 } } as const;
const fits = (attrs: Record<string, unknown>) => (attrs.size as number[]).every((size) => size > 0);

/**
 * Resizing of pictures, bilinear and to the nearest, with gradients: each the transpose of its forward pass, as in TensorFlow. TensorFlow.js's cpu
 * engine swaps the sides of the one, mixes the images of a batch in the other, never returns from it for pictures one pixel high whose corners are
 * aligned, and leaves out half-pixel centres.
 */
export const resizes: readonly KernelReplacement[] = [
  {
    kernelName: 'ResizeBilinear',
    accepts: { inputs: IMAGES, where: ({ attrs }) => fits(attrs) },
    kernelFunc: bilinear,
  },
  {
    kernelName: 'ResizeNearestNeighbor',
    accepts: { inputs: IMAGES, where: ({ attrs }) => fits(attrs) },
    kernelFunc: nearest,
  },
  {
    kernelName: 'ResizeBilinearGrad',
    accepts: { inputs: { ...IMAGES, dy: IMAGES.images } },
    kernelFunc: gradient(false),
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    accepts: { inputs: { ...IMAGES, dy: IMAGES.images } },
    kernelFunc: gradient(true),
  },
];
