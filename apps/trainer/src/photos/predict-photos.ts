import { preprocess, type Preprocessing } from '@googlenet/pretrained';
import { resolve } from 'node:path';
import type { Io } from '../io';
import { readPhoto } from '../png/read-image';

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
