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

/** How the left matrix of a product is read: its rows, its columns, or as an image's receptive fields, tap by tap. */
export enum LeftMode {
  Rows,
  Columns,
  ReceptiveFields,
}

export enum PoolKind {
  Max,
  Average,
}

/**
 * `packRight`: the right matrix of a product into panels of 8 columns, its rows in `groups` of `k` (filter taps),
 * `groupBytes` apart. Units: panels.
 */
export enum PackBlock {
  b,
  ldb,
  k,
  n,
  out,
  transposed,
  groups,
  groupBytes,
}

/**
 * `gemm`: C[m, n] = A[m, k] B[k, n]. `mode` is a `LeftMode`, `flags` are of `Finish`; `bStride` is 32 for packed panels,
 * else the row stride of b itself; from inHeight on the geometry of a convolution, for receptive fields. Units: row blocks
 * x column groups.
 */
export enum GemmBlock {
  mode,
  a,
  lda,
  b,
  bStride,
  c,
  ldc,
  m,
  n,
  k,
  rowsPerBlock,
  columnGroups,
  kBlock,
  bias,
  flags,
  scratch,
  scratchBytes,
  panelBytes,
  inHeight,
  inWidth,
  channels,
  outHeight,
  outWidth,
  filterWidth,
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padTop,
  padLeft,
  zeros,
}

/**
 * `filterGradient`: dw[shares, taps, channels, filters] of a convolution, dense: each share of the pixels has a sum of its own.
 * Units: shares x column groups x row tiles.
 */
export enum FilterGradientBlock {
  x,
  ldx,
  dy,
  lddy,
  dw,
  pixels,
  filters,
  shares,
  columnGroups,
  pixelBlock,
  scratch,
  scratchBytes,
  taps,
  inHeight,
  inWidth,
  channels,
  outHeight,
  outWidth,
  filterWidth,
  strideHeight,
  strideWidth,
  dilationHeight,
  dilationWidth,
  padTop,
  padLeft,
  zeros,
}

/** `winogradFilter`: `size` taps a side, `rows` input channels, `columns` output channels. Units: panels x rows. */
export enum WinogradFilterBlock {
  filter,
  size,
  rows,
  columns,
  transposed,
  u,
  scratch,
  scratchBytes,
}

/**
 * `winogradConvolve`, and `winogradFilterSums`, whose y is dy and whose u is the partial sums. Units: blocks of tiles; of
 * the sums, shares of the tiles.
 */
export enum WinogradBlock {
  x,
  ldx,
  inHeight,
  inWidth,
  inChannels,
  outHeight,
  outWidth,
  outChannels,
  padTop,
  padLeft,
  size,
  tilesHigh,
  tilesWide,
  tiles,
  block,
  zeros,
  scratch,
  scratchBytes,
  u,
  y,
  ldy,
  bias,
  flags,
  partials,
}

/** `winogradFilterGradient`: the sums of `winogradFilterSums` to dW. Units: input channels. */
export enum WinogradFilterGradientBlock {
  partial,
  partials,
  size,
  channels,
  filters,
  dw,
  scratch,
  scratchBytes,
}

/** `batchNormSums`: partial [chunks, 2, channels]; shift [channels], near the mean (the first row is). Units: chunks. */
export enum BatchNormSumsBlock {
  x,
  ldx,
  rows,
  channels,
  partial,
  rowsPerChunk,
  shift,
}

/** `batchNormMoments`: mean and variance. Units: channels. */
export enum BatchNormMomentsBlock {
  partial,
  chunks,
  channels,
  rows,
  shift,
  mean,
  variance,
}

/** `batchNormFactors`: the scale and offset that normalise. Units: channels. */
export enum BatchNormFactorsBlock {
  mean,
  variance,
  gamma,
  beta,
  scale,
  offset,
  epsilonF,
}

/** `scaleRows`. Units: rows. */
export enum ScaleRowsBlock {
  x,
  ldx,
  y,
  ldy,
  channels,
  scale,
  offset,
  relu,
}

/**
 * `batchNormGradientSums`: partial [chunks, 2, channels]; scale and offset tell where the ReLU let the value through.
 * Units: chunks.
 */
export enum BatchNormGradientSumsBlock {
  x,
  ldx,
  rows,
  channels,
  partial,
  rowsPerChunk,
  mean,
  scale,
  offset,
  relu,
  dy,
  lddy,
}

/** `batchNormGradientMoments`: dgamma, dbeta, and the coefficients of dx. Units: channels. */
export enum BatchNormGradientMomentsBlock {
  partial,
  chunks,
  channels,
  rows,
  mean,
  variance,
  gamma,
  dgamma,
  dbeta,
  a,
  b,
  epsilonF,
  c,
}

/** `batchNormGradientRows`: dx = g a + x b + c. Units: rows. */
export enum BatchNormGradientRowsBlock {
  x,
  ldx,
  dy,
  lddy,
  scale,
  offset,
  relu,
  dx,
  lddx,
  channels,
  a,
  b,
  c,
}

/**
 * `pool` and its gradients, whose `y` is dy; `kind` is a `PoolKind`. With scratch, the windows of `maxPoolGradient` are each pixel's 3x3
 * neighbours. Units: images x groups of channels.
 */
export enum PoolBlock {
  x,
  y,
  channels,
  inHeight,
  inWidth,
  outHeight,
  outWidth,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padTop,
  padLeft,
  kind,
  groups,
  dx,
  scratch,
  scratchBytes,
}

/** What `maxPoolGradient` takes as scratch where the windows are each pixel's neighbours: lines of pixels, with one more at each end. */
export enum NeighbourScratch {
  Lines = 12,
}

/**
 * `adam`: `rest` is 1 - beta, `rate` has the bias corrections in it, `decay` is added to the gradient, `keep` is what
 * decoupled decay leaves. Units: blocks of 1024.
 */
export enum AdamBlock {
  param,
  gradient,
  m,
  v,
  count,
  beta1F,
  rest1F,
  beta2F,
  rest2F,
  rateF,
  epsilonF,
  decayF,
  keepF,
}

/** `descend`: velocity is 0 without momentum; `decay` is added to the gradient. Units: blocks of 1024. */
export enum DescendBlock {
  param,
  gradient,
  velocity,
  count,
  momentumF,
  rateF,
  decayF,
  nesterov,
}

/** `average`: `rest` is 1 - decay. Units: blocks of 1024. */
export enum AverageBlock {
  param,
  average,
  count,
  decayF,
  restF,
}

/** `sumMiddle` of [outer, reduce, inner], and `sumRows`, whose inner is 1. Units: outer x groups of 64; of rows, outer. */
export enum SumBlock {
  x,
  out,
  reduce,
  inner,
  groups,
  scaleF,
}

/** `copyRows`: rows of `bytes`. Units: rows. */
export enum CopyRowsBlock {
  from,
  fromStride,
  to,
  toStride,
  bytes,
}
