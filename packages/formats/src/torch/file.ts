import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { countOf, DTYPE_BYTES, type Dtype, type FileTensor } from '../tensors';
import { readZip, type ZipEntry } from '../zip';
import { readPickle, PickleGlobal, type PickleOptions, type PickleValue } from './pickle';

const WHERE = 'decodeTorchFile';
const MAX_PICKLE_BYTES = 2 ** 26;
/** torch.save before 1.6 begins with a pickle of this number. @see torch/serialization.py, MAGIC_NUMBER */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/** Number types by PyTorch's names of their storages. */
export const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};
const FUNCTIONS = [
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
];

/** Numbers that several tensors may share. */
class Storage {
  constructor(
    readonly key: string,
    readonly dtype: Dtype,
    readonly count: number,
  ) {}
}

/** A view of a storage. */
class StorageView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const malformed = (what: string) =>
  new FormatError('MALFORMED', `${WHERE}: expected a file of torch.save, got ${what}. Get the file again.`);

/**
 * The tensors of a file that PyTorch saved: a `state_dict`, or a checkpoint that holds one as `state_dict` or `model`.
 *
 * Both forms are read: the zip of PyTorch 1.6 and later, and the older one, a row of pickles (torchvision's `googlenet-1378be20.pth` is of
 * 2019). The pickle is interpreted with a list of allowed names and nothing in it is run.
 * @returns tensors by name, in the order of the file; views of it where they lie in one piece.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `UNSUPPORTED` or `TOO_LARGE`.
 * @see PyTorch, torch/serialization.py
 */
export async function decodeTorchFile(file: Uint8Array): Promise<Map<string, FileTensor>> {
  const isZip = file[0] === 0x50 && file[1] === 0x4b;
  const { root, storages } = isZip ? await readZipForm(file) : readLegacyForm(file);
  const views = findTensors(root);
  const tensors = new Map<string, FileTensor>();
  let copied = 0;
  for (const [name, view] of views) {
    const whole = await storages(view.storage);
    const data = gather(view, whole, name);
    // Tensors may share a storage; in another order than the file's each of them is a copy.
    copied += data.buffer === whole.buffer ? 0 : data.length;
    if (copied > 2 * file.length) {
      throw new FormatError(
        'TOO_LARGE',
        `${WHERE}: expected tensors of about the size of the file, got more than twice its ${file.length} bytes. Save contiguous tensors.`,
      );
    }
    tensors.set(name, { dtype: view.storage.dtype, shape: view.shape, data });
  }
  return tensors;
}

interface Contents {
  root: PickleValue;
  /** The bytes of a storage. */
  storages: (storage: Storage) => Uint8Array | Promise<Uint8Array>;
}

async function readZipForm(file: Uint8Array): Promise<Contents> {
  const entries = readZip(file, { maxBytes: file.length });
  const pickle = [...entries.values()].find(({ name }) => /(^|\/)data\.pkl$/.test(name));
  if (!pickle) throw malformed('a zip file without data.pkl');
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw new FormatError(
      'TOO_LARGE',
      `${WHERE}: expected at most ${MAX_PICKLE_BYTES} bytes of data.pkl, got ${pickle.size}. Save only the state_dict.`,
    );
  }
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(await order.read()) !== 'little') {
    throw new FormatError(
      'UNSUPPORTED',
      `${WHERE}: expected little-endian numbers, got big-endian ones. Save the file on another machine.`,
    );
  }
  const { value } = readPickle(await pickle.read(), pickleOptions());
  const cache = new Map<string, Promise<Uint8Array>>();
  let wanted = 0;
  return {
    root: value,
    storages: (storage) => {
      const known = cache.get(storage.key);
      if (known) return known;
      // torch.save does not deflate: storages are together no larger than the file.
      wanted += storage.count * DTYPE_BYTES[storage.dtype];
      if (wanted > 2 * file.length)
        throw malformed(`storages of more than twice the ${file.length} bytes of the file`);
      const data = readStorage(entries.get(`${folder}data/${storage.key}`), storage);
      cache.set(storage.key, data);
      return data;
    },
  };
}

async function readStorage(entry: ZipEntry | undefined, storage: Storage): Promise<Uint8Array> {
  const expected = storage.count * DTYPE_BYTES[storage.dtype];
  if (entry?.size !== expected)
    throw malformed(`a storage ${show(storage.key)} of ${entry?.size ?? 'no'} bytes for ${expected}`);
  return entry.read();
}

function readLegacyForm(file: Uint8Array): Contents {
  const plain = { isAllowed: () => false, call: () => null };
  let at = 0;
  const next = (options: PickleOptions) => {
    const { value, end } = readPickle(file, options, at);
    at = end;
    return value;
  };
  if (next(plain) !== LEGACY_MAGIC) throw malformed("another magic number than torch.save's");
  if (next(plain) !== LEGACY_PROTOCOL) throw malformed('another protocol than 1001');
  const system = next(plain);
  if (system instanceof Map && system.get('little_endian') === false) throw malformed('big-endian numbers');
  const sizes = new Map<string, Storage>();
  const root = next(pickleOptions(sizes));
  const keys = next(plain);
  if (!Array.isArray(keys)) throw malformed('no list of storages');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? sizes.get(key) : undefined;
    if (!storage) throw malformed(`a storage ${show(key)} that no tensor uses`);
    const bytes = storage.count * DTYPE_BYTES[storage.dtype];
    if (file.length - at < 8 + bytes) {
      throw new FormatError(
        'TRUNCATED',
        `${WHERE}: expected ${8 + bytes} bytes of storage ${show(key)}, got ${file.length - at}. Get the file again.`,
      );
    }
    if (Number(view.getBigInt64(at, true)) !== storage.count)
      throw malformed(`another size of storage ${show(key)} than its tensor says`);
    found.set(storage.key, file.subarray(at + 8, at + 8 + bytes));
    at += 8 + bytes;
  }
  return {
    root,
    storages: ({ key }) => {
      const data = found.get(key);
      if (!data) throw malformed(`no storage ${show(key)}`);
      return data;
    },
  };
}

function pickleOptions(sizes = new Map<string, Storage>()): PickleOptions {
  return {
    isAllowed: (path) => path in STORAGES || FUNCTIONS.includes(path),
    call: (path, args) => {
      switch (path) {
        case 'collections.OrderedDict':
          return new Map(Array.isArray(args[0]) ? (args[0] as [PickleValue, PickleValue][]) : []);
        case 'torch._utils._rebuild_tensor_v2':
          return rebuildTensor(args);
        case 'torch._utils._rebuild_parameter':
          return args[0] ?? null;
        default:
          throw malformed(`a call of ${show(path)}`);
      }
    },
    load: (id) => {
      const [kind, type, key, , count] = Array.isArray(id) ? (id as unknown[]) : [];
      const dtype = type instanceof PickleGlobal ? STORAGES[type.path] : undefined;
      if (kind !== 'storage' || dtype === undefined || typeof key !== 'string' || !isSize(count))
        throw malformed('a persistent id that is no storage');
      const storage = sizes.get(key) ?? new Storage(key, dtype, count);
      if (storage.dtype !== dtype || storage.count !== count)
        throw malformed(`a storage ${show(key)} of two kinds`);
      sizes.set(key, storage);
      return storage;
    },
  };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): StorageView {
  const sizes = (value: PickleValue): value is number[] =>
    Array.isArray(value) && value.length <= 32 && value.every(isSize);
  if (!(storage instanceof Storage) || !isSize(offset) || !sizes(shape) || !sizes(strides))
    throw malformed('a tensor of other arguments');
  if (shape.length !== strides.length) throw malformed('a tensor with other strides than axes');
  return new StorageView(storage, offset, shape, strides);
}

function findTensors(root: PickleValue): Map<string, StorageView> {
  let dictionary = root;
  for (const key of ['state_dict', 'model']) {
    if (dictionary instanceof Map && dictionary.get(key) instanceof Map)
      dictionary = dictionary.get(key) as PickleValue;
  }
  const tensors = new Map<string, StorageView>();
  if (dictionary instanceof Map) {
    for (const [name, value] of dictionary) {
      if (typeof name === 'string' && value instanceof StorageView) tensors.set(name, value);
    }
  }
  if (tensors.size === 0) throw malformed('a file without a dictionary of tensors');
  return tensors;
}

/** The bytes of a tensor in row-major order: a view of the storage where it already lies so. */
function gather(
  { storage, offset, shape, strides }: StorageView,
  data: Uint8Array,
  name: string,
): Uint8Array {
  const bytes = DTYPE_BYTES[storage.dtype];
  const count = countOf(shape, `${WHERE}(${show(name)})`);
  if (count === 0) return data.subarray(0, 0);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset);
  // A tensor that repeats its storage (strides of 0) could be of any size.
  if (last >= storage.count || count > storage.count)
    throw malformed(`a tensor ${show(name)} beyond its storage of ${storage.count} numbers`);
  const rowMajor = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  if (shape.every((size, axis) => size === 1 || strides[axis] === rowMajor[axis]))
    return data.subarray(offset * bytes, (offset + count) * bytes);
  const result = new Uint8Array(count * bytes);
  const index = shape.map(() => 0);
  for (let i = 0, from = offset; i < count; i++) {
    result.set(data.subarray(from * bytes, (from + 1) * bytes), i * bytes);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
