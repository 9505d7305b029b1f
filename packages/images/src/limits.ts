import { requireNumber } from '@googlenet-tooling/shared/checks';
import { ImageError } from './errors';
import { readImageHeader, type ImageHeader } from './header';

/** Options of `decodeImage`. */
export interface DecodeOptions {
  /** The largest picture that is decoded, in pixels; checked against the header before anything is allocated. Default 64 million. */
  maxPixels?: number;
  /** Gives red, green, blue, alpha instead of colours over white; alpha is 255 where the file has none. Default false. */
  keepAlpha?: boolean;
}

export const DEFAULT_MAX_PIXELS = 64e6;

/** The header of a picture that may be decoded. */
export function admit(bytes: Uint8Array, options: DecodeOptions): ImageHeader {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(
      `decodeImage: expected bytes in a Uint8Array, got ${typeof bytes}. Read the file first.`,
    );
  requireNumber('decodeImage', 'maxPixels', maxPixels, 1, 1e9);
  const header = readImageHeader(bytes);
  const { width, height, format } = header;
  if (width * height > maxPixels) {
    throw new ImageError(
      'TOO_LARGE',
      `decodeImage: expected at most ${maxPixels / 1e6} million pixels, got a ${format} that says ${width}x${height}. Make it smaller or raise maxPixels.`,
    );
  }
  if (header.animated && format === 'webp') {
    throw new ImageError(
      'UNSUPPORTED',
      'decodeImage: expected a still picture, got an animated WebP. Save one frame of it.',
    );
  }
  return header;
}
