import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '../errors';
import { toFloat32 } from '../tensors';
import { writeZip, type ZipFile } from '../zip';
import { decodeTorchFile } from './file';

/*
 * The two golden files are by torch 2.x: see tooling/oracles/torch_files.py. The hostile ones are written here, opcode by opcode.
 */
const text = (value: string) => {
  const bytes = [...new TextEncoder().encode(value)];
  return [0x58, bytes.length, 0, 0, 0, ...bytes];
};
const code = (letters: string) => [...new TextEncoder().encode(letters)];
const int = (value: number) => [
  0x4a,
  value & 255,
  (value >> 8) & 255,
  (value >> 16) & 255,
  (value >> 24) & 255,
];
const tuple = (...items: number[][]) => [0x28, ...items.flat(), 0x74];
const named = (module: string, name: string) => code(`c${module}\n${name}\n`);
const pickle = (...body: number[][]) => Uint8Array.from([0x80, 2, ...body.flat(), 0x2e]);

interface TensorOptions {
  type?: string;
  count?: number;
  offset?: number;
  shape?: number[];
  strides?: number[];
}

/** A tensor over the storage "0". */
function tensor({
  type = 'FloatStorage',
  count = 4,
  offset = 0,
  shape = [2, 2],
  strides = [2, 1],
}: TensorOptions = {}) {
  const storage = tuple(text('storage'), named('torch', type), text('0'), text('cpu'), int(count));
  const args = tuple(
    [...storage, 0x51],
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    [0x89],
    [0x4e],
  );
  return [...named('torch._utils', '_rebuild_tensor_v2'), ...args, 0x52];
}

const dictionary = (...items: number[][]) => [0x7d, 0x28, ...items.flat(), 0x75];
const numbers = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);

function zip(pkl: Uint8Array, storage: Uint8Array | undefined = numbers, more: ZipFile[] = []) {
  const files: ZipFile[] = [{ name: 'archive/data.pkl', parts: [pkl] }];
  if (storage) files.push({ name: 'archive/data/0', parts: [storage] });
  return writeZip([...files, ...more]);
}

const state = (options?: TensorOptions) => pickle(dictionary(text('w'), tensor(options)));

async function reading(file: Uint8Array | Promise<Uint8Array>): Promise<FormatError> {
  try {
    await decodeTorchFile(await file);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('no error');
}

const golden = async (name: string) =>
  new Uint8Array(await readFile(join(__dirname, '..', '__fixtures__', `${name}.pth`)));

describe('decodeTorchFile', () => {
  it.each(['torch_zip', 'torch_legacy'])('reads what PyTorch has written: %s', async (name) => {
    const tensors = await decodeTorchFile(await golden(name));
    const found = [...tensors].map(([key, tensor]) => [
      key,
      tensor.dtype,
      tensor.shape,
      [...toFloat32(tensor)],
    ]);
    const at = (i: number) => i / 8 - 1;
    const whole = Array.from({ length: 24 }, (_, i) => at(i));
    const transposed = Array.from({ length: 24 }, (_, i) => at(Math.floor(i / 6) + 4 * (i % 6)));
    expect(found).toEqual([
      ['whole', 'F32', [2, 3, 4], whole],
      ['part', 'F32', [3, 2], [13, 14, 17, 18, 21, 22].map(at)],
      ['transposed', 'F32', [4, 2, 3], transposed],
      ['scalar', 'I64', [], [7]],
      ['half', 'F16', [3], [0.5, -2, 65504]],
      ['brain', 'BF16', [2], [1, -3]],
      ['double', 'F64', [1], [Math.fround(0.1)]],
      ['empty', 'F32', [0, 3], []],
      ['parameter', 'F32', [2], [4, 5]],
    ]);
  });

  it('reads the state_dict of a checkpoint of PyTorch', async () => {
    const tensors = await decodeTorchFile(await golden('torch_checkpoint'));
    expect([...tensors.keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
      '1.num_batches_tracked',
    ]);
    expect([...toFloat32(tensors.get('0.weight')!)]).toEqual([0.25, 0.75]);
  });

  it('reads a tensor and one that lies across its storage', async () => {
    const file = await zip(pickle(dictionary(text('w'), tensor(), text('t'), tensor({ strides: [1, 2] }))));
    const tensors = await decodeTorchFile(file);
    expect([...tensors.keys()]).toEqual(['w', 't']);
    const [w, t] = [...tensors.values()];
    expect(w.shape).toEqual([2, 2]);
    expect([...toFloat32(w)]).toEqual([1, 2, 3, 4]);
    expect([...toFloat32(t)]).toEqual([1, 3, 2, 4]);
  });

  it('finds the state_dict of a checkpoint', async () => {
    const file = await zip(pickle(dictionary(text('state_dict'), dictionary(text('w'), tensor()))));
    expect([...(await decodeTorchFile(file)).keys()]).toEqual(['w']);
  });

  it.each<[string, number[][]]>([
    ['os.system', [named('os', 'system'), tuple(text('true')), [0x52]]],
    ['builtins.eval', [named('builtins', 'eval'), tuple(text('1')), [0x52]]],
    ['torch.nn.Linear', [named('torch.nn', 'Linear')]],
    ['posix.system by the stack', [text('posix'), text('system'), [0x93]]],
    ['a name of Object.prototype', [named('constructor', 'constructor')]],
  ])('does not run %s', async (_, body) => {
    const error = await reading(zip(pickle(...body)));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('It was not run');
  });

  it.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
    ['an empty file', 'TRUNCATED', () => new Uint8Array(0)],
    ['another format', 'MALFORMED', () => new TextEncoder().encode('hello, this is no tensor file')],
    ['a zip without a pickle', 'MALFORMED', () => writeZip([{ name: 'x', parts: [numbers] }])],
    ['an empty pickle', 'TRUNCATED', () => zip(new Uint8Array(0))],
    ['a pickle cut short', 'TRUNCATED', () => zip(state().slice(0, 7))],
    [
      'text that claims four GiB',
      'TRUNCATED',
      () => zip(Uint8Array.of(0x80, 2, 0x58, 255, 255, 255, 255, 0x2e)),
    ],
    ['a pickle of nothing', 'MALFORMED', () => zip(pickle())],
    ['a number', 'MALFORMED', () => zip(pickle([0x4b, 7]))],
    ['a dictionary without tensors', 'MALFORMED', () => zip(pickle(dictionary(text('a'), [0x4b, 7])))],
    [
      'a dictionary that holds itself',
      'MALFORMED',
      () => zip(pickle([0x7d, 0x71, 0, 0x58, 1, 0, 0, 0, 97, 0x68, 0, 0x73])),
    ],
    ['a key without a value', 'MALFORMED', () => zip(pickle([0x7d, 0x28, 0x4e, 0x75]))],
    ['a memory never set', 'MALFORMED', () => zip(pickle([0x68, 9]))],
    ['an end without its mark', 'MALFORMED', () => zip(pickle([0x74]))],
    ['a call of a number', 'MALFORMED', () => zip(pickle([0x4b, 7], tuple(), [0x52]))],
    ['an unknown opcode', 'UNSUPPORTED', () => zip(pickle([0x69]))],
    ['protocol 9', 'MALFORMED', () => zip(Uint8Array.of(0x80, 9, 0x4e, 0x2e))],
    ['a storage that is missing', 'MALFORMED', () => writeZip([{ name: 'a/data.pkl', parts: [state()] }])],
    ['a storage cut short', 'MALFORMED', () => zip(state(), numbers.subarray(0, 12))],
    ['a storage of a billion numbers', 'MALFORMED', () => zip(state({ count: 1e9 }))],
    ['a tensor beyond its storage', 'MALFORMED', () => zip(state({ offset: 1 }))],
    [
      'a tensor larger than its storage',
      'MALFORMED',
      () => zip(state({ shape: [1000000, 1000], strides: [0, 0] })),
    ],
    ['a negative stride', 'MALFORMED', () => zip(state({ strides: [-1, 1] }))],
    ['a negative size', 'MALFORMED', () => zip(state({ shape: [-2, 2] }))],
    ['fewer strides than axes', 'MALFORMED', () => zip(state({ strides: [1] }))],
    ['forty axes', 'MALFORMED', () => zip(state({ shape: Array(40).fill(1), strides: Array(40).fill(1) }))],
    ['a storage of an unknown type', 'UNSUPPORTED', () => zip(state({ type: 'SecretStorage' }))],
    [
      'big-endian numbers',
      'UNSUPPORTED',
      () => zip(state(), numbers, [{ name: 'archive/byteorder', parts: [new TextEncoder().encode('big')] }]),
    ],
    ['an older file that ends after its number', 'TRUNCATED', () => pickle([0x8a, 10, ...LEGACY_MAGIC])],
    ['an older file of another number', 'MALFORMED', () => pickle([0x4b, 1])],
  ])('refuses %s', async (_, expected, make) => {
    const error = await reading(make());
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(/expected .*, got .*\. /);
  });

  it('refuses many copies of one storage', async () => {
    const items = Array.from({ length: 400 }, (_, i) => [
      ...text(`t${i}`),
      ...tensor({ count: 4096, shape: [64, 64], strides: [1, 64] }),
    ]);
    const error = await reading(zip(pickle(dictionary(...items)), new Uint8Array(4 * 4096)));
    expect(error.code).toBe('TOO_LARGE');
  });
});

const LEGACY_MAGIC = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
