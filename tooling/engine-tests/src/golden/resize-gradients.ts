import type { TensorFlowCase } from './tensorflow-case';

/** 1, 2, 3, ... */
const counting = (shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i + 1),
  dtype: 'float32' as const,
});

/**
 * What `tf.raw_ops.ResizeBilinearGrad` and `ResizeNearestNeighborGrad` of TensorFlow 2.21 give, where TensorFlow.js's cpu engine differs or never
 * returns: two images, sides that differ, one pixel high, half-pixel centres.
 */
export const RESIZE_GRADIENTS: readonly TensorFlowCase[] = [
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: false },
    expected: [9, 6, 6, 27, 15, 15],
  },
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: false },
    expected: [
      4.73333, 8.53333, 15.06667, 21.66667, 28.66666, 41.33334, 32.73333, 40.53333, 55.06667, 56.66666,
      68.66666, 91.33334,
    ],
  },
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: true, halfPixelCenters: false },
    expected: [9, 0, 12, 27, 0, 30],
  },
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: true, halfPixelCenters: false },
    expected: [6.75, 14, 14.25, 21.75, 34, 29.25, 40.5, 59, 48, 55.5, 79, 63],
  },
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: true },
    expected: [6.75, 5.25, 9, 20.25, 14.25, 22.5],
  },
  {
    kernelName: 'ResizeBilinearGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: true },
    expected: [7.3, 12.6, 15.1, 23.3, 30.6, 31.1, 43.3, 53.1, 51.10001, 59.3, 71.1, 67.10001],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: false },
    expected: [9, 12, 0, 27, 30, 0],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: false },
    expected: [16, 24, 15, 23, 27, 15, 76, 84, 45, 53, 57, 30],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: true, halfPixelCenters: false },
    expected: [9, 0, 12, 27, 0, 30],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: true, halfPixelCenters: false },
    expected: [1, 5, 9, 17, 40, 48, 16, 35, 39, 47, 100, 108],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 1, 3, 1] },
    given: { dy: counting([2, 3, 2, 1]) },
    shape: [2, 1, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: true },
    expected: [9, 0, 12, 27, 0, 30],
  },
  {
    kernelName: 'ResizeNearestNeighborGrad',
    shapes: { images: [2, 2, 3, 1] },
    given: { dy: counting([2, 3, 5, 1]) },
    shape: [2, 2, 3, 1],
    attributes: { alignCorners: false, halfPixelCenters: true },
    expected: [3, 3, 9, 36, 21, 48, 33, 18, 39, 96, 51, 108],
  },
];
