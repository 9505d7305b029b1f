import { ImageError, type PixelImage } from '@googlenet/images';
import { decodeImageSync } from '@googlenet/images/node';
import { UserError, messageOf, reasonOf } from '../errors';
import { MOST_PICTURE_BYTES, readPlainFile } from '../plain-file';

/**
 * Reads a PNG, JPEG or WebP file, upright, as red, green, blue, alpha: transparent parts stay transparent.
 *
 * @throws {UserError} if it is no plain file, above 256 MB, of another kind, torn, or above 64 megapixels by its header.
 */
export function readImage(path: string): PixelImage {
  return read(path, true);
}

/** The same in red, green and blue, transparent parts over white. */
export function readPhoto(path: string): PixelImage {
  return read(path, false);
}

function read(path: string, keepAlpha: boolean): PixelImage {
  try {
    return decodeImageSync(readPictureFile(path), { keepAlpha });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new UserError(`predict: ${path}: ${reasonOf(error)}`, { cause: error });
  }
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
