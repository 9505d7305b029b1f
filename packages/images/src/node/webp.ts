import type { ImageHeader } from '../header';
import type { PixelImage } from '../picture';
import { instantiate, place, take, type CodecExports } from './wasm';

interface WebP extends CodecExports {
  WebPDecodeRGBA(bytes: number, size: number, width: number, height: number): number;
}

/**
 * Decodes a still WebP (lossy or lossless) with libwebp.
 *
 * @returns red, green, blue, alpha.
 * @throws {Error} if the file is damaged.
 */
export function decodeWebp(bytes: Uint8Array, { width, height }: ImageHeader): PixelImage {
  const webp = instantiate<WebP>('@cwasm/webp/webp.wasm');
  const found = place(webp, new Uint8Array(8));
  const pixels = webp.WebPDecodeRGBA(place(webp, bytes), bytes.length, found, found + 4);
  if (pixels === 0) throw new Error('it ends early or is damaged');
  const [foundWidth, foundHeight] = new Int32Array(webp.memory.buffer, found, 2);
  if (foundWidth !== width || foundHeight !== height)
    throw new Error(`it says ${width}x${height} and also ${foundWidth}x${foundHeight}`);
  return { data: take(webp, pixels, width * height * 4), width, height, channels: 4 };
}
