import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { setThreads, setExact } from '../index';
import { describeNative, expectNoTensors, expectSame, RandomCase } from '../testing/compare';

interface Case {
  x: [number, number, number, number];
  filter: [number, number, number, number];
  strides: [number, number];
  pad: 'same' | 'valid' | number;
  dilations: [number, number];
  data: RandomCase;
  label: string;
}

function randomConvolution(seed: number): Case {
  const data = new RandomCase(seed);
  const square = data.integer(0, 1) === 0; // a number as padding is the height's alone in TensorFlow.js
  const kernelHeight = data.integer(1, 5);
  const kernel = [kernelHeight, square ? kernelHeight : data.integer(1, 5)];
  const strideHeight = data.integer(1, 3);
  const strides: [number, number] = [strideHeight, square ? strideHeight : data.integer(1, 3)];
  const dilated = !square && data.integer(0, 2) === 0;
  const dilations: [number, number] = dilated ? [data.integer(1, 2), data.integer(1, 2)] : [1, 1];
  const steps: [number, number] = dilated ? [1, 1] : strides;
  const [inputs, outputs] = [data.integer(1, 9), data.integer(1, 18)];
  const reach = kernel.map((k, d) => (k - 1) * dilations[d] + 1);
  const pad = data.pick([
    'same',
    'valid',
    square ? Math.min(data.integer(0, 2), kernelHeight - 1) : 'same',
  ] as const);
  const x: [number, number, number, number] = [
    data.integer(1, 2),
    reach[0] + data.integer(0, 4),
    reach[1] + data.integer(0, 4),
    inputs,
  ];
  const filter: [number, number, number, number] = [kernel[0], kernel[1], inputs, outputs];
  return {
    x,
    filter,
    strides: steps,
    pad,
    dilations,
    data,
    label: `seed ${seed}: ${JSON.stringify({ x, filter, steps, pad, dilations })}`,
  };
}

const build = ({ x, filter, data }: Case) => {
  const values = [data.floats(x.reduce((a, b) => a * b)), data.floats(filter.reduce((a, b) => a * b))];
  return () => [tf.tensor4d(values[0], x), tf.tensor4d(values[1], filter)] as const;
};

describeNative('convolutions equal those of the cpu backend', () => {
  beforeAll(() => setThreads(1));
  afterAll(expectNoTensors);

  it('Conv2D on 250 random shapes', () => {
    for (let seed = 0; seed < 250; seed++) {
      const c = randomConvolution(seed);
      const tensors = build(c);
      expectSame(() => {
        const [x, filter] = tensors();
        return tf.conv2d(x, filter, c.strides, c.pad, 'NHWC', c.dilations);
      }, c.label);
    }
  });

  it('both gradients on 200 random shapes', () => {
    for (let seed = 1000; seed < 1200; seed++) {
      const c = randomConvolution(seed);
      if (c.dilations[0] !== 1 || c.dilations[1] !== 1) c.dilations = [1, 1]; // TensorFlow.js has no gradient of dilated ones
      const tensors = build(c);
      expectSame(() => {
        const [x, filter] = tensors();
        return tf.grads((a, b) =>
          tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, c.strides, c.pad))),
        )([x, filter]);
      }, c.label);
    }
  });

  it('the filter gradient of strided 1x1 convolutions with few channels on 2 threads, on 100 random shapes', () => {
    setThreads(2);
    for (let seed = 5000; seed < 5100; seed++) {
      const data = new RandomCase(seed);
      const [n, stride, c, k] = [
        data.integer(1, 4),
        data.integer(2, 3),
        data.integer(1, 9),
        data.integer(1, 20),
      ];
      const size = [data.integer(1, 9) * stride, data.integer(1, 9) * stride];
      const pad = data.pick([
        'valid',
        'same',
        [
          [0, 0],
          [1, 1],
          [0, 1],
          [0, 0],
        ],
      ] as const);
      const values = [data.floats(n * size[0] * size[1] * c), data.floats(c * k)];
      expectSame(
        () => {
          const x = tf.tensor4d(values[0], [n, size[0], size[1], c]);
          const loss = (filter: tf.Tensor) =>
            tf.sum(tf.square(tf.conv2d(x, filter as tf.Tensor4D, stride, pad as 'same')));
          return tf.grad(loss)(tf.tensor(values[1], [1, 1, c, k]));
        },
        `seed ${seed}: ${JSON.stringify({ n, size, c, k, stride, pad })}`,
      );
    }
    setThreads(1);
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'fused with a bias and %s, on 20 random shapes',
    (activation) => {
      for (let seed = 2000; seed < 2020; seed++) {
        const c = randomConvolution(seed);
        const tensors = build(c);
        const bias = c.data.floats(c.filter[3]);
        expectSame(() => {
          const [x, filter] = tensors();
          return tf.fused.conv2d({
            x,
            filter,
            strides: c.strides,
            pad: c.pad,
            dilations: c.dilations,
            bias: tf.tensor1d(bias),
            activation,
            leakyreluAlpha: 0.3,
          });
        }, c.label);
      }
    },
  );

  it('transposed convolutions on 60 random shapes', () => {
    for (let seed = 3000; seed < 3060; seed++) {
      const data = new RandomCase(seed);
      const [kernel, stride, ci, co] = [
        data.integer(2, 4),
        data.integer(1, 2),
        data.integer(1, 9),
        data.integer(1, 9),
      ];
      const [n, h, w] = [data.integer(1, 2), data.integer(2, 6), data.integer(2, 6)];
      const values = [data.floats(n * h * w * co), data.floats(kernel * kernel * ci * co)];
      expectSame(
        () =>
          tf.conv2dTranspose(
            tf.tensor4d(values[0], [n, h, w, co]),
            tf.tensor4d(values[1], [kernel, kernel, ci, co]),
            [n, h * stride, w * stride, ci],
            stride,
            'same',
          ),
        `seed ${seed}`,
      );
    }
  });

  it.each([3, 5])(
    'Winograd convolutions of kernel size %i and their gradients are within 1e-4 of the plain ones, on 30 random shapes',
    (size) => {
      for (let seed = 0; seed < 30; seed++) {
        const data = new RandomCase(100 * size + seed);
        const [h, w, inputs, outputs] = [
          data.integer(1, 19),
          data.integer(1, 19),
          data.integer(16, 70),
          data.integer(16, 70),
        ];
        const n = Math.ceil(64 / (Math.ceil(h / 4) * Math.ceil(w / 4))) + data.integer(0, 2);
        const values = [
          data.floats(n * h * w * inputs),
          data.floats(size * size * inputs * outputs),
          data.floats(n * h * w * outputs),
        ];
        const bias = data.floats(outputs);
        const [fast, plain] = [true, false].map((on) => {
          setExact(!on);
          void tf.setBackend('onednn');
          return tf.tidy(() => {
            const x = tf.tensor4d(values[0], [n, h, w, inputs]);
            const filter = tf.tensor4d(values[1], [size, size, inputs, outputs]);
            const y = tf.fused.conv2d({
              x,
              filter,
              strides: 1,
              pad: 'same',
              bias: tf.tensor1d(bias),
              activation: 'relu',
            });
            const dy = tf.tensor4d(values[2], y.shape);
            const gradients = tf.grads((a, b) =>
              tf.sum(tf.mul(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'), dy)),
            )([x, filter]);
            return [y, ...gradients].map((t) => Float32Array.from(t.dataSync()));
          });
        });
        for (const [i, values] of plain.entries()) {
          const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
          const error = fast[i].reduce((most, v, j) => Math.max(most, Math.abs(v - values[j])), 0) / scale;
          expect({ seed, i, error: error < 1e-4 ? 'small' : error }).toEqual({ seed, i, error: 'small' });
        }
      }
      setExact(false);
    },
  );

  it('int32 inputs, NCHW and prelu are left to the cpu backend', () => {
    const data = new RandomCase(4);
    const values = data.floats(2 * 5 * 5 * 3);
    const weights = data.floats(9 * 3 * 4);
    void tf.setBackend('onednn');
    expectSame(
      () =>
        tf.conv2d(tf.tensor4d(values, [2, 3, 5, 5]), tf.tensor4d(weights, [3, 3, 3, 4]), 1, 'valid', 'NCHW'),
      'NCHW',
    );
    expectSame(
      () =>
        tf.fused.conv2d({
          x: tf.tensor4d(values, [2, 5, 5, 3]),
          filter: tf.tensor4d(weights, [3, 3, 3, 4]),
          strides: 1,
          pad: 'same',
          activation: 'prelu',
          preluActivationWeights: tf.tensor1d([0.1, 0.2, 0.3, 0.4]),
        }),
      'prelu',
    );
  });
});
