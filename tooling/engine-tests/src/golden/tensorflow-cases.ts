import { RESIZE_GRADIENTS } from './resize-gradients';
import type { TensorFlowCase } from './tensorflow-case';

/**
 * What TensorFlow 2.21 gives (`tf.nn.conv3d`, `max_pool3d`, `avg_pool3d`, `avg_pool2d` and their gradients by `tf.GradientTape`, `tf.matmul`,
 * `tf.raw_ops.ImageProjectiveTransformV3`, `DenseBincount`) where TensorFlow.js's cpu engine gives other numbers.
 */
export const TENSORFLOW_CASES: readonly TensorFlowCase[] = [
  ...RESIZE_GRADIENTS,
  {
    kernelName: 'Conv3D',
    shapes: { x: [1, 2, 2, 4, 1], filter: [1, 1, 1, 1, 2] },
    attributes: { strides: [2, 2, 2], pad: 'same', dilations: 1, dataFormat: 'NDHWC' },
    shape: [1, 1, 1, 2, 2],
    expected: [19.5, 1, -9.36, -0.48],
  },
  {
    kernelName: 'Conv3DBackpropInputV2',
    shapes: { dy: [1, 1, 1, 2, 2], filter: [1, 1, 1, 1, 2] },
    attributes: { strides: [2, 2, 2], pad: 'same', inputShape: [1, 2, 2, 4, 1] },
    shape: [1, 2, 2, 4, 1],
    expected: [19.76, 0, -8.56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    kernelName: 'Conv3DBackpropFilterV2',
    shapes: { x: [1, 2, 2, 4, 1], dy: [1, 1, 1, 2, 2] },
    attributes: { strides: [2, 2, 2], pad: 'same', filterShape: [1, 1, 1, 1, 2] },
    shape: [1, 1, 1, 1, 2],
    expected: [27.9, -5.96],
  },
  {
    kernelName: 'MaxPool3D',
    shapes: { x: [1, 2, 2, 4, 2] },
    attributes: { filterSize: [1, 1, 1], strides: [2, 2, 2], pad: 'same' },
    shape: [1, 1, 1, 2, 2],
    expected: [-5, -1.3, -0.3, 3.4],
  },
  {
    kernelName: 'AvgPool3D',
    shapes: { x: [1, 2, 2, 4, 2] },
    attributes: { filterSize: [1, 1, 1], strides: [2, 2, 2], pad: 'same' },
    shape: [1, 1, 1, 2, 2],
    expected: [-5, -1.3, -0.3, 3.4],
  },
  {
    kernelName: 'MaxPool3DGrad',
    shapes: { dy: [1, 1, 1, 2, 2], input: [1, 1, 2, 4, 2], output: [1, 1, 1, 2, 2] },
    attributes: { filterSize: [1, 2, 3], strides: [1, 2, 2], pad: 'same' },
    shape: [1, 1, 2, 4, 2],
    expected: [0, 0, -5, 0, 2.4, -5.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    kernelName: 'AvgPool3DGrad',
    shapes: { dy: [1, 2, 2, 2, 1], input: [1, 2, 2, 2, 1] },
    attributes: { filterSize: [2, 2, 2], strides: [1, 1, 1], pad: 'same' },
    shape: [1, 2, 2, 2, 1],
    expected: [-0.625, -0.95, -0.025, -2.35, -0.7, 0.675, -1.6, -1.525],
  },
  {
    kernelName: 'AvgPoolGrad',
    shapes: { dy: [1, 2, 3, 2], input: [1, 2, 3, 2] },
    attributes: { filterSize: [3, 3], strides: [1, 1], pad: 'same' },
    shape: [1, 2, 3, 2],
    expected: [
      -0.866667, -1.15, -0.516667, -1.475, 1.48333, -1.325, -0.866667, -1.15, -0.516667, -1.475, 1.48333,
      -1.325,
    ],
  },
  {
    kernelName: 'BatchMatMul',
    shapes: { a: [2, 2, 1, 2], b: [2, 1, 2, 1] },
    attributes: { transposeA: false, transposeB: false },
    shape: [2, 2, 1, 1],
    expected: [19.76, -8.56, -10.91, -12.53],
  },
  {
    kernelName: 'BatchMatMul',
    shapes: { a: [2, 1, 2, 1], b: [1, 3, 1, 2] },
    attributes: { transposeA: true, transposeB: true },
    shape: [2, 3, 1, 1],
    expected: [19.76, -13.73, -9.85, -8.56, 20, -16.08],
  },
  {
    kernelName: 'Transform',
    shapes: { image: [2, 2, 2, 1] },
    given: {
      transforms: {
        shape: [2, 8],
        values: [1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0],
        dtype: 'float32',
      },
    },
    attributes: { interpolation: 'nearest', fillMode: 'constant', fillValue: 0.5 },
    shape: [2, 2, 2, 1],
    expected: [-1.3, 0.5, -4, 0.5, 0.5, 0.5, -0.3, 3.4],
  },
  {
    kernelName: 'Transform',
    shapes: { image: [2, 2, 2, 1] },
    given: { transforms: { shape: [1, 8], values: [1, 0, 0.5, 0, 1, 0.25, 0, 0], dtype: 'float32' } },
    attributes: { interpolation: 'bilinear', fillMode: 'reflect', fillValue: 0, outputShape: [1, 3] },
    shape: [2, 1, 3, 1],
    expected: [-2.5625, -1.975, -2.5625, 0.875, 2.725, 0.875],
  },
  {
    kernelName: 'DenseBincount',
    shapes: {},
    given: {
      x: { shape: [5], values: [1, 1, 3, 1, 5], dtype: 'int32' },
      weights: { shape: [0], values: [], dtype: 'float32' },
    },
    attributes: { size: 4, binaryOutput: true },
    shape: [4],
    expected: [0, 1, 0, 1],
  },
];
