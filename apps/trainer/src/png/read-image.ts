import { ImageError, type PixelImage } from '@googlenet/images';
import { decodeImageSync } from '@googlenet/images/node';
import { PNG } from 'pngjs';
import { UserError, messageOf } from '../errors';
import { MOST_PICTURE_BYTES, readPlainFile } from '../plain-file';

/** A picture as read: red, green, blue, alpha, 8 bits each. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads a PNG, JPEG or WebP file, upright; transparent parts of a PNG stay transparent.
 *
 * @throws {UserError} if it is no plain file, above 256 MB, of another kind, torn, or above 64 megapixels by its header.
 */
export function readImage(path: string): Picture {
  const bytes = readPictureFile(path);
  const image = decodePicture(path, bytes);
  return bytes[0] === 0x89 ? PNG.sync.read(bytes) : opaque(image);
}

/** The same in red, green and blue, transparent parts over white. */
export function readPhoto(path: string): PixelImage {
  return decodePicture(path, readPictureFile(path));
}

function readPictureFile(path: string): Buffer {
  try {
    return readPlainFile(path, MOST_PICTURE_BYTES);
  } catch (error) {
    throw new UserError(`predict: expected a picture, got ${path} (${messageOf(error)}). Check the path.`, {
      cause: error,
    });
  }
}

function decodePicture(path: string, bytes: Buffer): PixelImage {
  try {
    return decodeImageSync(bytes);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new UserError(`predict: ${path}: ${error.message.replace(/^\w+: /, '')}`, { cause: error });
  }
}

function opaque({ data, width, height }: PixelImage): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return { data: rgba, width, height };
}
