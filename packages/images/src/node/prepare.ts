import { messageOf } from '@googlenet-tooling/shared/show';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { augmentPhoto, type PhotoAugmentOptions } from '../augment';
import { ImageError } from '../errors';
import { centerCrop } from '../geometry';
import type { PixelImage } from '../picture';
import { resizeShorterSide, type ResizeFilter } from '../resize';
import { toFloat32, type PixelFormat } from '../to-float';
import { decodeImageSync } from './decode';

/** How the pictures of a data set are prepared; the same for all of them. */
export interface PrepareSettings {
  readonly height: number;
  readonly width: number;
  /** The shorter side of the pictures that are kept and cropped from. */
  readonly storedSide: number;
  readonly filter: ResizeFilter;
  readonly pixels: PixelFormat;
  readonly maxPixels?: number;
  /** Where resized pictures are kept between runs. */
  readonly cacheFolder?: string;
}

/** What is wanted of one picture. */
export interface PrepareJob {
  readonly path: string;
  /** The resized picture, where it is at hand. */
  readonly stored?: PixelImage;
  /** `store`: the resized picture; `center`: its middle as numbers; otherwise a random view of that key. */
  readonly view: 'store' | 'center' | { key: readonly number[]; augment: PhotoAugmentOptions };
  /** Whether to give back the resized picture if it had to be made. */
  readonly keep: boolean;
}

/** What a job gives. */
export interface Prepared {
  readonly values?: Float32Array;
  readonly stored?: PixelImage;
}

const MAX_FILE_BYTES = 256e6;
const CACHE_MAGIC = 0x474e5031;
const CACHE_HEADER = 12;

/**
 * Reads, decodes and resizes one picture, and makes a view of it.
 *
 * @throws {ImageError} that names the file.
 */
export function preparePicture(settings: PrepareSettings, job: PrepareJob): Prepared {
  const stored = job.stored ?? loadPicture(settings, job.path);
  const kept = job.keep && job.stored === undefined ? { stored: shared(stored) } : {};
  if (job.view === 'store') return kept;
  const { height, width, filter, pixels } = settings;
  const view =
    job.view === 'center'
      ? centerCrop(stored, { height, width })
      : augmentPhoto(stored, { size: { height, width }, filter, ...job.view });
  return { ...kept, values: toFloat32(view, pixels) };
}

function loadPicture(settings: PrepareSettings, path: string): PixelImage {
  const { storedSide, filter, maxPixels, cacheFolder } = settings;
  let bytes: Uint8Array;
  let cached: string | undefined;
  try {
    const { size, mtimeMs } = regularFile(path);
    cached = cacheFolder && cachePath(cacheFolder, [path, size, mtimeMs, storedSide, filter]);
    const found = cached === undefined ? undefined : readCached(cached, storedSide);
    if (found) return found;
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError('NOT_FOUND', `${path}: expected a file that can be read, got ${messageOf(error)}.`, {
      cause: error,
    });
  }
  let image: PixelImage;
  try {
    image = decodeImageSync(bytes, maxPixels === undefined ? {} : { maxPixels });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(error.code, `${path}: ${error.message.replace(/^decodeImage: /, '')}`, {
      cause: error,
    });
  }
  const longest = (storedSide * Math.max(image.height, image.width)) / Math.min(image.height, image.width);
  if (longest > 32768)
    throw new ImageError(
      'UNSUPPORTED',
      `${path}: expected a picture at most ${Math.floor(32768 / storedSide)} times as long as wide, got ${image.width}x${image.height}.`,
    );
  const stored = resizeShorterSide(image, storedSide, { filter });
  if (cached !== undefined) writeCached(cached, stored);
  return stored;
}

function regularFile(path: string): { size: number; mtimeMs: number } {
  const stats = statSync(path);
  if (!stats.isFile())
    throw new ImageError('FORMAT', `${path}: expected a picture file, got a folder or a device.`);
  if (stats.size > MAX_FILE_BYTES)
    throw new ImageError(
      'TOO_LARGE',
      `${path}: expected a picture of at most ${MAX_FILE_BYTES / 1e6} MB, got ${stats.size} bytes.`,
    );
  return stats;
}

function cachePath(folder: string, key: readonly (string | number)[]): string {
  const name = createHash('sha256')
    .update(JSON.stringify([1, ...key]))
    .digest('hex')
    .slice(0, 40);
  return join(folder, name.slice(0, 2), name);
}

/** Files that are torn or of another size are made anew. */
function readCached(path: string, storedSide: number): PixelImage | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  if (bytes.length < CACHE_HEADER || bytes.readUInt32LE(0) !== CACHE_MAGIC) return undefined;
  const [width, height] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  if (Math.min(width, height) !== storedSide || bytes.length !== CACHE_HEADER + width * height * 3)
    return undefined;
  return {
    data: new Uint8Array(bytes.buffer, bytes.byteOffset + CACHE_HEADER, width * height * 3),
    width,
    height,
    channels: 3,
  };
}

/** A cache that cannot be written is no reason to stop. */
function writeCached(path: string, { data, width, height }: PixelImage): void {
  const header = Buffer.alloc(CACHE_HEADER);
  [CACHE_MAGIC, width, height].forEach((value, i) => header.writeUInt32LE(value, 4 * i));
  const part = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(part, Buffer.concat([header, data]));
    renameSync(part, path);
  } catch {
    // A full or read-only disk: the picture is decoded again next time.
  }
}

/** The same picture in memory that threads share, so that it is never copied again. */
function shared(image: PixelImage): PixelImage {
  const data = new Uint8Array(new SharedArrayBuffer(image.data.length));
  data.set(image.data);
  return { ...image, data };
}
