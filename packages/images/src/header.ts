import { messageOf } from '@googlenet-tooling/shared/show';
import { ImageError } from './errors';
import { exifOrientation } from './exif';

/** The formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp';

/** What the first bytes of a picture claim; nothing is decoded for it. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored, before `orientation` is applied. */
  readonly width: number;
  /** As stored, before `orientation` is applied. */
  readonly height: number;
  /** EXIF: 1 to 8, where 1 is upright. */
  readonly orientation: number;
  /** Whether it holds several frames (WebP) or names them (PNG; its default image is a still). */
  readonly animated: boolean;
  /** Whether an interlaced PNG. */
  readonly interlaced: boolean;
  /** Whether a JPEG carries Adobe's marker, which says that CMYK is stored inverted. */
  readonly adobe: boolean;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Formats that people have and that are not read, by how their files begin. */
const FOREIGN: readonly [name: string, offset: number, start: string][] = [
  ['GIF', 0, 'GIF8'],
  ['BMP', 0, 'BM'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['HEIC', 4, 'ftyphei'],
  ['HEIC', 4, 'ftypmif1'],
  ['AVIF', 4, 'ftypavif'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL '],
  ['PDF', 0, '%PDF'],
  ['SVG', 0, '<svg'],
  ['a web page or XML', 0, '<'],
];

/**
 * Reads the size, orientation and form of a JPEG, PNG or WebP from its header.
 *
 * Looks at no more than the segments before the pixels, each once.
 * @throws {ImageError} `FORMAT` if it is none of the three, `CORRUPT` if the header is torn or absurd.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(
      `readImageHeader: expected bytes in a Uint8Array, got ${typeof bytes}. Read the file first.`,
    );
  const format = detectFormat(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: ImageHeader;
  try {
    header = { jpeg: jpegHeader, png: pngHeader, webp: webpHeader }[format](view);
  } catch (error) {
    const reason = error instanceof RangeError ? 'the file ends inside its header' : messageOf(error);
    throw new ImageError(
      'CORRUPT',
      `decodeImage: expected a whole ${format} file, got one where ${reason}.`,
      {
        cause: error,
      },
    );
  }
  if (header.width < 1 || header.height < 1) {
    throw new ImageError(
      'CORRUPT',
      `decodeImage: expected a ${format} file with pixels, got a size of ${header.width}x${header.height}.`,
    );
  }
  return header;
}

function detectFormat(bytes: Uint8Array): ImageFormat {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (PNG_SIGNATURE.every((value, i) => bytes[i] === value)) return 'png';
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WEBP') return 'webp';
  const foreign = FOREIGN.find(([, offset, start]) => text(bytes, offset, start.length) === start)?.[0];
  const got =
    bytes.length === 0
      ? 'an empty file'
      : (foreign ?? `a file that starts with ${[...bytes.subarray(0, 4)].map(hex).join(' ')}`);
  throw new ImageError('FORMAT', `decodeImage: expected a JPEG, PNG or WebP, got ${got}. Convert it first.`);
}

function pngHeader(view: DataView): ImageHeader {
  if (chunkName(view, 12) !== 'IHDR') throw new Error('IHDR is not the first chunk');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const interlaced = view.getUint8(28) !== 0;
  let [orientation, animated] = [1, false];
  for (let at = 8; at + 12 <= view.byteLength;) {
    const length = view.getUint32(at);
    const name = chunkName(view, at + 4);
    if (name === 'IDAT' || name === 'IEND') break;
    if (name === 'acTL') animated = true;
    if (name === 'eXIf') orientation = exifOrientation(part(view, at + 8, length));
    at += 12 + length;
  }
  return { format: 'png', width, height, orientation, animated, interlaced, adobe: false };
}

function jpegHeader(view: DataView): ImageHeader {
  let [orientation, adobe] = [1, false];
  let at = 2;
  for (;;) {
    while (view.getUint8(at) !== 0xff) at++; // bytes between segments, which decoders pass over as well
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (marker === 0xd9 || marker === 0xda) throw new Error('the pixels come before their size');
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) || marker === 0) continue;
    const length = view.getUint16(at);
    if (length < 2) throw new Error(`a segment has ${length} bytes`);
    const startOfFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (startOfFrame) {
      const [height, width] = [view.getUint16(at + 3), view.getUint16(at + 5)];
      return { format: 'jpeg', width, height, orientation, adobe, animated: false, interlaced: false };
    }
    if (marker === 0xe1 && chunkName(view, at + 2) === 'Exif')
      orientation = exifOrientation(part(view, at + 8, length - 8));
    if (marker === 0xee && length >= 14 && chunkName(view, at + 2) === 'Adob') adobe = true;
    at += length;
  }
}

function webpHeader(view: DataView): ImageHeader {
  const form = chunkName(view, 12);
  const still = { format: 'webp', orientation: 1, animated: false, interlaced: false, adobe: false } as const;
  if (form === 'VP8 ') {
    if (view.getUint8(23) !== 0x9d || view.getUint8(24) !== 0x01 || view.getUint8(25) !== 0x2a)
      throw new Error('the frame header has no start code');
    return {
      ...still,
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  }
  if (form === 'VP8L') {
    if (view.getUint8(20) !== 0x2f) throw new Error('the lossless header has no signature');
    const bits = view.getUint32(21, true);
    return { ...still, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (form !== 'VP8X') throw new Error(`the first chunk is ${JSON.stringify(form)}`);
  const flags = view.getUint8(20);
  const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  let orientation = 1;
  for (let at = 12; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at + 4, true);
    if (chunkName(view, at) === 'EXIF') orientation = exifOrientation(part(view, at + 8, length));
    at += 8 + length + (length & 1);
  }
  return {
    ...still,
    width: uint24(24) + 1,
    height: uint24(27) + 1,
    orientation,
    animated: (flags & 2) !== 0,
  };
}

/** A part of a view, cut where the view ends. */
function part(view: DataView, at: number, length: number): DataView {
  const start = Math.min(at, view.byteLength);
  return new DataView(
    view.buffer,
    view.byteOffset + start,
    Math.max(0, Math.min(length, view.byteLength - start)),
  );
}

function chunkName(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
