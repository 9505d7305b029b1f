import { readImageHeader } from '@googlenet/images';

const MOST_BYTES = 64e6;
const MOST_PIXELS = 64e6;

/**
 * The bytes of a picture file that is small enough to be decoded here, by its size and by what its header says.
 *
 * @throws {TypeError} if it is larger than 64 MB or 64 million pixels, or no PNG, JPEG or WebP.
 */
export async function readPictureFile(file: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const where = `readPictureFile(${name})`;
  if (file.size > MOST_BYTES)
    throw new TypeError(
      `${where}: expected a picture of at most ${MOST_BYTES / 1e6} MB, got ${Math.round(file.size / 1e6)} MB. Choose a smaller one.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { width, height } = headerOf(bytes, where);
  if (width * height > MOST_PIXELS)
    throw new TypeError(
      `${where}: expected at most ${MOST_PIXELS / 1e6} million pixels, got ${width} x ${height}. Make it smaller.`,
    );
  return bytes;
}

function headerOf(bytes: Uint8Array, where: string): { width: number; height: number } {
  try {
    return readImageHeader(bytes);
  } catch (cause) {
    throw new TypeError(
      `${where}: expected a picture, got a file that cannot be read as one. Use PNG, JPEG or WebP.`,
      { cause },
    );
  }
}
