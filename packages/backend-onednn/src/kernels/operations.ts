/** TensorFlow.js names and the add-on's numbers of them (`Binary`, `Unary`, `Reduction` in native/kernels.h). */
export const BINARY = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
} as const;
export const UNARY = {
  Relu: 0,
  Relu6: 1,
  Exp: 2,
  Log: 3,
  Sqrt: 4,
  Rsqrt: 5,
  Square: 6,
  Neg: 7,
  Abs: 8,
  Sigmoid: 9,
  Tanh: 10,
  Step: 11,
  Reciprocal: 12,
  Elu: 13,
  ClipByValue: 14,
  LeakyRelu: 15,
} as const;
export const REDUCTION = { Sum: 0, Max: 1, Min: 2 } as const;
