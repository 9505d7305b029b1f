import { FROM_INPUT, FROM_POOL, NOWHERE, shapeOf, shapesOf } from './contract';
import { loadAddon } from './node/load-addon';
import { describeNative, RandomCase } from './testing/compare';

const floats = (length: number) => new Float32Array(length);
const { addon } = loadAddon();

/** A small module: its shape and its units. */
const MODULE: [Int32Array, Int32Array] = [
  shapeOf('ModuleShape', {
    batch: 1,
    height: 4,
    width: 4,
    inputs: 2,
    outputs: 7,
    pooledChannel: NOWHERE,
    relu: 1,
    bf16: 0,
  }),
  shapesOf('UnitShape', [
    { kernel: 1, inputs: 2, outputs: 3, source: FROM_INPUT, outputChannel: 0 },
    { kernel: 1, inputs: 2, outputs: 1, source: FROM_INPUT, outputChannel: NOWHERE },
    { kernel: 5, inputs: 1, outputs: 2, source: 1, outputChannel: 3 },
    { kernel: 1, inputs: 2, outputs: 2, source: FROM_POOL, outputChannel: 5 },
  ]),
];
/** 0 where the processor's level has no kernel for it. */
const packedLength = addon?.inferenceSize(...MODULE) ?? 0;

/** A valid call of every function that takes tensors. */
const CALLS: Record<string, unknown[]> = {
  conv2d: [
    Int32Array.of(1, 4, 4, 2, 3, 3, 5, 1, 1, 1, 1, 1, 1, 4, 4),
    floats(32),
    floats(90),
    floats(5),
    floats(80),
    1,
    null,
  ],
  conv2dBackpropInput: [
    Int32Array.of(1, 4, 4, 2, 3, 3, 5, 1, 1, 1, 1, 1, 1, 4, 4),
    floats(80),
    floats(90),
    floats(32),
  ],
  conv2dBackpropFilter: [
    Int32Array.of(1, 4, 4, 2, 3, 3, 5, 1, 1, 1, 1, 1, 1, 4, 4),
    floats(32),
    floats(80),
    floats(90),
  ],
  maxPool: [Int32Array.of(1, 4, 4, 2, 2, 2, 2, 2, 0, 0, 2, 2), floats(32), floats(8)],
  maxPoolGrad: [Int32Array.of(1, 4, 4, 2, 2, 2, 2, 2, 0, 0, 2, 2), floats(32), floats(8), floats(32)],
  avgPool: [Int32Array.of(1, 4, 4, 2, 2, 2, 2, 2, 0, 0, 2, 2), floats(32), floats(8)],
  avgPoolGrad: [Int32Array.of(1, 4, 4, 2, 2, 2, 2, 2, 0, 0, 2, 2), floats(8), floats(32)],
  binary: [0, Int32Array.of(3, 4, 4, 1, 0, 1), floats(12), floats(4), floats(12)],
  unary: [0, floats(7), floats(7), 0, 0],
  reduce: [0, floats(24), floats(6), 2, 4, 3],
  softmax: [floats(12), floats(12), 3, 4],
  copyRows: [floats(12), floats(8), Float64Array.of(2, 4, 1, 5, 0, 4)],
  matMul: [Int32Array.of(1, 2, 3, 4, 5), floats(12), floats(40), floats(30), 0, 1],
  batchNormTrain: [
    Int32Array.of(6, 4),
    floats(24),
    floats(4),
    floats(4),
    floats(24),
    floats(4),
    floats(4),
    1e-3,
    1,
  ],
  batchNormTrainGrad: [
    Int32Array.of(6, 4),
    floats(24),
    floats(24),
    [4, 4, 4, 4].map(floats),
    floats(24),
    floats(4),
    floats(4),
    1e-3,
    1,
  ],
  scaleShift: [Int32Array.of(6, 4), floats(24), floats(4), floats(4), floats(24), 0],
  adamStep: [
    [floats(5)],
    [floats(5)],
    [floats(5)],
    [floats(5)],
    Float64Array.of(0.1),
    Float64Array.of(0),
    Float64Array.of(0.9, 0.99, 1e-7, 1, 0),
  ],
  sgdStep: [
    [floats(5)],
    [floats(5)],
    [floats(5)],
    Float64Array.of(0.1),
    Float64Array.of(0),
    Float64Array.of(0.9, 1),
  ],
  emaStep: [[floats(5)], [floats(5)], 0.99],
  inceptionSize: MODULE,
  inferenceSize: MODULE,
  ...(packedLength > 0 && {
    inferencePack: [...MODULE, [6, 2, 50, 4].map(floats), [3, 1, 2, 2].map(floats), floats(packedLength)],
    inference: [...MODULE, floats(32), floats(packedLength), floats(112)],
  }),
};

const call = (name: string, parameters: unknown[]) =>
  (addon as unknown as Record<string, (...all: unknown[]) => unknown>)[name](...parameters);

/** The name alone: the add-on's errors come from another realm than jest's. */
function nameOfError(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).name;
  }
  return 'none';
}

/** Something else in the argument's place. */
function damage(data: RandomCase, value: unknown): unknown {
  const other = data.pick([
    null,
    undefined,
    {},
    'text',
    NaN,
    -1,
    1e300,
    Symbol('x'),
    [],
    [null],
    floats(3),
    new Int32Array(4),
    new Uint8Array(2),
    new Float64Array(1),
  ]);
  if (value instanceof Int32Array && data.integer(0, 1) === 0) {
    const changed = value.slice();
    changed[data.integer(0, changed.length - 1)] = data.pick([
      0,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      3,
      1000,
      46_341,
    ]);
    return changed;
  }
  if (value instanceof Float32Array && data.integer(0, 1) === 0)
    return floats(Math.max(0, value.length + data.integer(-2, 2)));
  return other;
}

describeNative('the add-on checks what it is given', () => {
  it.each(Object.entries(CALLS))('%s takes a right call', (name, parameters) => {
    expect(() => call(name, parameters)).not.toThrow();
  });

  it.each(Object.keys(CALLS))('%s refuses no arguments at all', (name) => {
    expect(() => call(name, [])).toThrow(`onednn.${name}: expected`);
  });

  it.each(Object.entries(CALLS))(
    '%s survives 300 random wrong calls, and refuses those of a wrong type',
    (name, parameters) => {
      for (let seed = 0; seed < 300; seed++) {
        const data = new RandomCase(seed);
        const wrong = parameters.slice(
          0,
          data.integer(0, 9) === 0 ? data.integer(0, parameters.length) : parameters.length,
        );
        for (let i = data.integer(1, 2); i > 0; i--) {
          const at = data.integer(0, parameters.length - 1);
          wrong[at] = damage(data, wrong[at]);
        }
        try {
          call(name, wrong);
        } catch (error) {
          expect(String(error)).toMatch(
            /^(TypeError|RangeError|Error): onednn\.\w+: (expected|oneDNN reports)/,
          );
        }
      }
      expect(
        nameOfError(() =>
          call(
            name,
            parameters.map(() => 'text'),
          ),
        ),
      ).toMatch(/^(Type|Range)Error$/);
    },
  );

  it('says which size is wrong', () => {
    const [shape, x, filter, bias, y] = CALLS.conv2d;
    expect(() => call('conv2d', [shape, floats(31), filter, bias, y, 0, null])).toThrow(
      'onednn.conv2d: expected 32 values in x, got 31.',
    );
    expect(() => call('conv2d', [shape, x, filter, floats(4), y, 0, null])).toThrow(
      'onednn.conv2d: expected 5 values in bias, got 4.',
    );
    expect(() => call('conv2d', [Int32Array.of(1, 2), x, filter, bias, y, 0, null])).toThrow(
      'expected 15 integers in shape, got 2.',
    );
  });

  it('refuses an array whose buffer was given away', () => {
    const x = floats(7);
    structuredClone(x.buffer, { transfer: [x.buffer] });
    expect(() => call('unary', [0, x, floats(7), 0, 0])).toThrow(
      'onednn.unary: expected 0 values in y, got 7.',
    );
  });

  it('refuses memory that cannot be had', () => {
    for (const bytes of [5 * 2 ** 30, 2 ** 38, 2 ** 50])
      expect(() => call('allocate', [bytes])).toThrow(
        expect.objectContaining({ code: 'OUT_OF_MEMORY' }) as Error,
      );
    expect(nameOfError(() => call('allocate', [-1]))).toBe('RangeError');
  });
});
