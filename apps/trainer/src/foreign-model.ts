import { FormatError, readKeras, readOnnx } from '@googlenet/formats';
import { fromStandardLayers } from '@googlenet/inception';
import type * as tfl from '@tensorflow/tfjs-layers';
import { UserError, messageOf } from './errors';
import { readPlainFile } from './plain-file';

const MOST_BYTES = 2 ** 31;

/** Whether a path names a model of another tool, by its ending. */
export function isForeignModel(path: string): boolean {
  return /\.(onnx|keras|h5|hdf5)$/i.test(path);
}

/**
 * Loads a model of ONNX or Keras, as modules where it has them, which engines compute faster; the caller disposes it.
 *
 * @throws {UserError} if the file cannot be read, or holds what has no counterpart here.
 */
export async function loadForeignModel(path: string): Promise<tfl.LayersModel> {
  let model: tfl.LayersModel | undefined;
  try {
    const { buffer, byteOffset, length } = readPlainFile(path, MOST_BYTES);
    const file = new Uint8Array(buffer, byteOffset, length);
    model = /\.onnx$/i.test(path) ? readOnnx(file) : await readKeras(file);
    const modules = fromStandardLayers(model);
    const metadata = model.getUserDefinedMetadata();
    if (metadata !== undefined) modules.setUserDefinedMetadata(metadata);
    return modules;
  } catch (error) {
    const message =
      error instanceof FormatError
        ? `--model ${path}: ${error.message}`
        : `--model: expected a model file, got ${path} (${messageOf(error)}). Check the path.`;
    throw new UserError(message, { cause: error });
  } finally {
    model?.dispose();
  }
}
