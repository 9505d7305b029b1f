import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { fromStandardLayers, Inception } from '@googlenet/inception';
import { logitsModel, modelCard } from '@googlenet/model';
import { fill } from '../../../inception/src/testing/golden';
import golden from '../__fixtures__/onnx_models.json';
import { FormatError } from '../errors';
import { assemble } from '../parts';
import { bytesField, integerField } from '../protobuf';
import type { Dtype } from '../tensors';
import { codeOf } from '../testing/errors';
import { everyLayer } from '../testing/every-layer';
import {
  disturbWeights,
  dispose,
  filledModel,
  images,
  maxDifference,
  outputs,
  SMALL_VARIANTS,
  useQuickCpu,
} from '../testing/models';
import { channelsFirst, runAllOnnx, runOnnx, type Numbers } from '../testing/onnx-runtime';
import { itWithPython } from '../testing/python';
import { unpacked } from '../testing/unpacked';
import { readOnnx, type OnnxReadOptions } from './read';
import { onnxParts, type OnnxAttribute, type OnnxNode, type OnnxValue } from './schema';
import type { OnnxInitializer } from './tensor-proto';
import { writeOnnx, type OnnxWriteOptions } from './write';

beforeAll(useQuickCpu);

const floats = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const longs = (values: number[]) => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);

/** A tensor of the graph. */
function weight(name: string, shape: number[], values: number[], dtype: Dtype = 'F32'): OnnxInitializer {
  return { name, dtype, shape, data: dtype === 'I64' ? longs(values) : floats(values) };
}

/** An operation whose one output is named as it is. */
function node(
  opType: string,
  name: string,
  inputs: string[],
  attributes: Record<string, OnnxAttribute> = {},
): OnnxNode {
  return { opType, name, inputs, outputs: [name], attributes };
}

interface Graph {
  nodes: OnnxNode[];
  weights?: OnnxInitializer[];
  shape?: OnnxValue['shape'];
  outputs?: string[];
  /** Axes of the outputs. Default 4. */
  rank?: number;
  opset?: number;
}

/** A file of these operations on an input `x`; the last is the output. */
function graphFile({
  nodes,
  weights = [],
  shape = ['batch', 2, 3, 3],
  outputs: names = [nodes.at(-1)?.name ?? 'x'],
  rank = 4,
  opset = 17,
}: Graph): Promise<Uint8Array> {
  return assemble(
    onnxParts({
      opset,
      producer: 'test',
      graphName: 'graph',
      inputs: [{ name: 'x', shape }],
      outputs: names.map((name) => ({ name, shape: new Array<null>(rank).fill(null) })),
      nodes,
      initializers: weights,
      metadata: {},
    }),
  );
}

/** What the network of a file makes of numbers that lie as in the file. */
async function predicted(
  graph: Graph,
  x: number[],
  shape: number[],
): Promise<{ shape: number[]; values: number[] }> {
  const model = readOnnx(await graphFile(graph));
  const input = tf.tensor(x, shape);
  const turned = shape.length === 4 ? tf.transpose(input, [0, 2, 3, 1]) : input;
  const output = model.predict(turned) as tf.Tensor;
  const result = { shape: output.shape, values: [...output.dataSync()] };
  dispose(model, output, turned);
  return result;
}

describe('an ONNX file of ours, read', () => {
  describe.each(SMALL_VARIANTS)('of %s', (_, options) => {
    it.each<[string, OnnxWriteOptions]>([
      ['folded, all heads', { auxiliary: true }],
      ['with its batch norm, images as here', { auxiliary: true, batchNorm: 'keep', imageLayout: 'NHWC' }],
    ])('predicts the same: %s', async (_name, write) => {
      const model = filledModel(options);
      const x = images('images', model);
      const before = tf.memory().numTensors;
      const other = readOnnx(await writeOnnx(model, write));
      const [found, expected] = [outputs(other, x), outputs(model, x)];
      expect(other.outputNames).toEqual(model.outputNames);
      expect(other.inputs[0].shape).toEqual(model.inputs[0].shape);
      expect(found).toHaveLength(expected.length);
      found.forEach((values, i) => expect(maxDifference(values, expected[i])).toBeLessThan(1e-5));
      other.dispose();
      expect(tf.memory().numTensors).toBe(before);
      dispose(model, x);
    });
  });

  it('with kernels in fewer bits predicts what ONNX Runtime does', async () => {
    const [, options] = SMALL_VARIANTS[0];
    const model = filledModel(options);
    const x = images('images', model);
    const input = channelsFirst(x);
    const files = await Promise.all(
      (['float16', 'uint8'] as const).map((quantize) => writeOnnx(model, { quantize, batchNorm: 'keep' })),
    );
    const runs = files.map((file) => ({ file, inputs: { input } }));
    const expected = runAllOnnx('onnxruntime-web', runs).map((results) => results.predictions.data);
    files.forEach((file, i) => {
      const other = readOnnx(file);
      expect(maxDifference(outputs(other, x)[0], expected[i])).toBeLessThan(1e-5);
      other.dispose();
    });
    dispose(model, x, input);
  });

  it('gives logits, other names and the classes back', async () => {
    const model = filledModel(SMALL_VARIANTS[0][1]);
    const classes = ['a', 'b', 'c', 'd', 'ä'];
    const other = readOnnx(
      await writeOnnx(model, {
        logits: true,
        inputName: 'pixel_values',
        outputNames: ['logits'],
        classes,
        greyFromRgb: true,
      }),
    );
    expect([other.inputNames, other.outputNames]).toEqual([['pixel_values'], ['logits']]);
    expect(modelCard({ userDefinedMetadata: other.getUserDefinedMetadata() })).toEqual({
      classNames: classes,
    });
    const grey = images('images', model);
    const colour = tf.concat([grey, grey, grey], -1);
    const [expected, [found]] = [outputs(logitsModel(model), grey), outputs(other, colour)];
    expect(maxDifference(found, expected[0])).toBeLessThan(1e-4);
    dispose(model, other, grey, colour);
  });

  it('becomes a network of modules again, which goes on training', async () => {
    const model = filledModel(SMALL_VARIANTS[0][1]);
    const standard = readOnnx(await writeOnnx(model, { batchNorm: 'keep' }));
    const modules = fromStandardLayers(standard);
    expect(modules.layers.filter((layer) => layer instanceof Inception)).toHaveLength(9);
    const x = images('images', model);
    expect(maxDifference(outputs(modules, x)[0], outputs(model, x)[0])).toBeLessThan(1e-5);
    dispose(model, standard, modules, x);
  });

  it('holds every built-in layer of the list, on oblong maps', async () => {
    const model = everyLayer();
    disturbWeights(model);
    const x = images('images', model);
    const other = readOnnx(await writeOnnx(model));
    const [found, expected] = [outputs(other, x), outputs(model, x)];
    found.forEach((values, i) => expect(maxDifference(values, expected[i])).toBeLessThan(1e-5));
    other.dispose();
    dispose(model, x);
  });
});

describe("PyTorch's ONNX file of a small GoogLeNet", () => {
  const { source: _source, shape, ...files } = golden;
  it.each(Object.entries(files))('%s predicts what PyTorch does', (kind, { file, outputs: expected }) => {
    const model = readOnnx(unpacked(file));
    const x = fill<tf.Tensor4D>('images', shape, 0, 1);
    const found = outputs(model, x);
    expect(model.inputs[0].shape).toEqual([null, ...shape.slice(1)]);
    found.forEach((values, i) =>
      expect(maxDifference(values, expected[i].flat())).toBeLessThan(kind === 'in float16' ? 3e-3 : 1e-5),
    );
    expect(found).toHaveLength(2);
    dispose(model, x);
  });

  it('becomes a network of modules', () => {
    const model = readOnnx(unpacked(golden['with batch norm'].file));
    const modules = fromStandardLayers(model);
    expect(modules.layers.filter((layer) => layer instanceof Inception)).toHaveLength(2);
    dispose(model, modules);
  });
});

describe('the operations of ONNX', () => {
  const x = Array.from({ length: 18 }, (_, i) => ((i * 7) % 18) / 9 - 1);

  const graphs: [string, Graph][] = [
    [
      'a convolution with groups, strides and unequal padding',
      {
        nodes: [node('Conv', 'y', ['x', 'w', 'b'], { group: 2, strides: [2, 1], pads: [1, 0, 0, 1] })],
        weights: [
          weight(
            'w',
            [4, 1, 2, 2],
            Array.from({ length: 16 }, (_, i) => i / 8 - 1),
          ),
          weight('b', [4], [1, 2, 3, 4]),
        ],
      },
    ],
    [
      'a convolution padded at the beginning',
      {
        nodes: [node('Conv', 'y', ['x', 'w'], { auto_pad: 'SAME_LOWER' })],
        weights: [weight('w', [1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
      },
    ],
    [
      'an average that counts its padding',
      {
        nodes: [
          node('AveragePool', 'y', ['x'], { kernel_shape: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }),
        ],
      },
    ],
    [
      'an average over a window that hangs over',
      {
        nodes: [
          node('AveragePool', 'y', ['x'], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1] }),
        ],
      },
    ],
    [
      'an average over one window that is larger than the image',
      {
        nodes: [
          node('AveragePool', 'y', ['x'], { kernel_shape: [4, 5], strides: [1, 1], pads: [0, 0, 1, 2] }),
        ],
      },
    ],
    [
      'a maximum over a window that hangs over',
      {
        nodes: [
          node('Relu', 'r', ['x']),
          node('MaxPool', 'y', ['r'], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
        ],
      },
    ],
    [
      'a matrix turned and scaled',
      {
        rank: 2,
        nodes: [
          node('Flatten', 'f', ['x']),
          node('Gemm', 'y', ['f', 'w', 'b'], { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }),
        ],
        weights: [
          weight(
            'w',
            [2, 18],
            Array.from({ length: 36 }, (_, i) => i / 18 - 1),
          ),
          weight('b', [1], [3]),
        ],
      },
    ],
    [
      'a product with its addend in another operation',
      {
        rank: 2,
        nodes: [
          node('Reshape', 'f', ['x', 's']),
          node('MatMul', 'm', ['f', 'w']),
          node('Add', 'y', ['b', 'm']),
        ],
        weights: [
          weight('s', [2], [0, -1], 'I64'),
          weight(
            'w',
            [18, 2],
            Array.from({ length: 36 }, (_, i) => i / 18 - 1),
          ),
          weight('b', [2], [1, -1]),
        ],
      },
    ],
    [
      'numbers for each channel',
      {
        nodes: [
          node('Mul', 'm', ['x', 'a']),
          node('Sub', 's', ['m', 'c']),
          node('Div', 'd', ['s', 'a']),
          node('Add', 'y', ['one', 'd']),
        ],
        weights: [weight('a', [2, 1, 1], [2, -3]), weight('c', [1, 2, 1, 1], [1, 4]), weight('one', [], [1])],
      },
    ],
    [
      'a number less computed ones',
      { nodes: [node('Sub', 'y', ['a', 'x'])], weights: [weight('a', [2, 1, 1], [2, -3])] },
    ],
    [
      'channels taken apart and put together, as torchvision transforms its input',
      {
        nodes: [
          node('Gather', 'g', ['x', 'i'], { axis: 1 }),
          node('Unsqueeze', 'u', ['g', 'axes']),
          node('Mul', 'm', ['u', 'two']),
          node('Gather', 'h', ['x', 'j'], { axis: 1 }),
          node('Concat', 'y', ['m', 'h'], { axis: 1 }),
        ],
        weights: [
          weight('i', [], [1], 'I64'),
          weight('j', [1], [0], 'I64'),
          weight('axes', [1], [1], 'I64'),
          weight('two', [], [2]),
        ],
      },
    ],
    [
      'a mean over height and width, axes as an input',
      {
        rank: 2,
        nodes: [node('ReduceMean', 'r', ['x', 'axes'], { keepdims: 0 }), node('Softmax', 'y', ['r'])],
        weights: [weight('axes', [2], [2, -1], 'I64')],
        opset: 18,
      },
    ],
    ['a softmax over the channels of a map', { nodes: [node('Softmax', 'y', ['x'], { axis: 1 })] }],
    [
      'zeros around',
      { nodes: [node('Pad', 'y', ['x', 'p'])], weights: [weight('p', [8], [0, 0, 1, 0, 0, 0, 0, 2], 'I64')] },
    ],
    [
      'limits',
      {
        nodes: [node('Clip', 'y', ['x', 'low', 'high'])],
        weights: [weight('low', [], [0]), weight('high', [], [0.5])],
      },
    ],
    [
      'a shape that is computed',
      {
        rank: 2,
        nodes: [
          node('Shape', 's', ['x']),
          node('Gather', 'n', ['s', 'zero']),
          node('Unsqueeze', 'u', ['n', 'zeros']),
          node('Constant', 'rest', [], { value_ints: [-1] }),
          node('Concat', 'c', ['u', 'rest'], { axis: 0 }),
          node('Reshape', 'y', ['x', 'c']),
        ],
        weights: [weight('zero', [], [0], 'I64'), weight('zeros', [1], [0], 'I64')],
      },
    ],
    [
      'a map turned and flattened and given back',
      {
        rank: 3,
        nodes: [
          node('Transpose', 't', ['x'], { perm: [0, 2, 3, 1] }),
          node('Flatten', 'f', ['t']),
          node('Relu', 'r', ['f']),
          node('Reshape', 'y', ['r', 's']),
        ],
        weights: [weight('s', [3], [0, 9, 2], 'I64')],
      },
    ],
    [
      'a map that is flattened before it is reshaped',
      {
        rank: 3,
        nodes: [node('Flatten', 'f', ['x']), node('Reshape', 'y', ['f', 's'])],
        weights: [weight('s', [3], [-1, 2, 9], 'I64')],
      },
    ],
    [
      'a weighted map, channel by channel',
      {
        nodes: [
          node('GlobalAveragePool', 'g', ['x']),
          node('Sigmoid', 's', ['g']),
          node('Mul', 'y', ['x', 's']),
        ],
      },
    ],
    [
      'weights that are turned and widened on the way',
      {
        rank: 2,
        nodes: [
          node('Flatten', 'f', ['x']),
          node('Cast', 'c', ['w'], { to: 1 }),
          node('Transpose', 't', ['c']),
          node('MatMul', 'y', ['f', 't']),
        ],
        weights: [
          {
            name: 'w',
            dtype: 'F64',
            shape: [2, 18],
            data: new Uint8Array(Float64Array.from({ length: 36 }, (_, i) => i / 18).buffer),
          },
        ],
      },
    ],
    [
      'weights in 8 bits, one scale for all',
      {
        rank: 2,
        nodes: [
          node('Flatten', 'f', ['x']),
          node('DequantizeLinear', 'd', ['w', 'scale']),
          node('Gemm', 'y', ['f', 'd'], { transB: 1 }),
        ],
        weights: [
          { name: 'w', dtype: 'I8', shape: [2, 18], data: Uint8Array.from({ length: 36 }, (_, i) => i * 7) },
          weight('scale', [], [0.5]),
        ],
      },
    ],
  ];
  let expected: Numbers[];
  beforeAll(async () => {
    const input = tf.tensor(x, [1, 2, 3, 3]);
    const files = await Promise.all(graphs.map(([, graph]) => graphFile(graph)));
    const runs = files.map((file) => ({ file, inputs: { x: input } }));
    expected = runAllOnnx('onnxruntime-web', runs).map((results) => results.y);
    input.dispose();
  });

  it.each(graphs.map(([name, graph], i) => [name, graph, i] as const))(
    '%s: as ONNX Runtime',
    async (_, graph, i) => {
      const { shape, data } = expected[i];
      const found = await predicted(graph, x, [1, 2, 3, 3]);
      const there = tf.tensor(data, shape);
      const here = shape.length === 4 ? tf.transpose(there, [0, 2, 3, 1]) : there;
      expect(found.shape).toEqual(here.shape);
      expect(maxDifference(found.values, [...here.dataSync()])).toBeLessThan(1e-5);
      here.dispose();
    },
  );

  it('of older files: shapes and axes as attributes, an addend that begins at an axis, a dropout with a mask that nobody asks for', async () => {
    const graph: Graph = {
      opset: 6,
      shape: [1, 2, 3, 3],
      nodes: [
        node('Mul', 'm', ['x', 'a'], { broadcast: 1, axis: 1 }),
        node('AveragePool', 'p', ['m'], { kernel_shape: [3, 3] }),
        node('Dropout', 'd', ['p'], { ratio: { float: 0.4 } }),
        node('Reshape', 'r', ['d'], { shape: [1, 2] }),
        node('Softmax', 'y', ['r']),
      ],
      weights: [weight('a', [2], [1, 3])],
    };
    const mean = (channel: number) =>
      x.slice(9 * channel, 9 * channel + 9).reduce((sum, value) => sum + value, 0) / 9;
    const powers = [Math.exp(mean(0)), Math.exp(3 * mean(1))];
    const { values } = await predicted(graph, x, [1, 2, 3, 3]);
    powers.forEach((power, i) => expect(values[i]).toBeCloseTo(power / (powers[0] + powers[1]), 6));
  });
});

describe('weights in an ONNX file', () => {
  /** The graph with its weight as these fields of a `TensorProto`. */
  async function made(...fields: ReturnType<typeof bytesField>[]): Promise<Uint8Array> {
    const tensor = [...bytesField(8, 'w'), ...fields.flat()];
    const value = (name: string) => bytesField(1, name);
    const operation = (opType: string, name: string, inputs: string[]) => [
      ...inputs.flatMap((input) => bytesField(1, input)),
      ...bytesField(2, name),
      ...bytesField(4, opType),
    ];
    const dimension = (size: number) => bytesField(1, integerField(1, size));
    const shape = [...dimension(1), ...dimension(2)];
    const type = bytesField(1, [...integerField(1, 1), ...bytesField(2, shape)]);
    const graph = [
      ...bytesField(1, operation('Gemm', 'y', ['x', 'w'])),
      ...bytesField(5, tensor),
      // Weights among the inputs, as before IR version 4.
      ...bytesField(11, [...value('x'), ...bytesField(2, type)]),
      ...bytesField(11, value('w')),
      ...bytesField(12, value('y')),
    ];
    return assemble([...bytesField(7, graph), ...bytesField(8, integerField(2, 13))]);
  }

  const dims = [...integerField(1, 2), ...integerField(1, 2)];
  const numbers = [0.5, -2, 3, 4];
  const expected = [[6.5, 6]]; // [1, 2] times [[0.5, -2], [3, 4]]
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  const halves = [0x3800, 0xc000, 0x4200, 0x4400];

  function product(file: Uint8Array, options?: Parameters<typeof readOnnx>[1]): number[][] {
    const model = readOnnx(file, options);
    const x = tf.tensor2d([[1, 2]]);
    const y = model.predict(x) as tf.Tensor2D;
    const result = y.arraySync();
    dispose(model, x, y);
    return result;
  }

  it.each([
    ['float_data, packed', [integerField(2, 1), bytesField(4, bytes(Float32Array.from(numbers)))]],
    ['double_data', [integerField(2, 11), bytesField(10, bytes(Float64Array.from(numbers)))]],
    [
      'int32_data for halves, packed',
      [
        integerField(2, 10),
        bytesField(
          5,
          Uint8Array.from(
            halves.flatMap((half) => [(half & 127) | 128, ((half >> 7) & 127) | 128, half >> 14]),
          ),
        ),
      ],
    ],
    [
      'int32_data for halves, one by one',
      [integerField(2, 10), ...halves.map((half) => integerField(5, half))],
    ],
    [
      'raw_data of bfloat16',
      [integerField(2, 16), bytesField(9, bytes(Uint16Array.of(0x3f00, 0xc000, 0x4040, 0x4080)))],
    ],
  ])('are read from %s', async (_, fields) => {
    expect(product(await made(dims, ...fields))).toEqual(expected);
  });

  it('are read from another file that is handed over, and from no other place', async () => {
    const entry = (key: string, value: string) =>
      bytesField(13, [...bytesField(1, key), ...bytesField(2, value)]);
    const place = (offset: string, length = '16') => [
      integerField(2, 1),
      [...entry('location', 'model.data'), ...entry('offset', offset), ...entry('length', length)],
      integerField(14, 1),
    ];
    const other = new Uint8Array(24);
    other.set(bytes(Float32Array.from(numbers)), 8);
    const externalData = new Map([['model.data', other]]);
    const file = await made(dims, ...place('8'));
    expect(product(file, { externalData })).toEqual(expected);
    expect(() => readOnnx(file)).toThrow(
      /reference to the file "model\.data"\. Hand it over as externalData/,
    );
    for (const wrong of [place('16'), place('-8'), place('8', '12'), place('x')]) {
      const broken = await made(dims, ...wrong);
      expect(codeOf(() => readOnnx(broken, { externalData }))).toBe('MALFORMED');
    }
  });
});

/** A graph that is refused: the error's code, what is wrong, and what the message says. */
type Refusal = [code: string, what: string, graph: Graph, message: RegExp, options?: OnnxReadOptions];

describe('an ONNX file that is no network of layers', () => {
  it('is refused with every operation that has no counterpart', async () => {
    const file = await graphFile({
      nodes: [
        node('Einsum', 'a', ['x']),
        node('Relu', 'b', ['a']),
        { ...node('Gelu', 'c', ['b']), domain: 'com.microsoft' },
        node('Einsum', 'd', ['c']),
        node('NonZero', 'unused', ['x']),
        node('Loop', 'e', ['d']),
      ],
    });
    expect(codeOf(() => readOnnx(file))).toBe('UNSUPPORTED');
    expect(() => readOnnx(file)).toThrow(
      /got also 2 Einsum \(a, \.\.\.\); 1 com\.microsoft\.Gelu \(c\); 1 Loop \(e\)/,
    );
    expect(() => readOnnx(file)).not.toThrow(/NonZero/);
  });

  it.each<Refusal>([
    [
      'UNSUPPORTED',
      'a kernel that is computed',
      { nodes: [node('Conv', 'y', ['x', 'x'])] },
      /constant input 1/,
    ],
    [
      'UNSUPPORTED',
      'padding of a pool over negative values',
      { nodes: [node('MaxPool', 'y', ['x'], { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 0, 0] })] },
      /input without negative values/,
    ],
    ['UNSUPPORTED', 'the batch moved', { nodes: [node('Transpose', 'y', ['x'])] }, /batch as its first axis/],
    [
      'UNSUPPORTED',
      'the batch among other axes',
      { nodes: [node('Reshape', 'y', ['x', 's'])], weights: [weight('s', [1], [-1], 'I64')] },
      /batch as its first axis/,
    ],
    [
      'UNSUPPORTED',
      'a kernel for other channels',
      { nodes: [node('Conv', 'y', ['x', 'w'])], weights: [weight('w', [1, 3, 1, 1], [1, 2, 3])] },
      /kernel for 2 channels/,
    ],
    [
      'UNSUPPORTED',
      'a window without extent',
      { nodes: [node('MaxPool', 'y', ['x'], { kernel_shape: [0, 1] })] },
      /without extent/,
    ],
    [
      'UNSUPPORTED',
      'a window larger than the image',
      { nodes: [node('MaxPool', 'y', ['x'], { kernel_shape: [4, 4] })] },
      /window of 4 over 3 pixels/,
    ],
    ['UNSUPPORTED', 'constants only', { nodes: [node('Slice', 'y', ['x'])] }, /constant inputs/],
    ['MALFORMED', 'a circle', { nodes: [node('Add', 'y', ['x', 'y'])] }, /before its input "y"/],
    [
      'MALFORMED',
      'an output that nothing makes',
      { nodes: [node('Relu', 'y', ['x'])], outputs: ['z'] },
      /nothing makes/,
    ],
    [
      'MALFORMED',
      'an output that is a constant',
      { nodes: [node('Relu', 'y', ['x'])], outputs: ['w'], weights: [weight('w', [1], [1])] },
      /is a constant/,
    ],
    ['MALFORMED', 'no outputs', { nodes: [node('Relu', 'y', ['x'])], outputs: [] }, /1 inputs and 0 outputs/],
    [
      'MALFORMED',
      'a constant of another shape than it says',
      {
        nodes: [node('Reshape', 'r', ['w', 's']), node('Add', 'y', ['x', 'r'])],
        weights: [weight('w', [2], [1, 2]), weight('s', [1], [3], 'I64')],
      },
      /the shape \[3\] for \[2\]/,
    ],
    [
      'TOO_LARGE',
      'weights out of nothing',
      {
        nodes: [node('ConstantOfShape', 'w', ['s']), node('Add', 'y', ['x', 'w'])],
        weights: [weight('s', [2], [40000, 40000], 'I64')],
      },
      /Raise maxBytes/,
    ],
    [
      'TOO_LARGE',
      'a matrix out of a vector',
      {
        shape: ['batch', 2 ** 15],
        nodes: [node('ConstantOfShape', 'w', ['s']), node('Add', 'y', ['x', 'w'])],
        weights: [weight('s', [1], [2 ** 15], 'I64')],
      },
      /Raise maxBytes/,
    ],
    [
      'TOO_LARGE',
      'one weight widened again and again',
      {
        nodes: [
          ...Array.from({ length: 60 }, (_, i) => node('Transpose', `t${i}`, ['w'], { perm: [1, 0] })),
          node('Sum', 'y', ['x', ...Array.from({ length: 60 }, (_, i) => `t${i}`)]),
        ],
        weights: [weight('w', [300, 400], new Array<number>(120_000).fill(1))],
      },
      /Raise maxBytes/,
      { maxBytes: 2 ** 20 },
    ],
  ])('is refused as %s: %s', async (...[code, , graph, message, options]) => {
    const file = await graphFile(graph);
    const before = tf.memory().numTensors;
    expect(codeOf(() => readOnnx(file, options))).toBe(code);
    expect(() => readOnnx(file, options)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused with more operations than a network has', async () => {
    const nodes = Array.from({ length: 5001 }, (_, i) =>
      node('Relu', `r${i}`, [i === 0 ? 'x' : `r${i - 1}`]),
    );
    const file = await graphFile({ nodes });
    expect(codeOf(() => readOnnx(file))).toBe('TOO_LARGE');
  });

  it('that is changed anywhere gives a FormatError or a model of its own size', async () => {
    const file = await graphFile({
      nodes: [
        node('Conv', 'c', ['x', 'w'], { pads: [1, 1, 1, 1] }),
        node('Relu', 'r', ['c']),
        node('GlobalAveragePool', 'g', ['r']),
        node('Flatten', 'y', ['g']),
      ],
      weights: [
        weight(
          'w',
          [1, 2, 3, 3],
          Array.from({ length: 18 }, (_, i) => i),
        ),
      ],
    });
    const before = tf.memory().numTensors;
    for (let bit = 0; bit < file.length * 8; bit++) {
      const changed = file.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      try {
        const model = readOnnx(changed);
        expect(model.countParams()).toBeLessThan(40);
        model.dispose();
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('ONNX files of other programs', () => {
  itWithPython(
    "torchvision's own GoogLeNet by both exporters of torch.onnx, every opset, ResNet and MobileNet predict what PyTorch does",
    ['torch', 'torchvision', 'onnx'],
    async (ask, folder) => {
      const shape = [2, 64, 80, 3];
      const files = ask<{ path: string; outputs: number[][][]; kind: string }[]>('torch_onnx', folder, shape);
      const x = fill<tf.Tensor4D>('images', shape, 0, 1);
      for (const {
        path,
        outputs: [expected],
        kind,
      } of files) {
        const beside = [`${path}.data`].filter(existsSync);
        const externalData = new Map(
          beside.map((file) => [basename(file), new Uint8Array(readFileSync(file))] as const),
        );
        const model = readOnnx(new Uint8Array(readFileSync(path)), { externalData });
        const [found] = outputs(model, x);
        const scale = Math.max(...expected.flat().map(Math.abs));
        expect([kind, maxDifference(found, expected.flat()) / scale < 1e-5]).toEqual([kind, true]);
        model.dispose();
      }
      expect(files.length).toBeGreaterThan(5);
      x.dispose();
    },
  );

  itWithPython(
    "those that come with Python's onnx, GoogLeNet of the model zoo among them, predict what ONNX Runtime does",
    ['onnx', 'onnxruntime'],
    async (ask) => {
      const found = ask<{ path: string; shape: number[]; output: number[] }[]>('light_onnx', 'images');
      for (const { path, shape, output } of found) {
        const model = readOnnx(new Uint8Array(readFileSync(path)));
        const x = fill<tf.Tensor4D>('images', shape, 0, 1);
        // Written again for its runtime, since these networks take minutes on the engine of the tests.
        const [{ data }] = Object.values(
          runOnnx('onnxruntime-web', await writeOnnx(model, { imageLayout: 'NHWC' }), {
            [model.inputNames[0]]: x,
          }),
        );
        const scale = Math.max(...output.map(Math.abs));
        expect([path, maxDifference(data, output) / scale < 1e-4]).toEqual([path, true]);
        dispose(model, x);
      }
      expect(found.length).toBeGreaterThan(3);
    },
  );
});
