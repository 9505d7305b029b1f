import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, pick, seeded, values, type Case, type Random } from '../testing/compare';

const BINARY = ['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference'];
const UNARY = ['Relu', 'Relu6', 'Step', 'Sqrt', 'Rsqrt', 'Square', 'Neg', 'Abs', 'ClipByValue', 'Reciprocal'];

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
  return { name: pick(random, BINARY), inputs: { a: numbers(random, a), b: numbers(random, b) }, attrs: {} };
}

function unaryCase(random: Random): Case {
  const name = pick(random, UNARY);
  const attrs =
    name === 'Step'
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
  it('equal the cpu backend’s over random shapes and broadcasts, with infinities and NaN', async () => {
    const random = seeded(21);
    const cases = Array.from({ length: 200 }, () => [
      binaryCase(random),
      binaryCase(random),
      unaryCase(random),
      addNCase(random),
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
