import { FormatError } from '../errors';
import { assemble, type Part } from '../parts';
import { bytesField, integerField, integersField } from '../protobuf';
import { toFloat32 } from '../tensors';
import { decodeCaffeModel } from './file';

const floats = (values: number[]) => new Uint8Array(new Float32Array(values).buffer);
const legacyBlob = (shape: number[], values: number[]): Part[] => [
  ...shape.flatMap((size, i) => integerField(i + 1, size)),
  ...bytesField(5, floats(values)),
];
const blob = (shape: number[], values: number[]): Part[] => [
  ...bytesField(7, integersField(1, shape)),
  ...bytesField(5, floats(values)),
];
const oldLayer = (name: string, ...blobs: Part[][]): Part[] =>
  bytesField(2, [
    ...bytesField(4, name),
    ...integerField(5, 4),
    ...blobs.flatMap((each) => bytesField(6, each)),
  ]);
const newLayer = (name: string, ...blobs: Part[][]): Part[] =>
  bytesField(100, [
    ...bytesField(1, name),
    ...bytesField(2, 'Convolution'),
    ...blobs.flatMap((each) => bytesField(7, each)),
  ]);
const net = (...layers: Part[][]) => assemble([...bytesField(1, 'net'), ...layers.flat()]);

describe('decodeCaffeModel', () => {
  it('reads layers of the old form, and passes over those without weights', async () => {
    const file = await net(
      oldLayer('data'),
      oldLayer('conv', legacyBlob([2, 1, 1, 2], [1, 2, 3, 4]), legacyBlob([1, 1, 1, 2], [5, 6])),
    );
    const { name, form, layers } = decodeCaffeModel(file);
    expect([name, form, [...layers.keys()]]).toEqual(['net', 'layers', ['conv']]);
    const conv = layers.get('conv');
    expect(conv?.type).toBe('4');
    expect(conv?.blobs.map(({ shape }) => shape)).toEqual([
      [2, 1, 1, 2],
      [1, 1, 1, 2],
    ]);
    expect(conv?.blobs.map((each) => [...toFloat32(each)])).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  it('reads layers of the new form', async () => {
    const { form, layers } = decodeCaffeModel(await net(newLayer('fc', blob([2, 2], [1, 2, 3, 4]))));
    expect(form).toBe('layer');
    expect(layers.get('fc')).toMatchObject({ type: 'Convolution', blobs: [{ shape: [2, 2], dtype: 'F32' }] });
  });

  it('reads numbers that are not packed, and those of double precision', async () => {
    const single = (value: number): Part[] => [Uint8Array.of(0x2d), floats([value])];
    const unpacked = [...bytesField(7, integersField(1, [2])), ...single(7), ...single(8)];
    const double = [
      ...bytesField(7, integersField(1, [2])),
      ...bytesField(8, new Uint8Array(new Float64Array([9, 10]).buffer)),
    ];
    const { layers } = decodeCaffeModel(await net(newLayer('a', unpacked, double)));
    expect(layers.get('a')?.blobs.map((each) => [...toFloat32(each)])).toEqual([
      [7, 8],
      [9, 10],
    ]);
  });

  it.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
    ['an empty file', 'MALFORMED', () => new Uint8Array(0)],
    ['text', 'TRUNCATED', () => new TextEncoder().encode('\nname: "GoogleNet"')],
    ['a message without layers', 'MALFORMED', () => net()],
    ['a file cut short', 'TRUNCATED', async () => (await net(newLayer('a', blob([2], [1, 2])))).slice(0, -3)],
    ['a shape of more numbers', 'MALFORMED', () => net(newLayer('a', blob([3], [1, 2])))],
    ['a shape of 2^40 numbers', 'MALFORMED', () => net(newLayer('a', blob([2 ** 20, 2 ** 20], [1])))],
    [
      'a shape beyond all numbers',
      'TOO_LARGE',
      () => net(newLayer('a', blob([2 ** 30, 2 ** 30, 2 ** 30], [1]))),
    ],
    ['a negative size', 'MALFORMED', () => net(newLayer('a', blob([-1, -1], [1])))],
    ['forty axes', 'MALFORMED', () => net(newLayer('a', blob(Array<number>(40).fill(1), [1])))],
    ['a layer twice', 'MALFORMED', () => net(newLayer('a', blob([1], [1])), newLayer('a', blob([1], [1])))],
    ['a layer without a name', 'MALFORMED', () => net(newLayer('', blob([1], [1])))],
    ['a V0 layer', 'UNSUPPORTED', () => net(bytesField(2, bytesField(1, bytesField(1, 'conv1'))))],
    ['packed numbers of odd length', 'MALFORMED', () => net(newLayer('a', bytesField(5, new Uint8Array(5))))],
    ['a layer that is a number', 'MALFORMED', () => net(integerField(100, 5))],
    [
      'floats and doubles in one',
      'MALFORMED',
      () => net(newLayer('a', [...bytesField(5, floats([1])), ...bytesField(8, new Uint8Array(8))])),
    ],
  ])('refuses %s', async (_, expected, make) => {
    const file = await make();
    let found: unknown;
    try {
      decodeCaffeModel(file);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(FormatError);
    expect((found as FormatError).code).toBe(expected);
    expect((found as FormatError).message).toMatch(/expected .*, got .*\. /);
  });
});
