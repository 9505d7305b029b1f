import * as tf from '@tensorflow/tfjs-core';
import { setThreads } from '../index';
import { describeNative, expectNoTensors, expectSame, RandomCase } from '../testing/compare';

function randomTensor(seed: number) {
  const data = new RandomCase(seed);
  const shape = Array.from({ length: data.integer(1, 4) }, () => data.integer(1, 9));
  const axes = shape.map((_, d) => d).filter(() => data.integer(0, 1) === 0);
  return {
    data,
    shape,
    axes: axes.length > 0 ? axes : undefined,
    values: data.floats(shape.reduce((a, b) => a * b)),
    keepDims: data.integer(0, 1) === 0,
  };
}

describeNative('reductions, products and copies equal those of the cpu backend', () => {
  beforeAll(() => setThreads(1));
  afterAll(expectNoTensors);

  it.each(Object.entries({ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min }))(
    '%s over random axes of 60 random shapes',
    (name, operation) => {
      for (let seed = 0; seed < 60; seed++) {
        const { shape, axes, values, keepDims } = randomTensor(seed);
        expectSame(
          () => operation(tf.tensor(values, shape), axes, keepDims),
          `${name}, seed ${seed}: ${JSON.stringify({ shape, axes })}`,
          1e-5,
        );
      }
    },
  );

  it('long sums keep their digits', () => {
    const values = new RandomCase(3).floats(300_000).map((v) => v + 1);
    const exact = values.reduce((a, b) => a + b, 0);
    void tf.setBackend('onednn');
    const total = tf.tidy(() => tf.sum(tf.tensor1d(values)).dataSync()[0]);
    expect(Math.abs(total / exact - 1)).toBeLessThan(1e-6);
    const columns = tf.tidy(() => tf.sum(tf.sum(tf.tensor2d(values, [3000, 100]), 0)).dataSync()[0]);
    expect(Math.abs(columns / exact - 1)).toBeLessThan(1e-6);
  });

  it('softmax on 60 random shapes, and of large logits', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { shape, values } = randomTensor(seed);
      expectSame(
        () =>
          tf.softmax(
            tf.tensor(
              values.map((v) => v * 20),
              shape,
            ),
          ),
        `seed ${seed}`,
        1e-6,
      );
    }
    expectSame(() => tf.softmax(tf.tensor2d([1e4, 0, -1e4, 700, 701, 702], [2, 3])), 'large');
  });

  it('matrix products on 120 random shapes, either side transposed, batched and broadcast', () => {
    for (let seed = 0; seed < 120; seed++) {
      const data = new RandomCase(seed);
      const [m, k, n] = [data.integer(1, 20), data.integer(1, 30), data.integer(1, 20)];
      const [ta, tb] = [data.integer(0, 1) === 1, data.integer(0, 1) === 1];
      const outer = data.pick([[], [3], [2, 3]]);
      const stretched = data.integer(0, 2) === 0 ? outer.map(() => 1) : outer;
      const a = [...outer, ...(ta ? [k, m] : [m, k])];
      const b = [...stretched, ...(tb ? [n, k] : [k, n])];
      const [left, right] = [a, b].map((shape) => data.floats(shape.reduce((p, q) => p * q)));
      expectSame(() => tf.matMul(tf.tensor(left, a), tf.tensor(right, b), ta, tb), `seed ${seed}`, 1e-5);
    }
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'fused products with a bias and %s, on 15 random shapes',
    (activation) => {
      for (let seed = 0; seed < 15; seed++) {
        const data = new RandomCase(seed);
        const [m, k, n] = [data.integer(1, 12), data.integer(1, 12), data.integer(1, 12)];
        const [a, b, bias] = [m * k, k * n, n].map((length) => data.floats(length));
        expectSame(
          () =>
            tf.fused.matMul({
              a: tf.tensor2d(a, [m, k]),
              b: tf.tensor2d(b, [k, n]),
              bias: tf.tensor1d(bias),
              activation,
              leakyreluAlpha: 0.3,
            }),
          `seed ${seed}`,
          1e-5,
        );
      }
    },
  );

  it('concat on 80 random sets and slice on 80 random boxes', () => {
    for (let seed = 0; seed < 80; seed++) {
      const { data, shape } = randomTensor(seed);
      const axis = data.integer(0, shape.length - 1);
      const shapes = Array.from({ length: data.integer(1, 4) }, () =>
        shape.map((size, d) => (d === axis ? data.integer(0, 5) : size)),
      );
      const values = shapes.map((s) => data.floats(s.reduce((a, b) => a * b)));
      expectSame(
        () =>
          tf.concat(
            shapes.map((s, i) => tf.tensor(values[i], s)),
            axis,
          ),
        `concat, seed ${seed}`,
        0,
      );
      const begin = shape.map((size) => (data.integer(0, 1) === 0 ? 0 : data.integer(0, size - 1)));
      const size = shape.map((length, d) =>
        begin[d] === 0 && data.integer(0, 1) === 0 ? length : data.integer(1, length - begin[d]),
      );
      const all = data.floats(shape.reduce((a, b) => a * b));
      expectSame(() => tf.slice(tf.tensor(all, shape), begin, size), `slice, seed ${seed}`, 0);
    }
  });

  it('batch norm of inference on 40 random shapes', () => {
    for (let seed = 0; seed < 40; seed++) {
      const data = new RandomCase(seed);
      const shape: [number, number, number, number] = [
        data.integer(1, 3),
        data.integer(1, 5),
        data.integer(1, 5),
        data.integer(1, 40),
      ];
      const x = data.floats(shape.reduce((a, b) => a * b));
      const [mean, offset, scale] = [0, 1, 2].map(() => data.floats(shape[3]));
      const variance = data.floats(shape[3]).map((v) => Math.abs(v) + 0.05);
      expectSame(
        () =>
          tf.batchNorm4d(
            tf.tensor4d(x, shape),
            tf.tensor1d(mean),
            tf.tensor1d(variance),
            seed % 2 ? tf.tensor1d(offset) : undefined,
            tf.tensor1d(scale),
            1e-3,
          ),
        `seed ${seed}`,
        1e-5,
      );
    }
  });
});
