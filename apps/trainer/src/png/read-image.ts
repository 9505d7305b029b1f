import { readFileSync } from 'node:fs';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { UserError, messageOf } from '../errors';

/** A picture as read: red, green, blue, alpha, 8 bits each. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const MAX_MEGAPIXELS = 64;

/**
 * Reads a PNG or JPEG file, told apart by their first bytes, not by their names.
 *
 * @throws {UserError} if the file is missing, of another kind, torn, or above 64 megapixels.
 */
export function readImage(path: string): Picture {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`predict: expected a picture, got ${path} (${messageOf(error)}). Check the path.`, {
      cause: error,
    });
  }
  const decode = bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))
    ? decodePng
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? decodeJpeg
      : undefined;
  if (decode === undefined) {
    const start =
      bytes.length === 0
        ? 'an empty file'
        : `a file that starts with ${bytes.subarray(0, 4).toString('hex')}`;
    throw new UserError(`predict: expected a PNG or JPEG in ${path}, got ${start}. Convert it first.`);
  }
  try {
    return decode(bytes);
  } catch (error) {
    throw new UserError(
      `predict: expected a whole PNG or JPEG in ${path}, got: ${messageOf(error)}. Save the picture again.`,
      { cause: error },
    );
  }
}

function decodePng(bytes: Buffer): Picture {
  if (bytes.length >= 24) checkSize(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  const { data, width, height } = PNG.sync.read(bytes);
  return { data, width, height };
}

function decodeJpeg(bytes: Buffer): Picture {
  const { data, width, height } = jpeg.decode(bytes, {
    useTArray: true,
    maxResolutionInMP: MAX_MEGAPIXELS,
    tolerantDecoding: false,
  });
  return { data, width, height };
}

function checkSize(width: number, height: number): void {
  if (width * height > MAX_MEGAPIXELS * 1e6)
    throw new RangeError(`${width}x${height} pixels, more than ${MAX_MEGAPIXELS} megapixels`);
}
