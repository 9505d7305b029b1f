/**
 * What the kernels and their callers agree on: codes, flags, and the fields of the argument blocks. The one file that
 * `assembly/` (AssemblyScript) and `src/` (TypeScript) both import, so it holds nothing but enums, which both languages have.
 *
 * A block is an array of 32-bit numbers; a field's value is its index. `F` fields hold the bits of a float. Strides are in bytes.
 */

/** Element-wise operations of two operands. */
export enum Binary {
  Add,
  Sub,
  Multiply,
  RealDiv,
  Maximum,
  Minimum,
  SquaredDifference,
  Prelu,
}

/** Comparisons: a result is one byte, 0 or 1. */
export enum Comparison {
  Equal,
  NotEqual,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
}

/** Element-wise functions of one operand. */
export enum Unary {
  Clamp,
  Step,
  Sqrt,
  Rsqrt,
  Square,
  Neg,
  Abs,
  Reciprocal,
  LeakyRelu,
  Elu,
  Exp,
  Log,
  Sigmoid,
  Tanh,
  Floor,
  Ceil,
  Round,
}

/** What is done to a sum before it is stored. */
export enum Finish {
  None = 0,
  Accumulate = 1,
  Bias = 2,
  Relu = 4,
  Relu6 = 8,
}

/** The larger or the smaller of two. */
export enum Extreme {
  Max,
  Min,
}

/** `binary` and `compare`: four dimensions, the innermost stride 4 or 0. */
export enum BinaryBlock {
  a,
  b,
  out,
  code,
  size0,
  size1,
  size2,
  size3,
  a0,
  a1,
  a2,
  a3,
  b0,
  b1,
  b2,
  b3,
}

export enum UnaryBlock {
  x,
  out,
  count,
  code,
  lowF,
  highF,
}

/** `select`: condition is bytes, the others 4-byte elements. */
export enum SelectBlock {
  condition,
  t,
  e,
  out,
  count,
}

/** `move`: copies 4-byte elements between two arrays of six dimensions; units are those of the first three. */
export enum MoveBlock {
  from,
  to,
  size0,
  size1,
  size2,
  size3,
  size4,
  size5,
  from0,
  from1,
  from2,
  from3,
  from4,
  from5,
  to0,
  to1,
  to2,
  to3,
  to4,
  to5,
}

/** `gather`: rows of `bytes` out of blocks of `rows`; units are outer x count. */
export enum GatherBlock {
  x,
  indices,
  out,
  rows,
  count,
  bytes,
}

/** Depthwise convolutions; `low` and `high` are the activation's bounds. Units: lines of the output. */
export enum DepthwiseBlock {
  x,
  filter,
  bias,
  y,
  inHeight,
  inWidth,
  channels,
  outHeight,
  outWidth,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padTop,
  padLeft,
  lowF,
  highF,
  /** 1: the filter is read backwards. */
  rotated,
  batch,
}

/** Resizing by tables of source lines and columns. Units: lines of the output; of the gradient, images. */
export enum ResizeBlock {
  x,
  y,
  inHeight,
  inWidth,
  channels,
  outHeight,
  outWidth,
  /** Of every line, then of every column: first index, second index, weight of the second (a float). */
  table,
}

/** Local response normalisation over the last axis. Units: pixels. */
export enum NormalizationBlock {
  x,
  y,
  dy,
  out,
  channels,
  radius,
  biasF,
  alphaF,
  betaF,
  scratch,
  scratchBytes,
}

/** Softmax of rows. Units: rows. */
export enum SoftmaxBlock {
  x,
  out,
  columns,
}

/** Running sums of [outer, axis, inner]. Units: outer. */
export enum CumulativeBlock {
  x,
  out,
  axis,
  inner,
  exclusive,
  reverse,
}

/** The extreme of [outer, reduce, inner] over the middle. Units: outer x groups of 64. */
export enum ExtremeBlock {
  x,
  out,
  reduce,
  inner,
  groups,
  code,
}

/** Adds the taps of a transposed convolution's product. Units: lines of dx. */
export enum FoldBlock {
  columns,
  dx,
  inHeight,
  inWidth,
  channels,
  outHeight,
  outWidth,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padTop,
  padLeft,
  dxStride,
  accumulate,
  dilationHeight,
  dilationWidth,
}
