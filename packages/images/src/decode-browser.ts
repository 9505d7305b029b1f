import { requireInteger } from '@googlenet-tooling/shared/checks';
import { messageOf } from '@googlenet-tooling/shared/show';
import { ImageError } from './errors';
import { admit, type DecodeOptions } from './limits';
import type { PixelImage } from './picture';
import { dropAlpha } from './to-float';

/** Options of `decodeImage` in a browser. */
export interface BrowserDecodeOptions extends DecodeOptions {
  /**
   * A shorter side that is enough, in pixels: the browser makes a larger picture smaller, to this, before its pixels are read, which
   * saves time with photographs of many megapixels. Default: as it is.
   */
  shorterSide?: number;
}

/**
 * Decodes a JPEG, PNG or WebP in a browser, upright (EXIF orientation), colours over white where it is transparent, or with `keepAlpha`.
 * In Node: `@googlenet/images/node`.
 *
 * The browser's own decoder is used; its colours may differ from other decoders by a few levels.
 * @returns red, green, blue; with `keepAlpha` red, green, blue, alpha.
 * @throws {ImageError} `FORMAT`, `CORRUPT`, `TOO_LARGE` or `UNSUPPORTED`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: BrowserDecodeOptions = {},
): Promise<PixelImage> {
  const { shorterSide = Infinity } = options;
  if (shorterSide !== Infinity) requireInteger('decodeImage', 'shorterSide', shorterSide, 1, 32768);
  const { format } = admit(bytes, options);
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function') {
    throw new ImageError(
      'UNSUPPORTED',
      'decodeImage: expected a browser with createImageBitmap and OffscreenCanvas, got neither. In Node import it from @googlenet/images/node.',
    );
  }
  let bitmap: ImageBitmap;
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${format}` });
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (error) {
    throw new ImageError(
      'CORRUPT',
      `decodeImage: expected a whole ${format} file, got ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
  try {
    const scale = Math.min(1, shorterSide / Math.min(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.round(side * scale));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null)
      throw new ImageError('TOO_LARGE', `decodeImage: the browser has no canvas of ${width}x${height}.`);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const image = { data: new Uint8Array(data.buffer), width, height, channels: 4 };
    return options.keepAlpha ? image : dropAlpha(image);
  } finally {
    bitmap.close();
  }
}
