import { shapeOf } from '../contract';
import type { Kernel, KernelReplacement } from './register';

interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters?: boolean;
  size: [number, number];
}

const bilinear: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const { alignCorners, halfPixelCenters, size } = attrs as unknown as ResizeAttributes;
  const [batch, height, width, channels] = images.shape;
  const { info, values } = backend.allocate([batch, ...size, channels]);
  const shape = shapeOf('ResizeShape', {
    images: batch,
    height,
    width,
    channels,
    outHeight: size[0],
    outWidth: size[1],
    alignCorners: alignCorners ? 1 : 0,
    halfPixelCenters: halfPixelCenters ? 1 : 0,
  });
  backend.addon.resizeBilinear(shape, backend.floats(images), values);
  return info;
};

/** For every position of the target the nearest of the source, in the arithmetic of TensorFlow.js. */
function nearestTable(
  from: number,
  to: number,
  { alignCorners, halfPixelCenters }: ResizeAttributes,
): number[] {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    const at = halfPixelCenters ? ratio * (i + 0.5) : ratio * i;
    return Math.max(0, Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at)));
  });
}

const nearest: Kernel = ({ inputs: { images }, attrs, backend }) => {
  const given = attrs as unknown as ResizeAttributes;
  const [batch, height, width, channels] = images.shape;
  const [outHeight, outWidth] = given.size;
  const { info, values } = backend.allocate([batch, outHeight, outWidth, channels]);
  const rows = nearestTable(height, outHeight, given);
  const columns = nearestTable(width, outWidth, given);
  const table = Int32Array.from(rows.flatMap((row) => columns.map((column) => row * width + column)));
  const shape = shapeOf('GatherShape', { outer: batch, axis: height * width, inner: channels });
  backend.addon.gatherRows(backend.floats(images), table, values, shape);
  return info;
};

const IMAGES = { images: { dtype: 'float32', rank: 4 } } as const;
const fits = (attrs: Record<string, unknown>) => (attrs.size as number[]).every((size) => size > 0);

/** Resizing of pictures: bilinear, and to the nearest. */
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
];
