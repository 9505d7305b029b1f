import { decodeImageSync } from '@googlenet/images/node';
import { preprocess, type Preprocessing } from '@googlenet/pretrained';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError, messageOf } from '../errors';
import type { Io } from '../io';

const MAX_FILE_BYTES = 256e6;

/**
 * Photographs as a network takes them.
 *
 * @returns `[files, size, size, 3]`, row by row.
 * @throws {UserError} that names the file which cannot be read.
 */
export function readPhotos(io: Io, files: readonly string[], preprocessing: Preprocessing): Float32Array {
  const length = preprocessing.size ** 2 * 3;
  const images = new Float32Array(files.length * length);
  files.forEach((file, i) => preprocess(readPhoto(resolve(io.cwd, file)), preprocessing, images, i * length));
  return images;
}

function readPhoto(path: string): ReturnType<typeof decodeImageSync> {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes`);
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`predict: expected a picture, got ${path} (${messageOf(error)}). Check the path.`, {
      cause: error,
    });
  }
  try {
    return decodeImageSync(bytes);
  } catch (error) {
    throw new UserError(`predict: ${path}: ${messageOf(error).replace(/^\w+: /, '')}`, { cause: error });
  }
}
