import type { CaseGenerators } from './kernel-case';
import type { NumericType, RandomCase } from './random-case';

/** Elementwise kernels and the values that they are defined for. */
const UNARY: Record<string, [low: number, high: number]> = {
  Abs: [-3, 3],
  Acos: [-1, 1],
  Acosh: [1, 5],
  Asin: [-1, 1],
  Asinh: [-4, 4],
  Atan: [-4, 4],
  Atanh: [-0.95, 0.95],
  Ceil: [-3, 3],
  Cos: [-6, 6],
  Cosh: [-3, 3],
  Elu: [-3, 3],
  Erf: [-3, 3],
  Exp: [-8, 5],
  Expm1: [-3, 3],
  Floor: [-3, 3],
  IsFinite: [-3, 3],
  IsInf: [-3, 3],
  IsNan: [-3, 3],
  Log: [0.01, 9],
  Log1p: [-0.9, 9],
  Neg: [-3, 3],
  Reciprocal: [0.1, 3],
  Relu: [-3, 3],
  Relu6: [-9, 9],
  Round: [-3, 3],
  Rsqrt: [0.05, 9],
  Selu: [-3, 3],
  Sigmoid: [-30, 30],
  Sign: [-3, 3],
  Sin: [-6, 6],
  Sinh: [-3, 3],
  Softplus: [-30, 30],
  Sqrt: [0, 9],
  Square: [-3, 3],
  Tan: [-1.4, 1.4],
  Tanh: [-12, 12],
};
/** Those that the cpu engine computes for integers as TensorFlow.js' operations use them. */
const UNARY_OF_INTEGERS = new Set([
  'Abs',
  'Neg',
  'Square',
  'Relu',
  'Relu6',
  'Sign',
  'IsNan',
  'IsInf',
  'IsFinite',
]);

const ARITHMETIC = ['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'SquaredDifference'];
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];

const numberType = (random: RandomCase): NumericType => (random.chance(0.7) ? 'float32' : 'int32');

function binary(random: RandomCase, dtype: NumericType, low = -3, high = 3) {
  const [a, b] = random.broadcastShapes();
  return { inputs: { a: random.special(a, dtype, low, high), b: random.special(b, dtype, low, high) } };
}

const cases: CaseGenerators = {
  RealDiv: (random) => binary(random, 'float32', 0.2, 4),
  FloorDiv: (random) => binary(random, numberType(random), 1, 9),
  Mod: (random) => binary(random, numberType(random), 1, 9),
  Pow: (random) => binary(random, numberType(random), 0.2, 3),
  Atan2: (random) => binary(random, 'float32'),
  BitwiseAnd: (random) => binary(random, 'int32', 0, 100),
  LogicalAnd: (random) => binary(random, 'bool'),
  LogicalOr: (random) => binary(random, 'bool'),
  LogicalNot: (random) => ({ inputs: { x: random.tensor(random.shape(), 'bool') } }),
  Prelu: (random) => {
    const x = random.shape();
    const alpha = x
      .map((size) => (size > 0 && random.chance(0.5) ? 1 : size))
      .slice(random.integer(0, x.length));
    return { inputs: { x: random.special(x), alpha: random.tensor(alpha, 'float32', 0, 1) } };
  },
  EluGrad: (random) => {
    const shape = random.shape();
    return { inputs: { dy: random.tensor(shape), y: random.tensor(shape, 'float32', -1, 3) } };
  },
  AddN: (random) => {
    const shape = random.shape();
    const dtype = numberType(random);
    return { inputs: Array.from({ length: random.integer(1, 4) }, () => random.tensor(shape, dtype)) };
  },
  ClipByValue: (random) => {
    const clipValueMin = random.number(-2, 1);
    return {
      inputs: { x: random.special(random.shape()) },
      attributes: { clipValueMin, clipValueMax: clipValueMin + random.number(0, 2) },
    };
  },
  LeakyRelu: (random) => ({
    inputs: { x: random.special(random.shape()) },
    attributes: { alpha: random.pick([0, 0.2, 1, 1.5]) },
  }),
  Step: (random) => ({
    inputs: { x: random.special(random.shape()) },
    attributes: { alpha: random.pick([0, 0.3, -1]) },
  }),
  Select: (random) => {
    const shape = random.shape();
    const dtype = random.dtype();
    const condition = random.chance(0.2) && shape.length > 0 ? shape.slice(0, 1) : shape;
    return {
      inputs: {
        condition: random.tensor(condition, 'bool'),
        t: random.special(shape, dtype),
        e: random.special(shape, dtype),
      },
    };
  },
  Cast: (random) => ({
    inputs: { x: random.special(random.shape(), random.dtype()) },
    attributes: { dtype: random.pick(['float32', 'int32', 'bool']) },
  }),
  Identity: (random) => ({ inputs: { x: random.special(random.shape(), random.dtype()) } }),
  OnesLike: (random) => ({ inputs: { x: random.tensor(random.shape(), random.dtype()) } }),
  ZerosLike: (random) => ({ inputs: { x: random.tensor(random.shape(), random.dtype()) } }),
  Complex: (random) => {
    const shape = random.shape();
    return { inputs: { real: random.tensor(shape), imag: random.tensor(shape) } };
  },
};

for (const [name, [low, high]] of Object.entries(UNARY))
  cases[name] = (random) => {
    const integers = UNARY_OF_INTEGERS.has(name) && random.chance(0.2);
    return { inputs: { x: random.special(random.shape(), integers ? 'int32' : 'float32', low, high) } };
  };
for (const name of ARITHMETIC) cases[name] = (random) => binary(random, numberType(random));
for (const name of COMPARISONS) cases[name] = (random) => binary(random, random.dtype());

/** Elementwise kernels of one, two and more tensors. */
export const pointwiseCases = cases;
