import { messageOf } from '@googlenet-tooling/shared/show';
import { ImageError } from '../errors';
import { orient } from '../geometry';
import type { ImageHeader } from '../header';
import { admit, type DecodeOptions } from '../limits';
import type { PixelImage } from '../picture';
import { dropAlpha, withAlpha } from '../to-float';
import { decodeJpeg } from './jpeg';
import { decodePng } from './png';
import { decodeWebp } from './webp';

const DECODERS: Readonly<
  Record<ImageHeader['format'], (bytes: Uint8Array, header: ImageHeader) => PixelImage>
> = {
  jpeg: decodeJpeg,
  png: decodePng,
  webp: decodeWebp,
};

/**
 * Decodes a JPEG, PNG or WebP in Node, upright (EXIF orientation), colours over white where it is transparent, or with `keepAlpha`.
 *
 * Equal to Pillow's `convert('RGB')` byte by byte for JPEG and opaque WebP and 8-bit PNG.
 * @returns red, green, blue; with `keepAlpha` red, green, blue, alpha.
 * @throws {ImageError} `FORMAT`, `CORRUPT`, `TOO_LARGE` or `UNSUPPORTED`.
 */
export function decodeImageSync(bytes: Uint8Array, options: DecodeOptions = {}): PixelImage {
  const header = admit(bytes, options);
  let image: PixelImage;
  try {
    image = DECODERS[header.format](bytes, header);
  } catch (error) {
    throw new ImageError(
      'CORRUPT',
      `decodeImage: expected a whole ${header.format} file, got one that cannot be read: ${messageOf(error)}. Save the picture again.`,
      { cause: error },
    );
  }
  const shown = options.keepAlpha ? withAlpha(image) : image.channels === 4 ? dropAlpha(image) : image;
  return orient(shown, header.orientation);
}

/** {@link decodeImageSync} under the name and the form that browsers have, so that code can be shared. */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<PixelImage> {
  return new Promise((resolve) => resolve(decodeImageSync(bytes, options)));
}
