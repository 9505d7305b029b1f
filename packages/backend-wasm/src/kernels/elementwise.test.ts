import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import {
  compareWithCpu,
  integer,
  pick,
  runKernel,
  seeded,
  values,
  type Case,
  type Inputs,
  type Random,
} from '../testing/compare';
import { useWasm } from '../use-wasm';

const BINARY = ['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference'];
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];
const UNARY = [
  ...['Relu', 'Relu6', 'Step', 'Sqrt', 'Rsqrt', 'Square', 'Neg', 'Abs', 'ClipByValue', 'Reciprocal'],
  ...['LeakyRelu', 'Elu', 'Exp', 'Log', 'Sigmoid', 'Tanh', 'Floor', 'Ceil', 'Round'],
];

const shapeOf = (random: Random, most = 7) =>
  Array.from({ length: integer(random, 0, 5) }, () => integer(random, 1, most));

/** Some numbers are special: zero, infinities, NaN. */
function numbers(random: Random, shape: number[]) {
  const data = values(random, shape).map((value) =>
    random() < 0.05 ? pick(random, [0, -0, Infinity, -Infinity, NaN]) : 8 * value,
  );
  return { data, shape };
}

function binaryCase(random: Random): Case {
  const shape = shapeOf(random);
  const broadcast = () => {
    const some = shape.map((dimension) => (random() < 0.25 ? 1 : dimension));
    return random() < 0.3 ? some.slice(integer(random, 0, some.length)) : some;
  };
  const [a, b] = random() < 0.5 ? [shape, broadcast()] : [broadcast(), shape];
  const name = pick(random, [...BINARY, ...COMPARISONS, 'Prelu']);
  const [first, second] = name === 'Prelu' ? ['x', 'alpha'] : ['a', 'b'];
  return { name, inputs: { [first]: numbers(random, a), [second]: numbers(random, b) }, attrs: {} };
}

function selectCase(random: Random): Case {
  const shape = shapeOf(random);
  const data = Uint8Array.from(values(random, shape), (value) => (value > 0 ? 1 : 0));
  const integers = () => ({ data: Int32Array.from(values(random, shape), (v) => 99 * v), shape });
  const branch = random() < 0.5 ? () => numbers(random, shape) : integers;
  return {
    name: 'Select',
    inputs: { condition: { data, shape, dtype: 'bool' }, t: branch(), e: branch() },
    attrs: {},
  };
}

function castCase(random: Random): Case {
  const shape = shapeOf(random);
  const floats = values(random, shape).map((value) => Math.round(4 * value) / 2);
  const dtype = pick(random, ['float32', 'int32', 'bool']);
  const x = pick<Inputs[string]>(random, [
    { data: floats, shape },
    { data: Int32Array.from(floats), shape },
    { data: Uint8Array.from(floats, (value) => (value > 0 ? 1 : 0)), shape, dtype: 'bool' },
  ]);
  return { name: 'Cast', inputs: { x }, attrs: { dtype } };
}

function unaryCase(random: Random): Case {
  const name = pick(random, UNARY);
  const attrs =
    name === 'Step' || name === 'LeakyRelu'
      ? { alpha: random() }
      : name === 'ClipByValue'
        ? { clipValueMin: -1, clipValueMax: 2 }
        : {};
  return { name, inputs: { x: numbers(random, shapeOf(random)) }, attrs };
}

function addNCase(random: Random): Case {
  const shape = shapeOf(random, 5);
  return {
    name: 'AddN',
    inputs: Array.from({ length: integer(random, 2, 4) }, () => numbers(random, shape)),
    attrs: {},
  };
}

describe('element-wise kernels', () => {
  it('the exponential functions keep six digits over their whole range', async () => {
    const steps = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) / 18);
    const close = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) * 1e-4);
    const names = ['Exp', 'Sigmoid', 'Tanh', 'Elu'];
    await tf.setBackend('cpu');
    for (const [x, name] of [steps, close].flatMap((data) => names.map((one) => [data, one] as const))) {
      const run = () => runKernel({ name, inputs: { x: { data: x, shape: [x.length] } }, attrs: {} })[0].data;
      await tf.setBackend('cpu');
      const expected = run();
      await useWasm({ threads: 1 });
      const worst = run().reduce((most, value, i) => {
        const error = Math.abs(value - expected[i]) / Math.max(1e-30, Math.abs(expected[i]));
        return value === expected[i] ? most : Math.max(most, error);
      }, 0);
      expect([name, worst < 1e-6]).toEqual([name, true]);
    }
  });

  it('equal the cpu backend’s over random shapes and broadcasts, with infinities and NaN', async () => {
    const random = seeded(21);
    const cases = Array.from({ length: 200 }, () => [
      binaryCase(random),
      binaryCase(random),
      unaryCase(random),
      addNCase(random),
      selectCase(random),
      castCase(random),
    ]).flat();
    expect(await compareWithCpu(cases, 1e-6)).toEqual([]);
  });

  it('equal the cpu backend’s on tensors that are shared between threads', async () => {
    const random = seeded(22);
    const x = { data: values(random, [6, 50, 128]), shape: [6, 50, 128] };
    const row = { data: values(random, [128]), shape: [128] };
    const images = { data: values(random, [6, 1, 128]), shape: [6, 1, 128] };
    const cases: Case[] = [x, row, images].flatMap((b) =>
      BINARY.map((name) => ({ name, inputs: { a: x, b }, attrs: {} })),
    );
    const unary: Case[] = UNARY.map((name) => ({
      name,
      inputs: { x },
      attrs: { alpha: 0, clipValueMin: 0, clipValueMax: 1 },
    }));
    expect(await compareWithCpu([...cases, ...unary], 1e-6)).toEqual([]);
  });
});
