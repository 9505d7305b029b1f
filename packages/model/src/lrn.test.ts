import * as tf from '@tensorflow/tfjs-core';
import { Lrn } from './index';
import { maxDifference, useCpu } from './testing/models';

beforeAll(useCpu);

const SHAPE: [number, number, number, number] = [2, 1, 2, 7];
const input = () =>
  tf.tensor4d(
    Float32Array.from({ length: 28 }, (_, i) => 8 * Math.sin(Math.fround(i * Math.fround(1.7)))),
    SHAPE,
  );
const upstream = () =>
  tf.tensor4d(
    Float32Array.from({ length: 28 }, (_, i) => Math.cos(i)),
    SHAPE,
  );

// Computed with PyTorch 2.15: LocalResponseNorm(5, 1e-4, 0.75, 1), then LocalResponseNorm(3, 0.5, 0.75, 2)
// and its input gradient for the upstream gradient cos(i). Caffe's and PyTorch's layers agree.
const DEFAULT = [
  0, 7.9188347, -2.0401204, -7.3867583, 3.9442251, 6.3742642, -5.5916409, -4.9390364, 6.8588028, 3.1671631,
  -7.6702647, -1.1895714, 7.9833431, -0.8682345, -7.7606335, 2.8664439, 7.0158706, -4.6744614, -5.8128018,
  6.1762371, 4.2269478, -7.2641902, -2.3530986, 7.8630786, 0.3248673, -7.9466071, 1.7247181, 7.5095668,
];
const STRONG = [
  0, 1.146481, -0.199022, -0.999675, 0.409583, 0.775694, -0.772534, -0.685108, 0.874442, 0.318866, -1.075669,
  -0.114398, 1.16659, -0.128517, -1.107022, 0.285746, 0.910159, -0.503652, -0.675347, 0.738181, 0.683814,
  -1.14648, -0.231163, 1.131792, 0.031032, -1.157359, 0.167175, 1.171927,
];
const STRONG_GRADIENT = [
  0.150518, -0.022446, 0.020411, -0.024005, -0.135641, 0.118581, 0.076975, 0.048608, 0.082418, -0.126301,
  -0.017496, 0.042466, -0.00977, 0.148629, -0.021853, -0.019341, -0.018462, -0.117612, 0.112595, 0.052662,
  -0.005419, 0.029935, -0.087118, -0.008875, 0.051206, -0.019803, 0.110743, -0.00057,
];
const strong = () => new Lrn({ size: 3, alpha: 0.5, beta: 0.75, bias: 2 });

function withoutKernel(name: string, use: () => void): void {
  const kernel = tf.getKernel(name, 'cpu');
  tf.unregisterKernel(name, 'cpu');
  try {
    use();
  } finally {
    tf.registerKernel(kernel);
  }
}

function check(): void {
  tf.tidy(() => {
    const y = new Lrn().apply(input()) as tf.Tensor;
    expect(maxDifference(Array.from(y.dataSync()), DEFAULT)).toBeLessThan(2e-6);
    const z = strong().apply(input()) as tf.Tensor;
    expect(maxDifference(Array.from(z.dataSync()), STRONG)).toBeLessThan(2e-6);
    const gradient = tf.grad((x) => strong().apply(x) as tf.Tensor)(input(), upstream());
    expect(maxDifference(Array.from(gradient.dataSync()), STRONG_GRADIENT)).toBeLessThan(2e-6);
  });
}

it("values and gradient are PyTorch's and Caffe's: alpha is divided by the size", check);

it('the same numbers are composed where the engine has no kernel for it', () => {
  withoutKernel(tf.LRN, check);
  withoutKernel(tf.LRNGrad, check);
});

it('the configuration makes the same layer again', () => {
  const config = strong().getConfig();
  expect(new Lrn(config as object).getConfig()).toEqual(config);
  expect(config).toMatchObject({ size: 3, alpha: 0.5, beta: 0.75, bias: 2 });
});

it('an even or broken size is refused', () => {
  expect(() => new Lrn({ name: 'norm1', size: 4 })).toThrow(
    'Lrn("norm1"): expected size to be a positive odd integer, got 4. The paper\'s is 5.',
  );
  expect(() => new Lrn({ size: 0 })).toThrow(RangeError);
});
