import type { CaseGenerators } from './kernel-case';
import type { NumericType, RandomCase } from './random-case';

const reduction = (random: RandomCase, dtype: NumericType, name = 'axis', zero = false) => {
  const shape = random.shape(random.integer(0, 6), zero);
  return {
    inputs: { x: random.special(shape, dtype) },
    attributes: { [name]: random.axes(shape.length), keepDims: random.chance(0.3) },
  };
};

/** The kernels reduce the last axis: TensorFlow.js' operation moves it there. */
const scan = (random: RandomCase) => {
  const shape = random.shape(random.integer(1, 5));
  return {
    inputs: { x: random.tensor(shape, random.chance(0.8) ? 'float32' : 'int32', -1.2, 1.2) },
    attributes: {
      axis: random.axis(shape.length),
      exclusive: random.chance(0.4),
      reverse: random.chance(0.4),
    },
    tolerance: 1e-3,
  };
};

const argument = (random: RandomCase) => {
  const shape = random.shape(random.integer(1, 6), false);
  return {
    inputs: { x: random.tensor(shape, random.chance(0.7) ? 'float32' : 'int32') },
    attributes: { axis: random.axis(shape.length) },
  };
};

const paddings = (random: RandomCase, shape: number[], most: (size: number) => number) =>
  shape.map((size): [number, number] => [random.integer(0, most(size)), random.integer(0, most(size))]);

/** Reductions, scans and everything that moves values without changing them. */
export const layoutCases: CaseGenerators = {
  Sum: (random) => reduction(random, random.dtype(), 'axis', true),
  Mean: (random) => reduction(random, 'float32'),
  Max: (random) => reduction(random, random.chance(0.7) ? 'float32' : 'int32', 'reductionIndices'),
  Min: (random) => reduction(random, random.chance(0.7) ? 'float32' : 'int32'),
  Prod: (random) => {
    const one = reduction(random, random.chance(0.7) ? 'float32' : 'int32');
    const values = one.inputs.x.values;
    for (let i = 0; i < values.length; i++) values[i] = random.pick([1, -1]);
    return one;
  },
  All: (random) => reduction(random, 'bool'),
  Any: (random) => reduction(random, 'bool'),
  ArgMax: argument,
  ArgMin: argument,
  Cumsum: scan,
  Cumprod: scan,
  Softmax: (random) => {
    const shape = random.shape(random.integer(1, 5), false);
    return { inputs: { logits: random.special(shape) }, attributes: { dim: shape.length - 1 } };
  },
  TopK: (random) => {
    const shape = random.shape(random.integer(1, 4), false);
    const x = random.tensor(shape, random.chance(0.8) ? 'float32' : 'int32');
    return {
      inputs: { x },
      attributes: { k: random.integer(0, shape[shape.length - 1]), sorted: true },
    };
  },
  Concat: (random) => {
    const shape = random.shape(random.integer(1, 6));
    const axis = random.axis(shape.length);
    const dtype = random.dtype();
    return {
      inputs: Array.from({ length: random.integer(1, 5) }, () =>
        random.tensor(shape.with(axis, random.integer(0, 5)), dtype),
      ),
      attributes: { axis },
    };
  },
  Pack: (random) => {
    const shape = random.shape(random.integer(0, 5));
    const dtype = random.dtype();
    return {
      inputs: Array.from({ length: random.integer(1, 4) }, () => random.tensor(shape, dtype)),
      attributes: { axis: random.integer(0, shape.length) },
    };
  },
  Unpack: (random) => {
    const shape = random.shape(random.integer(1, 6));
    return {
      inputs: { value: random.tensor(shape, random.dtype()) },
      attributes: { axis: random.axis(shape.length) },
    };
  },
  // Of a scalar the cpu engine gives a scalar without a value.
  Slice: (random) => {
    const shape = random.shape(random.integer(1, 6));
    const begin = shape.map((size) => random.integer(0, Math.max(0, size - 1)));
    const size = shape.map((length, d) => random.integer(length > 0 ? 1 : 0, length - begin[d]));
    return { inputs: { x: random.tensor(shape, random.dtype()) }, attributes: { begin, size } };
  },
  StridedSlice: (random) => {
    const shape = random.shape(random.integer(1, 5), false);
    const mask = () => (random.chance(0.3) ? random.integer(0, 2 ** shape.length - 1) : 0);
    const strides = shape.map(() => random.pick([1, 1, 2, 3, -1, -2]));
    const bounds = shape.map((size) =>
      [random.integer(0, size - 1), random.integer(0, size - 1)].sort((a, b) => a - b),
    );
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: {
        begin: bounds.map(([low, high], d) => (strides[d] > 0 ? low : high)),
        end: bounds.map(([low, high], d) => (strides[d] > 0 ? high + 1 : low - 1 - shape[d])),
        strides,
        beginMask: mask(),
        endMask: mask(),
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    };
  },
  SplitV: (random) => {
    const shape = random.shape(random.integer(1, 5));
    const axis = random.axis(shape.length);
    const sizes = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 4));
    const x = random.tensor(
      shape.with(
        axis,
        sizes.reduce((a, b) => a + b, 0),
      ),
      random.dtype(),
    );
    return { inputs: { x }, attributes: { numOrSizeSplits: sizes, axis } };
  },
  PadV2: (random) => {
    const shape = random.shape(random.integer(0, 5));
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: {
        paddings: paddings(random, shape, () => (random.chance(0.5) ? 2 : 0)),
        constantValue: random.pick([0, 1]),
      },
    };
  },
  MirrorPad: (random) => {
    const shape = random.shape(random.integer(1, 5), false);
    const mode = random.pick(['reflect', 'symmetric']);
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: {
        paddings: paddings(random, shape, (size) => Math.min(3, mode === 'reflect' ? size - 1 : size)),
        mode,
      },
    };
  },
  Tile: (random) => {
    const shape = random.shape(random.integer(1, 5));
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: { reps: shape.map(() => random.pick([1, 1, 2, 3])) },
    };
  },
  Transpose: (random) => {
    const shape = random.shape();
    const perm = shape.map((_, d) => d);
    for (let d = perm.length - 1; d > 0; d--) {
      const other = random.integer(0, d);
      [perm[d], perm[other]] = [perm[other], perm[d]];
    }
    return { inputs: { x: random.tensor(shape, random.dtype()) }, attributes: { perm } };
  },
  Reverse: (random) => {
    const shape = random.shape(random.integer(0, 6));
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: { dims: random.axes(shape.length) },
    };
  },
  Reshape: (random) => {
    const shape = random.shape();
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      inputs: { x: random.tensor(shape, random.dtype()) },
      attributes: { shape: random.pick([[size], shape.toReversed(), [1, ...shape]]) },
    };
  },
  ExpandDims: (random) => {
    const shape = random.shape(random.integer(0, 5));
    return {
      inputs: { input: random.tensor(shape, random.dtype()) },
      attributes: { dim: random.integer(0, shape.length) },
    };
  },
  GatherV2: (random) => {
    const shape = random.shape(random.integer(1, 5), false);
    const axis = random.axis(shape.length);
    const batchDims = random.chance(0.25) ? random.integer(0, axis) : 0;
    const indices = [
      ...shape.slice(0, batchDims),
      ...random.shape(random.integer(batchDims > 0 ? 1 : 0, 2)).map((s) => Math.min(s, 9)),
    ];
    return {
      inputs: {
        x: random.tensor(shape, random.dtype()),
        indices: random.tensor(indices, 'int32', 0, shape[axis] - 1),
      },
      attributes: { axis, batchDims },
    };
  },
  GatherNd: (random) => {
    const shape = random.shape(random.integer(1, 5), false);
    const depth = random.integer(1, shape.length);
    const count = random.integer(1, 6);
    const indices = random.tensor([count, depth], 'int32', 0, 0);
    for (let i = 0; i < indices.values.length; i++)
      indices.values[i] = random.integer(0, shape[i % depth] - 1);
    return { inputs: { params: random.tensor(shape, random.dtype()), indices } };
  },
  ScatterNd: (random) => {
    const shape = random.shape(random.integer(1, 4), false);
    const depth = random.integer(1, shape.length);
    const count = random.integer(1, 6);
    const indices = random.tensor([count, depth], 'int32', 0, 0);
    for (let i = 0; i < indices.values.length; i++)
      indices.values[i] = random.integer(0, shape[i % depth] - 1);
    return {
      inputs: {
        indices,
        updates: random.tensor([count, ...shape.slice(depth)], random.pick(['float32', 'int32'])),
      },
      attributes: { shape },
    };
  },
  TensorScatterUpdate: (random) => {
    const shape = random.shape(random.integer(1, 4), false);
    const indices = random.tensor([1, 1], 'int32', 0, shape[0] - 1);
    return {
      inputs: { tensor: random.tensor(shape), indices, updates: random.tensor([1, ...shape.slice(1)]) },
    };
  },
  OneHot: (random) => ({
    inputs: { indices: random.tensor(random.shape(random.integer(0, 4)), 'int32', -1, 5) },
    attributes: {
      depth: random.integer(1, 7),
      onValue: 1,
      offValue: 0,
      dtype: random.pick(['float32', 'int32']),
    },
  }),
  Fill: (random) => ({
    inputs: {},
    attributes: { shape: random.shape(), value: random.integer(0, 1), dtype: random.dtype() },
  }),
  Range: (random) => ({
    inputs: {},
    attributes: {
      start: random.integer(-5, 5),
      stop: random.integer(-5, 5),
      step: random.pick([1, 2, -1]),
      dtype: random.pick(['float32', 'int32']),
    },
  }),
  LinSpace: (random) => ({
    inputs: {},
    attributes: { start: random.number(-5, 5), stop: random.number(-5, 5), num: random.integer(1, 20) },
  }),
  Diag: (random) => ({
    inputs: { x: random.tensor(random.shape(random.integer(1, 3)).map((s) => Math.min(s, 6))) },
  }),
  BroadcastArgs: (random) => {
    const [a, b] = random.broadcastShapes();
    const vector = (shape: number[]) => ({
      shape: [shape.length],
      dtype: 'int32' as const,
      values: Int32Array.from(shape),
    });
    return { inputs: { s0: vector(a), s1: vector(b) } };
  },
  UnsortedSegmentSum: (random) => {
    const shape = random.shape(random.integer(1, 4), false);
    const numSegments = random.integer(1, 5);
    return {
      inputs: {
        x: random.tensor(shape),
        segmentIds: random.tensor([shape[0]], 'int32', 0, numSegments - 1),
      },
      attributes: { numSegments },
    };
  },
  Unique: (random) => {
    const shape = random.shape(random.integer(1, 3), false);
    return {
      inputs: { x: random.tensor(shape, 'int32', 0, 3) },
      attributes: { axis: random.axis(shape.length) },
    };
  },
  Bincount: (random) => ({
    inputs: { x: random.tensor([random.size()], 'int32', 0, 9), weights: random.tensor([0]) },
    attributes: { size: random.integer(1, 12) },
  }),
  // The cpu engine counts where it should mark, in a vector.
  DenseBincount: (random) => {
    const shape = random.shape(random.integer(1, 2));
    return {
      inputs: { x: random.tensor(shape, 'int32', 0, 9), weights: random.tensor([0]) },
      attributes: { size: random.integer(1, 12), binaryOutput: shape.length === 2 && random.chance(0.5) },
    };
  },
  SearchSorted: (random) => {
    const sorted = random.tensor([random.integer(1, 3), random.integer(1, 9)]);
    for (let row = 0; row < sorted.shape[0]; row++)
      sorted.values.subarray(row * sorted.shape[1], (row + 1) * sorted.shape[1]).sort();
    return {
      inputs: { sortedSequence: sorted, values: random.tensor([sorted.shape[0], random.integer(1, 9)]) },
      attributes: { side: random.pick(['left', 'right']) },
    };
  },
  SparseToDense: (random) => {
    const shape = random.shape(random.integer(1, 3), false);
    const indices = random.tensor([1, shape.length], 'int32', 0, 0);
    return {
      inputs: { sparseIndices: indices, sparseValues: random.tensor([1]), defaultValue: random.tensor([]) },
      attributes: { outputShape: shape },
    };
  },
  Multinomial: (random) => ({
    inputs: { logits: random.tensor([random.integer(1, 3), random.integer(2, 6)]) },
    attributes: { numSamples: random.integer(1, 9), seed: random.integer(1, 1000), normalized: false },
  }),
  Einsum: (random) => {
    const [i, j, k] = [random.integer(1, 9), random.integer(1, 9), random.integer(1, 9)];
    return {
      inputs: [random.tensor([i, j]), random.tensor([j, k])],
      attributes: { equation: random.pick(['ij,jk->ik', 'ij,jk->ki', 'ij,jk->i']) },
    };
  },
};
