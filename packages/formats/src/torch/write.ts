import type * as tfl from '@tensorflow/tfjs-layers';
import { assignWeights } from '../model-weights';
import { modelEntries, type SafetensorsReadOptions } from '../safetensors/model';
import { countOf, type Dtype, type FloatDtype } from '../tensors';
import { writeZip } from '../zip';
import { decodeTorchFile, STORAGES } from './file';

/*
 * A `state_dict` as torch.save writes it since PyTorch 1.6: a zip file of a pickle and of the numbers of each tensor.
 * @see PyTorch, torch/serialization.py and caffe2/serialize/inline_container.cc; CPython, Lib/pickletools.py for the opcodes
 */

/** Options of {@link writeTorch}. */
export interface TorchWriteOptions {
  /** Type of the numbers. Default `F32`. */
  dtype?: FloatDtype;
}

/**
 * The weights of a model as a `.pth` file: `torch.load(path, weights_only=True)` gives a `state_dict`.
 *
 * Names and axes are those of `writeSafetensors` with `layout: 'pytorch'`: the file of a `torchvision` variant loads into torchvision's
 * `googlenet` by `load_state_dict(strict=True)`. Needs the size of the file in memory, beside the model.
 * @param model - any layers model.
 * @throws {FormatError} `UNSUPPORTED` if two weights have one name, `TOO_LARGE` beyond 4 GiB.
 */
export async function writeTorch(
  model: tfl.LayersModel,
  options: TorchWriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = [...modelEntries(model, { layout: 'pytorch', dtype: options.dtype })];
  const pickle = new Pickle();
  pickle.text('\x80\x02').call('collections', 'OrderedDict').text('(');
  tensors.forEach(([name, { dtype, shape }], i) => pickle.unicode(name).tensor(String(i), dtype, shape));
  pickle.text('u.');
  const file = (name: string, part: Uint8Array) => ({ name: `archive/${name}`, parts: [part] });
  const encoded = (text: string) => new TextEncoder().encode(text);
  return writeZip([
    file('data.pkl', pickle.done()),
    file('byteorder', encoded('little')),
    ...tensors.map(([, { data }], i) => ({ name: `archive/data/${i}`, parts: [data] })),
    file('version', encoded('3\n')),
  ]);
}

/**
 * Gives a model the weights of a `.pth` file: a `state_dict`, or a checkpoint that holds one.
 *
 * @param model - with the same layers as the model that was written.
 * @throws {FormatError} if the file is damaged or asks for more than tensors, or `MISMATCH` with the names that do not fit; the model is
 * unchanged then.
 */
export async function readTorch(
  file: Uint8Array,
  model: tfl.LayersModel,
  options: Pick<SafetensorsReadOptions, 'strict'> = {},
): Promise<void> {
  const { strict = true } = options;
  assignWeights(model, await decodeTorchFile(file), { layout: 'pytorch', strict, where: 'readTorch' });
}

/** Opcodes of protocol 2, one after the other. */
class Pickle {
  private readonly bytes: number[] = [];

  /** Opcodes and ASCII. */
  text(value: string): this {
    for (const character of value) this.bytes.push(character.charCodeAt(0));
    return this;
  }

  unicode(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.text('X').u32(encoded.length).push(encoded);
  }

  integer(value: number): this {
    return this.text('J').u32(value);
  }

  tuple(values: readonly number[]): this {
    this.text('(');
    values.forEach((value) => this.integer(value));
    return this.text('t');
  }

  global(module: string, name: string): this {
    return this.text(`c${module}\n${name}\n`);
  }

  /** A call without arguments. */
  call(module: string, name: string): this {
    return this.global(module, name).text(')R');
  }

  /** A contiguous tensor over a storage of its own. */
  tensor(key: string, dtype: Dtype, shape: readonly number[]): this {
    const [module, storage] = storageOf(dtype).split('.');
    const strides = shape.map((_, axis) => countOf(shape.slice(axis + 1), 'writeTorch'));
    this.global('torch._utils', '_rebuild_tensor_v2').text('((').unicode('storage').global(module, storage);
    this.unicode(key).unicode('cpu').integer(countOf(shape, 'writeTorch')).text('tQ').integer(0);
    return this.tuple(shape).tuple(strides).text('\x89').call('collections', 'OrderedDict').text('tR');
  }

  done(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }

  private u32(value: number): this {
    this.bytes.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
    return this;
  }

  private push(values: Iterable<number>): this {
    this.bytes.push(...values);
    return this;
  }
}

function storageOf(dtype: Dtype): string {
  return Object.keys(STORAGES).find((name) => STORAGES[name] === dtype) ?? '';
}
