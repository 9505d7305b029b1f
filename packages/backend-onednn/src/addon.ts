/** The native add-on's functions; `native/` says what each does. All arrays are checked there once more. */
export interface Addon {
  setThreads(count: number): void;
  setWinograd(on: number): void;
  allocate(bytes: number): ArrayBuffer;
  trimScratch(): void;
  info(): EngineInfo;
  profile(): EngineProfile;
  conv2d(
    shape: Int32Array,
    x: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    fused: number,
    packed: Float32Array | null,
  ): void;
  packedSize(shape: Int32Array, bias: number, fused: number): number;
  packFilter(
    shape: Int32Array,
    bias: number,
    fused: number,
    filter: Float32Array,
    packed: Float32Array,
  ): void;
  conv2dBackpropInput(shape: Int32Array, dy: Float32Array, filter: Float32Array, dx: Float32Array): void;
  conv2dBackpropFilter(shape: Int32Array, x: Float32Array, dy: Float32Array, dfilter: Float32Array): void;
  maxPool(shape: Int32Array, x: Float32Array, y: Float32Array): void;
  maxPoolGrad(shape: Int32Array, x: Float32Array, dy: Float32Array, dx: Float32Array): void;
  avgPool(shape: Int32Array, x: Float32Array, y: Float32Array): void;
  avgPoolGrad(shape: Int32Array, dy: Float32Array, dx: Float32Array): void;
  binary(op: number, layout: Int32Array, a: Float32Array, b: Float32Array, out: Float32Array): void;
  unary(op: number, x: Float32Array, y: Float32Array, low: number, high: number): void;
  reduce(op: number, x: Float32Array, y: Float32Array, outer: number, length: number, inner: number): void;
  softmax(x: Float32Array, y: Float32Array, rows: number, columns: number): void;
  copyRows(from: Float32Array, to: Float32Array, layout: Float64Array): void;
  matMul(
    shape: Int32Array,
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    transposeA: number,
    transposeB: number,
  ): void;
  batchNormTrain(
    shape: Int32Array,
    x: Float32Array,
    gamma: Float32Array,
    beta: Float32Array,
    y: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
    epsilon: number,
    relu: number,
  ): void;
  batchNormTrainGrad(
    shape: Int32Array,
    dy: Float32Array,
    x: Float32Array,
    channels: Float32Array[],
    dx: Float32Array,
    dgamma: Float32Array,
    dbeta: Float32Array,
    epsilon: number,
    relu: number,
  ): void;
  scaleShift(
    shape: Int32Array,
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    relu: number,
  ): void;
  adamStep(
    params: Float32Array[],
    grads: Float32Array[],
    ms: Float32Array[],
    vs: Float32Array[],
    learningRates: Float64Array,
    weightDecays: Float64Array,
    rule: Float64Array,
  ): void;
  sgdStep(
    params: Float32Array[],
    grads: Float32Array[],
    velocities: Float32Array[],
    learningRates: Float64Array,
    weightDecays: Float64Array,
    rule: Float64Array,
  ): void;
  emaStep(params: Float32Array[], averages: Float32Array[], decay: number): void;
  depthwise(
    shape: Int32Array,
    x: Float32Array,
    filter: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    low: number,
    high: number,
  ): void;
  depthwiseInput(shape: Int32Array, dy: Float32Array, filter: Float32Array, dx: Float32Array): void;
  depthwiseFilter(shape: Int32Array, x: Float32Array, dy: Float32Array, dfilter: Float32Array): void;
  lrn(shape: Int32Array, x: Float32Array, y: Float32Array, rule: Float64Array): void;
  lrnGrad(
    shape: Int32Array,
    x: Float32Array,
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    rule: Float64Array,
  ): void;
  resizeBilinear(shape: Int32Array, x: Float32Array, y: Float32Array): void;
  resizeGradient(shape: Int32Array, dy: Float32Array, dx: Float32Array): void;
  copyStrided(from: Float32Array, to: Float32Array, layout: Float64Array): void;
  fill(to: Float32Array, value: number): void;
  gatherRows(from: Float32Array, indices: Int32Array, to: Float32Array, shape: Int32Array): void;
  inceptionSize(module: Int32Array, units: Int32Array): number;
  inceptionTrain(
    module: Int32Array,
    units: Int32Array,
    epsilon: number,
    x: Float32Array,
    weights: Float32Array[],
    y: Float32Array,
    statistics: Float32Array[],
    saved: Float32Array,
  ): void;
  inceptionTrainGrad(
    module: Int32Array,
    units: Int32Array,
    epsilon: number,
    x: Float32Array,
    dy: Float32Array,
    weights: Float32Array[],
    statistics: Float32Array[],
    saved: Float32Array,
    dx: Float32Array,
    gradients: Float32Array[],
  ): void;
  inferenceSize(module: Int32Array, units: Int32Array): number;
  inferencePack(
    module: Int32Array,
    units: Int32Array,
    kernels: Float32Array[],
    biases: Float32Array[],
    packed: Float32Array,
  ): void;
  inference(
    module: Int32Array,
    units: Int32Array,
    x: Float32Array,
    packed: Float32Array,
    y: Float32Array,
  ): void;
}

/** What the native engine says of itself. */
export interface EngineInfo {
  oneDnnVersion: string;
  /** Of the engine's own loops: `base`, `avx2` or `avx512`; oneDNN picks its own. */
  instructionSet: string;
  threads: number;
  /** Native memory held, in use or kept for reuse. */
  allocatedBytes: number;
  /** Whether the processor multiplies bfloat16 numbers. */
  bf16: boolean;
  /**
   * Whether the threads spin while they wait for each other, as they do where the machine has processors to spare; on Linux, where
   * neither `GOMP_SPINCOUNT` nor `OMP_WAIT_POLICY` is set.
   */
  spins: boolean;
}

/** Milliseconds that native calls took, by what they did. */
export type EngineProfile = Record<
  | 'convolution'
  | 'weightReorder'
  | 'normalization'
  | 'pooling'
  | 'matrix'
  | 'pointwise'
  | 'optimizer'
  | 'copy',
  number
>;
