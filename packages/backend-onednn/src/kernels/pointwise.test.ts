import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { setThreads } from '../index';
import { describeNative, expectNoTensors, expectSame, RandomCase } from '../testing/compare';

/** Two shapes that broadcast against each other. */
function broadcastShapes(data: RandomCase): [number[], number[]] {
  const full = Array.from({ length: data.integer(0, 5) }, () => data.integer(1, 6));
  const stretched = () => full.map((size) => (data.integer(0, 2) === 0 ? 1 : size));
  const shortened = stretched();
  return [stretched(), shortened.slice(data.integer(0, shortened.length))];
}

const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

const BINARY = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
};
const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: tf.relu,
  relu6: tf.relu6,
  exp: tf.exp,
  log: (x) => tf.log(tf.add(tf.abs(x), 0.1)),
  sqrt: (x) => tf.sqrt(tf.abs(x)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.1)),
  square: tf.square,
  neg: tf.neg,
  abs: tf.abs,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  step: (x) => tf.step(x, 0.3),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.5)),
  elu: tf.elu,
  clipByValue: (x) => tf.clipByValue(x, -0.3, 0.6),
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
};

describeNative('elementwise kernels equal those of the cpu backend', () => {
  beforeAll(() => setThreads(1));
  afterAll(expectNoTensors);

  it.each(Object.entries(BINARY))('%s on 60 random pairs of shapes', (name, operation) => {
    for (let seed = 0; seed < 60; seed++) {
      const data = new RandomCase(seed);
      const [a, b] = broadcastShapes(data);
      const [left, right] = [
        data.floats(sizeOf(a)),
        data.floats(sizeOf(b)).map((v) => v + (v < 0 ? -0.5 : 0.5)),
      ];
      expectSame(() => operation(tf.tensor(left, a), tf.tensor(right, b)), `${name}, seed ${seed}`, 1e-6);
    }
  });

  it.each(Object.entries(UNARY))('%s on 15 random shapes', (name, operation) => {
    for (let seed = 0; seed < 15; seed++) {
      const data = new RandomCase(seed);
      const shape = [data.integer(1, 30), data.integer(1, 60)];
      const values = data.floats(sizeOf(shape)).map((v) => v * 8);
      expectSame(() => operation(tf.tensor(values, shape)), `${name}, seed ${seed}`, 1e-5);
    }
  });

  it('large tensors, on two threads', () => {
    const data = new RandomCase(9);
    const [x, bias] = [data.floats(64 * 64 * 33), data.floats(33)];
    setThreads(2);
    expectSame(() => tf.relu(tf.mul(tf.add(tf.tensor(x, [64, 64, 33]), tf.tensor1d(bias)), 2)), 'large');
    setThreads(1);
  });

  it('NaN and infinities come out as on the cpu backend', () => {
    const special = [NaN, Infinity, -Infinity, 0, -0, 1e-30, 3e38];
    for (const [name, operation] of Object.entries(BINARY))
      expectSame(
        () => operation(tf.tensor1d([...special, 1]), tf.tensor1d([...special].reverse().concat(NaN))),
        name,
      );
    for (const name of ['relu', 'relu6', 'step', 'clipByValue', 'abs'])
      expectSame(() => UNARY[name](tf.tensor1d(special)), name);
  });

  it('addN of 2 to 5 tensors', () => {
    for (let count = 2; count <= 5; count++) {
      const data = new RandomCase(count);
      const values = Array.from({ length: count }, () => data.floats(21));
      expectSame(() => tf.addN(values.map((v) => tf.tensor(v, [3, 7]))), `${count} tensors`, 1e-6);
    }
  });

  it('other types and empty tensors are left to the cpu backend', () => {
    expectSame(() => tf.add(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([4, 5, 6], 'int32')), 'int32');
    expectSame(() => tf.mul(tf.cast(tf.tensor1d([1, 2, 3], 'int32'), 'float32'), 0.5), 'cast to float32');
    expectSame(() => tf.add(tf.zeros([0, 3]), tf.zeros([1, 3])), 'empty');
  });
});
