import { PNG } from 'pngjs';
import { inflateSync } from 'node:zlib';
import type { ImageHeader } from '../header';
import type { PixelImage } from '../picture';

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Decodes a PNG (every colour type and depth, interlaced too; of an animation the default image).
 *
 * @returns red, green, blue, alpha; 16 bits rounded to 8.
 * @throws {Error} if the file is damaged.
 */
export function decodePng(bytes: Uint8Array, { width, height, interlaced }: ImageHeader): PixelImage {
  // pngjs takes what there is: it would fill up a file that ends early and inflate an interlaced one without bound.
  const expected = rawBytes(bytes, width, height, interlaced);
  const inflated = inflateSync(imageData(bytes), { maxOutputLength: expected + 1 });
  if (inflated.length < expected) throw new Error('it has fewer pixels than it says');
  const png = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (png.width !== width || png.height !== height) throw new Error('it has two sizes');
  return { data: png.data, width, height, channels: 4 };
}

function imageData(bytes: Uint8Array): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(parts);
}

/** The bytes before compression: each row (of each pass) has one byte for its filter. */
function rawBytes(bytes: Uint8Array, width: number, height: number, interlaced: boolean): number {
  const bits = bytes[24] * (CHANNELS[bytes[25]] ?? 0);
  if (bits === 0) throw new Error(`it has the colour type ${bytes[25]}`);
  const rows = (w: number, h: number): number => (w < 1 || h < 1 ? 0 : h * (1 + Math.ceil((w * bits) / 8)));
  if (!interlaced) return rows(width, height);
  return ADAM7.reduce(
    (sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}
