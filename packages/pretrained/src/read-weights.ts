import {
  decodeCaffeModel,
  decodeHdf5,
  decodeOnnx,
  decodeSafetensors,
  decodeTorchFile,
  FormatError,
  type FileTensor,
} from '@googlenet/formats';
import { readCompact } from './compact';
import { withoutKerasNames } from './keras-names';
import { tableOf } from './tables/index';
import type { WeightTable } from './tables/table';

/** The kinds of files that weights are read from. */
export type Container = 'caffe' | 'torch' | 'safetensors' | 'onnx' | 'hdf5';

/** Weights as they lie in a file, and the table that they follow. */
export interface WeightsFile {
  readonly container: Container;
  /** By the names of the file; views of it where they can be. */
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** Names as in this table; none where no table knows them, `googlenet` where they are this project's own. */
  readonly table?: WeightTable;
  /** Free text in the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What kind of file it is, by its first bytes. */
export function containerOf(file: Uint8Array): Container | undefined {
  const [a = 0, b = 0, c = 0] = file;
  if (a === 0x89 && b === 0x48 && c === 0x44) return 'hdf5';
  if ((a === 0x50 && b === 0x4b) || (a === 0x80 && b <= 5)) return 'torch';
  if (file.length > 8 && file[8] === 0x7b) return 'safetensors';
  if (a === 0x08) return 'onnx';
  // Caffe: the name of the network, or at once a layer.
  if (a === 0x0a || a === 0x12 || (a === 0xa2 && b === 0x06)) return 'caffe';
  return undefined;
}

/**
 * Reads a file of weights, whatever its format: `.caffemodel`, `.pth`, `.safetensors`, `.onnx`, `.h5`.
 *
 * @throws {FormatError} if it is none of these, or damaged.
 */
export async function readWeightsFile(file: Uint8Array): Promise<WeightsFile> {
  const container = containerOf(file);
  const { tensors, metadata = {} } = await decode(file, container);
  const table = tableOf(tensors);
  return { container: container as Container, tensors, metadata, ...(table && { table }) };
}

interface Decoded {
  tensors: ReadonlyMap<string, FileTensor>;
  metadata?: Readonly<Record<string, string>>;
}

async function decode(file: Uint8Array, container: Container | undefined): Promise<Decoded> {
  switch (container) {
    case 'caffe': {
      const { layers } = decodeCaffeModel(file);
      const entries = [...layers.values()].flatMap(({ name, blobs }) =>
        blobs.map((blob, i): [string, FileTensor] => [`${name}:${i}`, blob]),
      );
      return { tensors: new Map(entries) };
    }
    case 'torch':
      return { tensors: await decodeTorchFile(file) };
    case 'hdf5':
      return { tensors: withoutKerasNames(decodeHdf5(file)) };
    case 'onnx':
      return { tensors: decodeOnnx(file).initializers };
    case 'safetensors': {
      const { tensors, metadata } = decodeSafetensors(file);
      return { tensors: readCompact(tensors), metadata };
    }
    default:
      throw new FormatError(
        'UNSUPPORTED',
        `readWeightsFile: expected a .caffemodel, .pth, .safetensors, .onnx or .h5 file, got ${container ?? describe(file)}. Check the file.`,
      );
  }
}

function describe(file: Uint8Array): string {
  if (file.length === 0) return 'an empty file';
  const start = [...file.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file that begins with ${start}`;
}
