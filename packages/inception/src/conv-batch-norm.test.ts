import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, convBatchNorm, type ConvBatchNormOptions } from './conv-batch-norm';
import { expectClose, fillWithWaves, plainUnit, wave } from './testing/reference';

const input = () => wave<tf.Tensor4D>([2, 7, 8, 3], 40);

function build(options: Partial<ConvBatchNormOptions> = {}): ConvBatchNorm {
  const layer = convBatchNorm({ name: 'conv1', filters: 4, kernelSize: 3, ...options });
  layer.apply(tfl.input({ shape: [7, 8, 3] }));
  fillWithWaves(layer.units);
  return layer;
}

it.each([false, true])('equals convolution, batch norm and ReLU one by one, training %s', (training) => {
  tf.tidy(() => {
    const layer = build();
    const expected = plainUnit(input(), layer.units[0], training);
    expectClose(layer.apply(input(), { training }) as tf.Tensor, expected, 1e-4);
  });
});

it.each<[string, Partial<ConvBatchNormOptions>, number[]]>([
  ['same', {}, [2, 7, 8, 4]],
  ['same, stride 2', { strides: 2 }, [2, 4, 4, 4]],
  ['valid', { padding: 'valid' }, [2, 5, 6, 4]],
  ['valid, 2x3, stride 2', { padding: 'valid', strides: 2, kernelSize: [2, 3] }, [2, 3, 3, 4]],
  ['3 pixels, 7x7, stride 2', { padding: 3, strides: 2, kernelSize: 7 }, [2, 4, 4, 4]],
  ['0 pixels', { padding: 0 }, [2, 5, 6, 4]],
])('has the output shape that it says with padding %s, in both modes', (_, options, shape) => {
  tf.tidy(() => {
    const layer = build(options);
    expect(layer.computeOutputShape([2, 7, 8, 3])).toEqual(shape);
    expect(layer.computeOutputShape([null, null, null, 3])).toEqual([null, null, null, 4]);
    expect((layer.apply(input()) as tf.Tensor).shape).toEqual(shape);
    expect((layer.apply(input(), { training: true }) as tf.Tensor).shape).toEqual(shape);
  });
});

it('pads a number of pixels on every side, as a zero-padded valid convolution', () => {
  tf.tidy(() => {
    const layer = build({ padding: 3, strides: 2, kernelSize: 7, batchNorm: false });
    const padded = tf.pad(input(), [[0, 0], [3, 3], [3, 3], [0, 0]]); // prettier-ignore
    const z = tf.conv2d(padded, layer.units[0].kernel.read() as tf.Tensor4D, 2, 'valid');
    expectClose(layer.apply(input()) as tf.Tensor, tf.relu(tf.add(z, layer.units[0].bias!.read())), 1e-5);
  });
});

it('names and orders its weights as documented, and comes back from its config', () => {
  const layer = build({ padding: 1, strides: 2, kernelRegularizer: tfl.regularizers.l1({ l1: 0.1 }) });
  expect(layer.weights.map((weight) => weight.originalName)).toEqual(
    ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => `conv1/${name}`),
  );
  const copy = new ConvBatchNorm(layer.getConfig() as unknown as ConvBatchNormOptions);
  expect(copy.getConfig()).toEqual(layer.getConfig());
});

it('says what is wrong with its options', () => {
  const make = (options: object) => () => convBatchNorm({ name: 'c', filters: 4, kernelSize: 3, ...options });
  expect(make({ filters: -1 })).toThrow(
    /^convBatchNorm\("c"\): expected filters to be a positive integer, got -1\./,
  );
  expect(make({ kernelSize: [3, 0] })).toThrow(/expected kernelSize to be a positive integer, got 0\./);
  expect(make({ strides: 1.5 })).toThrow(/expected strides to be a positive integer, got 1.5\./);
  expect(make({ padding: 'full' })).toThrow(
    /expected padding to be same, valid or a number of pixels, got "full"\./,
  );
  expect(make({ padding: -1 })).toThrow(/got -1\./);
  expect(make({ kernelRegularizer: 'l3' })).toThrow(/expected kernelRegularizer to be a name .* got "l3"\./);
});

it('refuses an option that it does not know, and a kernel that no engine can hold', () => {
  const make = (options: object) => convBatchNorm({ name: 'c', filters: 4, kernelSize: 3, ...options });
  expect(() => make({ stride: 2 })).toThrow(
    new RangeError(
      'convBatchNorm("c"): expected only options that it knows, got "stride". Did you mean "strides"?',
    ),
  );
  expect(() => make({ filters: 1e12 }).apply(tfl.input({ shape: [4, 4, 1] }))).toThrow(
    /^convBatchNorm\("c"\): expected a kernel of at most 2147483647 weights, got 3x3x1x1000000000000\./,
  );
});
