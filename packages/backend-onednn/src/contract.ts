/**
 * What the add-on and its callers agree on: the numbers of operations, and the fields of shapes and rules in their order.
 * native/ has the same, which contract.test.ts compares.
 */

/** `Binary` of native/kernels.h, and the kernel that each is. */
export const BINARY_OPERATIONS = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Multiply',
  divide: 'RealDiv',
  maximum: 'Maximum',
  minimum: 'Minimum',
  squaredDifference: 'SquaredDifference',
  prelu: 'Prelu',
  eluGradient: 'EluGrad',
} as const;

/** `Unary` of native/kernels.h. */
export const UNARY_OPERATIONS = {
  relu: 'Relu',
  relu6: 'Relu6',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  square: 'Square',
  negate: 'Neg',
  absolute: 'Abs',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  step: 'Step',
  reciprocal: 'Reciprocal',
  elu: 'Elu',
  clip: 'ClipByValue',
  leakyRelu: 'LeakyRelu',
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Round',
  sign: 'Sign',
  selu: 'Selu',
  softplus: 'Softplus',
  log1p: 'Log1p',
  expm1: 'Expm1',
  sin: 'Sin',
  cos: 'Cos',
  erf: 'Erf',
} as const;

/** `Reduction` of native/kernels.h. */
export const REDUCTION_OPERATIONS = { sum: 'Sum', maximum: 'Max', minimum: 'Min' } as const;

/** The number of each kernel's operation. */
function codesOf<Kernel extends string>(
  operations: Readonly<Record<string, Kernel>>,
): Record<Kernel, number> {
  return Object.fromEntries(Object.values(operations).map((kernel, code) => [kernel, code])) as Record<
    Kernel,
    number
  >;
}

export const binaryCodes = codesOf(BINARY_OPERATIONS);
export const unaryCodes = codesOf(UNARY_OPERATIONS);
export const reductionCodes = codesOf(REDUCTION_OPERATIONS);

/** The integers of each structure of native/. */
export const SHAPES = {
  ConvolutionShape: [
    'batch',
    'height',
    'width',
    'inputs',
    'kernelHeight',
    'kernelWidth',
    'outputs',
    'strideHeight',
    'strideWidth',
    'dilationHeight',
    'dilationWidth',
    'padTop',
    'padLeft',
    'outHeight',
    'outWidth',
  ],
  DepthwiseShape: [
    'images',
    'height',
    'width',
    'channels',
    'kernelHeight',
    'kernelWidth',
    'strideHeight',
    'strideWidth',
    'dilationHeight',
    'dilationWidth',
    'padTop',
    'padLeft',
    'outHeight',
    'outWidth',
  ],
  PoolShape: [
    'images',
    'height',
    'width',
    'channels',
    'windowHeight',
    'windowWidth',
    'strideHeight',
    'strideWidth',
    'padTop',
    'padLeft',
    'outHeight',
    'outWidth',
  ],
  ResizeShape: [
    'images',
    'height',
    'width',
    'channels',
    'outHeight',
    'outWidth',
    'alignCorners',
    'halfPixelCenters',
    'nearest',
  ],
  Extent: ['positions', 'channels'],
  MatrixShape: ['batchA', 'batchB', 'm', 'k', 'n'],
  GatherShape: ['outer', 'axis', 'inner'],
  ModuleShape: ['batch', 'height', 'width', 'inputs', 'outputs', 'pooledChannel', 'relu', 'bf16'],
  UnitShape: ['kernel', 'inputs', 'outputs', 'source', 'outputChannel'],
} as const;

/** The numbers of each structure of native/. */
export const RULES = {
  LrnNumbers: ['radius', 'bias', 'alpha', 'beta'],
  AdamNumbers: ['beta1', 'beta2', 'epsilon', 'step', 'decoupled'],
  SgdNumbers: ['momentum', 'nesterov'],
  RowsLayout: ['rows', 'length', 'fromOffset', 'fromStride', 'toOffset', 'toStride'],
} as const;

/** `kFromInput`, `kFromPool` and `kNowhere` of native/inception.h. */
export const FROM_INPUT = -1;
export const FROM_POOL = -2;
export const NOWHERE = -1;

type Fields<Names extends readonly string[]> = Readonly<Record<Names[number], number>>;

/** A structure's integers as the add-on reads them. */
export function shapeOf<Name extends keyof typeof SHAPES>(
  name: Name,
  values: Fields<(typeof SHAPES)[Name]>,
): Int32Array {
  const names: readonly string[] = SHAPES[name];
  return fill(new Int32Array(names.length), names, values);
}

/** Several structures' integers, one behind the other. */
export function shapesOf<Name extends keyof typeof SHAPES>(
  name: Name,
  all: readonly Fields<(typeof SHAPES)[Name]>[],
): Int32Array {
  const names: readonly string[] = SHAPES[name];
  const integers = new Int32Array(all.length * names.length);
  all.forEach((values, i) => fill(integers, names, values, i * names.length));
  return integers;
}

/** A structure's numbers as the add-on reads them. */
export function ruleOf<Name extends keyof typeof RULES>(
  name: Name,
  values: Fields<(typeof RULES)[Name]>,
): Float64Array {
  const names: readonly string[] = RULES[name];
  return fill(new Float64Array(names.length), names, values);
}

/** Writes the values in the order of their names, from `at` on. */
function fill<Numbers extends Int32Array | Float64Array>(
  target: Numbers,
  names: readonly string[],
  values: Readonly<Record<string, number>>,
  at = 0,
): Numbers {
  for (let i = 0; i < names.length; i++) target[at + i] = values[names[i]];
  return target;
}
