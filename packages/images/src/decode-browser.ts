import { requireInteger } from '@googlenet-tooling/shared/checks';
import { messageOf } from '@googlenet-tooling/shared/show';
import { ImageError } from './errors';
import type { ImageHeader } from './header';
import { admit, type DecodeOptions } from './limits';
import type { PixelImage } from './picture';
import { dropAlpha } from './to-float';

/** Options of `decodeImage` in a browser. */
export interface BrowserDecodeOptions extends DecodeOptions {
  /**
   * A shorter side that is enough, in pixels: the browser makes a larger picture smaller before its pixels are read, to no less than
   * this. Photographs of many megapixels take a third of the time. Default: as it is.
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
  const header = admit(bytes, options);
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function') {
    throw new ImageError(
      'UNSUPPORTED',
      'decodeImage: expected a browser with createImageBitmap and OffscreenCanvas, got neither. In Node import it from @googlenet/images/node.',
    );
  }
  const source =
    (await decodeSmaller(bytes, header, shorterSide)) ?? (await decodeWhole(bytes, header.format));
  try {
    const [fullWidth, fullHeight] =
      source instanceof ImageBitmap
        ? [source.width, source.height]
        : [source.displayWidth, source.displayHeight];
    const scale = Math.min(1, shorterSide / Math.min(fullWidth, fullHeight));
    const [width, height] = [fullWidth, fullHeight].map((side) => Math.round(side * scale));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null)
      throw new ImageError('TOO_LARGE', `decodeImage: the browser has no canvas of ${width}x${height}.`);
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const image = { data: new Uint8Array(data.buffer), width, height, channels: 4 };
    return options.keepAlpha ? image : dropAlpha(image);
  } finally {
    source.close();
  }
}

async function decodeWhole(bytes: Uint8Array, format: ImageHeader['format']): Promise<ImageBitmap> {
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${format}` });
    return await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (error) {
    throw new ImageError(
      'CORRUPT',
      `decodeImage: expected a whole ${format} file, got ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

/** Of the WebCodecs, which some browsers have in secure pages. */
type ImageDecoderClass = new (init: {
  data: Uint8Array;
  type: string;
  desiredWidth: number;
  desiredHeight: number;
}) => { decode(): Promise<{ image: VideoFrame; complete: boolean }>; close(): void };

/** Eighths of its size are what a JPEG can be decoded to without computing the rest. */
const EIGHTHS = 8;

/** An upright JPEG in less than its size, as it is decoded; undefined where the browser cannot, or nothing is gained. */
async function decodeSmaller(
  bytes: Uint8Array,
  { format, orientation, width, height }: ImageHeader,
  shorterSide: number,
): Promise<VideoFrame | undefined> {
  const { ImageDecoder: Decoder } = globalThis as { ImageDecoder?: ImageDecoderClass };
  const eighths = Math.ceil((EIGHTHS * shorterSide) / Math.min(width, height));
  if (Decoder === undefined || format !== 'jpeg' || orientation !== 1 || eighths >= EIGHTHS) return undefined;
  const [desiredWidth, desiredHeight] = [width, height].map((side) => Math.ceil((side * eighths) / EIGHTHS));
  try {
    const decoder = new Decoder({ data: bytes, type: 'image/jpeg', desiredWidth, desiredHeight });
    try {
      const { image } = await decoder.decode();
      if (Math.min(image.displayWidth, image.displayHeight) >= shorterSide) return image;
      image.close();
    } finally {
      decoder.close();
    }
  } catch {
    // The usual way says what is wrong.
  }
  return undefined;
}
