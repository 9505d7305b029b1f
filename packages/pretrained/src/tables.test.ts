import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type * as tfl from '@tensorflow/tfjs-layers';
import { encodeSafetensors, type FileTensor } from '@googlenet/formats';
import { googlenet, type Variant } from '@googlenet/model';
import { weightsOf } from './apply-table';
import { loadWeights, readWeightsFile } from './index';
import { TABLES } from './tables/index';
import type { Layout, TableRow } from './tables/table';

const VARIANTS: Record<string, Variant> = {
  caffe: 'paper',
  'onnx-zoo': 'paper',
  torchvision: 'torchvision',
  slim: 'slim',
};

/** Number of a value of a weight, by its place here: `[.., input, output]`. */
const numberAt = (place: number) => (place % 1009) / 1009;

const inFile: Record<Layout, (shape: number[]) => { shape: number[]; from: number[] }> = {
  OIHW: ([h, w, i, o]) => ({
    shape: [o, i, h, w],
    from: grid([o, i, h, w], (at) => ((at[2] * w + at[3]) * i + at[1]) * o + at[0]),
  }),
  OI: ([i, o]) => ({ shape: [o, i], from: grid([o, i], (at) => at[1] * o + at[0]) }),
  'OI flat': ([i, o]) => ({
    shape: [o, i],
    from: grid([o, i / 16, 4, 4], (at) => ((at[2] * 4 + at[3]) * (i / 16) + at[1]) * o + at[0]),
  }),
  HWIO: (shape) => ({ shape, from: grid([size(shape)], ([at]) => at) }),
  'HWIO dense': (shape) => ({ shape: [1, 1, ...shape], from: grid([size(shape)], ([at]) => at) }),
  IO: (shape) => ({ shape, from: grid([size(shape)], ([at]) => at) }),
  vector: (shape) => ({ shape, from: grid([size(shape)], ([at]) => at) }),
};

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** `place` at every index of a shape, in row-major order. */
function grid(shape: number[], place: (at: number[]) => number): number[] {
  return Array.from({ length: size(shape) }, (_, flat) => {
    const at: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      at[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return place(at);
  });
}

function tensorOf(row: TableRow, variable: tfl.LayerVariable, background: number): FileTensor {
  const shape = [...(variable.shape as number[])];
  const { shape: fileShape, from } = inFile[row.layout](shape);
  let values = from.map(numberAt);
  if (row.head && background > 0) {
    const classes = shape[shape.length - 1];
    fileShape[fileShape.length - 1] += background;
    values = Array.from({ length: size(fileShape) }, (_, i) => {
      const column = i % (classes + background);
      return column === 0 ? -9 : values[Math.floor(i / (classes + background)) * classes + column - 1];
    });
  }
  return { dtype: 'F32', shape: fileShape, data: new Uint8Array(new Float32Array(values).buffer) };
}

/** The tables know no widths: shapes come from the model. */
const SMALL = { numClasses: 3, widthMultiplier: 0.125 };

let model: tfl.LayersModel | undefined;
const build = (variant: Variant, auxiliary: boolean) => (model = googlenet({ ...SMALL, variant, auxiliary }));

function fileFor(table: string, network: tfl.LayersModel): Map<string, FileTensor> {
  const variables = weightsOf(network);
  const { rows, backgroundClasses = 0 } = TABLES[table];
  return new Map(
    rows.flatMap((row): [string, FileTensor][] => {
      const variable = variables.get(row.target);
      return variable ? [[row.source, tensorOf(row, variable, backgroundClasses)]] : [];
    }),
  );
}

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => {
  model?.dispose();
  model = undefined;
});

describe.each(Object.keys(VARIANTS))('the table %s', (name) => {
  const hasAuxiliary = TABLES[name].rows.some(({ auxiliary }) => auxiliary);

  it('sets every weight of its variant once, in our layout', async () => {
    const network = build(VARIANTS[name], hasAuxiliary);
    const tensors = fileFor(name, network);
    const file = await readWeightsFile(encodeSafetensors(tensors));
    expect(file.table?.name).toBe(name);
    loadWeights(network, file);
    const variables = weightsOf(network);
    const targets = TABLES[name].rows.map(({ target }) => target);
    expect([...targets].sort()).toEqual([...variables.keys()].sort());
    for (const [, variable] of variables) {
      const values = (await variable.read().data()) as Float32Array;
      expect(values.every((value, i) => value === Math.fround(numberAt(i)))).toBe(true);
    }
  });

  it('passes over auxiliary heads that the model does not have', async () => {
    const whole = googlenet({ ...SMALL, variant: VARIANTS[name], auxiliary: hasAuxiliary });
    const tensors = fileFor(name, whole);
    whole.dispose();
    const network = build(VARIANTS[name], false);
    loadWeights(network, await readWeightsFile(encodeSafetensors(tensors)));
    const bias = (await network.getLayer('logits').getWeights()[1].data()) as Float32Array;
    expect([...bias]).toEqual([0, 1, 2].map((i) => Math.fround(numberAt(i))));
  });

  it('lists everything that is wrong in one error, and changes nothing', async () => {
    const network = build(VARIANTS[name], false);
    const tensors = fileFor(name, network);
    const [first, second, third] = TABLES[name].rows.map(({ source }) => source);
    const before = await weightsOf(network).get(TABLES[name].rows[3].target)?.read().data();
    tensors.delete(second);
    const wrong = { ...(tensors.get(third) as FileTensor), shape: [7, 1], data: new Uint8Array(28) };
    tensors.set(third, wrong);
    tensors.set('InceptionV1/stranger', wrong);
    expect(first).toBeDefined();
    let message = '';
    try {
      loadWeights(network, await readWeightsFile(encodeSafetensors(tensors)));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('got 3 that do not');
    expect(message).toContain(`missing from the file as "${second}"`);
    expect(message).toContain(`expected "${third}" of shape`);
    expect(message).toContain('"InceptionV1/stranger": no place in the model');
    const after = await weightsOf(network).get(TABLES[name].rows[3].target)?.read().data();
    expect(after).toEqual(before);
  });
});

it.each<[string, () => Uint8Array, RegExp]>([
  ['an empty file', () => new Uint8Array(0), /got an empty file/],
  ['a picture', () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /begins with 89 50 4e 47/],
  ['a web page', () => new TextEncoder().encode('<!doctype html><html>'), /begins with 3c 21/],
  ['a Caffe file cut short', () => Uint8Array.of(0x0a, 0x40, 1), /expected a protobuf message/],
  ['a zip cut short', () => Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), /expected a zip file/],
  ['a pickle cut short', () => Uint8Array.of(0x80, 2, 0x28), /expected 1 more bytes, got 0/],
  ['a safetensors file cut short', () => encodeSafetensors(new Map()).subarray(0, 9), /expected/],
])('refuses %s', async (_, make, message) => {
  await expect(readWeightsFile(make())).rejects.toThrow(message);
});

it('refuses a file of another network, with the names that it has', async () => {
  const network = build('paper', false);
  const other: FileTensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };
  const file = await readWeightsFile(encodeSafetensors(new Map([['resnet/conv', other]])));
  expect(() => loadWeights(network, file)).toThrow(/got 1 tensors \("resnet\/conv"\)/);
});

it('refuses 8-bit kernels without their scales', async () => {
  const kernel: FileTensor = { dtype: 'I8', shape: [1, 2], data: new Uint8Array(2) };
  const scales: FileTensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };
  const file = encodeSafetensors(
    new Map([
      ['logits/kernel', kernel],
      ['logits/kernel/scale', scales],
    ]),
  );
  await expect(readWeightsFile(file)).rejects.toThrow(/expected 2 scales of "logits\/kernel", got 1/);
});
