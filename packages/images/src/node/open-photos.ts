import { requireChoice, requireInteger, requireNumber } from '@googlenet-tooling/shared/checks';
import { messageOf } from '@googlenet-tooling/shared/show';
import { join } from 'node:path';
import { totalmem } from 'node:os';
import { ImageError } from '../errors';
import { keyedRandom, shuffledOrder } from '../random';
import type { ResizeFilter } from '../resize';
import { validatePixelFormat, type PixelFormat } from '../to-float';
import { listPictures } from './list-pictures';
import type { ListedPicture, PictureList } from './picture-list';
import { PhotoDataset, PictureMemory, type PhotoSource } from './photo-dataset';
import { defaultWorkers, PreparePool } from './pool';

/** Options of {@link openPhotos}. */
export interface OpenPhotosOptions {
  /** Of the network's input; default 224. */
  height?: number;
  /** Of the network's input; default 224. */
  width?: number;
  /** The shorter side of the pictures that crops are taken from; default 256 / 224 of the larger input side. */
  storedSide?: number;
  /** Of all resizing; default `'bilinear'`. */
  filter?: ResizeFilter;
  /** What the network wants; default `[0, 1]`. */
  pixels?: PixelFormat;
  /** Of each class, for validation, where the folder has no part for it; default 0.2. 0 for none. */
  validationFraction?: number;
  /** Of each class, for the test, where the folder has no part for it; default 0. */
  testFraction?: number;
  /** Of the split; default 0. */
  seed?: number;
  /** What a picture that cannot be read does; default `'stop'`. */
  corrupt?: 'stop' | 'skip';
  /** Threads that decode; default the cores but one, from 1 to 4. 0 uses the caller's thread. */
  workers?: number;
  /** Bytes of resized pictures in memory; default a quarter of the machine's memory, at most 2 GB. */
  cacheBytes?: number;
  /** A folder that keeps resized pictures between runs; default none. */
  cacheFolder?: string;
  /** The largest picture, in pixels; default 64 million. */
  maxPixels?: number;
  signal?: AbortSignal;
  /** Called while all pictures are decoded once. */
  onProgress?: (done: number, count: number) => void;
  /** The processes that open the same folder together, each of which then decodes its share; default this one alone. */
  together?: OpenTogether;
  /** @internal for tests of the sources */
  workerFile?: string;
}

/** Several processes that open one folder, seen by one of them. */
export interface OpenTogether {
  /** Which of them this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** How many of them are on this machine, whose cores and memory they share. */
  readonly localSize: number;
  /** Gives every process what each of them says. @param own - plain JSON */
  gather<T>(own: T): Promise<T[]>;
}

/** A picture that was left out. */
export interface SkippedPicture {
  readonly file: string;
  readonly reason: string;
}

/** An opened data set. */
export interface Photos {
  readonly train: PhotoDataset;
  readonly validation: PhotoDataset | undefined;
  readonly test: PhotoDataset | undefined;
  readonly classNames: readonly string[];
  /** With `corrupt: 'skip'`. */
  readonly skipped: readonly SkippedPicture[];
  /** Files that are no pictures by their name. */
  readonly ignored: readonly string[];
  /** Ends the threads. The data sets cannot be used afterwards. */
  close(): Promise<void>;
}

const SPLIT_STREAM = 41;
const MAX_LISTED = 20;

/**
 * Opens a folder of pictures (`FOLDER/CLASS/*.jpg`, with or without `train`, `val`, `test` above the classes) or a CSV list as data sets.
 *
 * Every picture is decoded once here, by all threads, so that a damaged one is known before the training starts.
 * @throws {ImageError} `NOT_FOUND`, `DATASET`, or with `corrupt: 'stop'` `CORRUPT` with a list of all pictures that cannot be read.
 * @throws {RangeError} for an option outside its range.
 */
export async function openPhotos(path: string, options: OpenPhotosOptions = {}): Promise<Photos> {
  const settings = checked(options);
  const { validationFraction = 0.2, testFraction = 0, seed = 0, corrupt = 'stop', workerFile } = options;
  const localSize = options.together?.localSize ?? 1;
  const list = listPictures(path);
  const workers = options.workers ?? defaultWorkers(workerFile, localSize);
  const pool = new PreparePool(settings, Math.min(workers, list.pictures.length), workerFile);
  try {
    const source: PhotoSource = {
      root: list.root,
      files: list.pictures.map(({ file }) => file),
      labels: Int32Array.from(list.pictures, ({ label }) => label),
      classNames: list.classNames,
      settings,
      pool,
      memory: new PictureMemory(options.cacheBytes ?? Math.min(2e9, totalmem() / 4) / localSize),
    };
    const own = await decodeAll(source, options);
    const skipped = new Map(await shared([...own], options.together));
    if (skipped.size > 0 && corrupt === 'stop') throw allSkipped(skipped, list);
    const rows = list.pictures.map((_, row) => row).filter((row) => !skipped.has(row));
    checkLeft(list, rows);
    const parts = divide(list.pictures, rows, { validationFraction, testFraction, seed });
    const part = (name: 'validation' | 'test'): PhotoDataset | undefined =>
      parts[name].length > 0 ? new PhotoDataset(source, Int32Array.from(parts[name])) : undefined;
    return {
      train: new PhotoDataset(source, Int32Array.from(parts.train)),
      validation: part('validation'),
      test: part('test'),
      classNames: list.classNames,
      skipped: [...skipped].map(([row, reason]) => ({ file: list.pictures[row].file, reason })),
      ignored: list.ignored,
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function checked(options: OpenPhotosOptions): PhotoSource['settings'] {
  const where = 'openPhotos';
  const { height = 224, width = 224, filter = 'bilinear', pixels = {}, maxPixels, cacheFolder } = options;
  requireInteger(where, 'height', height, 1, 4096);
  requireInteger(where, 'width', width, 1, 4096);
  const { storedSide = Math.round((Math.max(height, width) * 256) / 224) } = options;
  requireInteger(where, 'storedSide', storedSide, Math.max(height, width), 8192);
  requireChoice(where, 'filter', filter, ['bicubic', 'bilinear', 'box']);
  validatePixelFormat(where, pixels, 3);
  requireChoice(where, 'corrupt', options.corrupt ?? 'stop', ['stop', 'skip']);
  requireInteger(where, 'workers', options.workers ?? 0, 0, 64);
  requireInteger(where, 'seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
  requireNumber(where, 'cacheBytes', options.cacheBytes ?? 0, 0, Number.MAX_SAFE_INTEGER);
  const { validationFraction = 0.2, testFraction = 0 } = options;
  requireNumber(where, 'validationFraction', validationFraction, 0, 0.9);
  requireNumber(where, 'testFraction', testFraction, 0, 0.9);
  if (validationFraction + testFraction > 0.9)
    throw new RangeError(
      `openPhotos: expected validationFraction and testFraction to leave a tenth for training, got ${validationFraction} and ${testFraction}.`,
    );
  return {
    height,
    width,
    storedSide,
    filter,
    pixels,
    ...(maxPixels === undefined ? {} : { maxPixels }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  };
}

/** What all processes found, in the order of the rows. */
async function shared(
  own: [row: number, reason: string][],
  together: OpenTogether | undefined,
): Promise<[row: number, reason: string][]> {
  const all = together ? (await together.gather(own)).flat() : own;
  return all.sort(([a], [b]) => a - b);
}

/** Decodes everything once, or this process's share of it, into the caches. @returns the reason by row, for pictures that cannot be read. */
async function decodeAll(
  { pool, memory, root, files }: PhotoSource,
  { signal, onProgress, together }: Pick<OpenPhotosOptions, 'signal' | 'onProgress' | 'together'>,
): Promise<Map<number, string>> {
  const { rank = 0, size = 1 } = together ?? {};
  const skipped = new Map<number, string>();
  let [next, done] = [rank, 0];
  const one = async (): Promise<void> => {
    while (next < files.length) {
      signal?.throwIfAborted();
      const row = next;
      next += size;
      try {
        const { stored } = await pool.run({
          path: join(root, files[row]),
          view: 'store',
          keep: memory.hasRoom,
        });
        if (stored) memory.put(row, stored);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        skipped.set(row, messageOf(error));
      }
      onProgress?.(Math.min((done += size), files.length), files.length);
    }
  };
  await Promise.all(Array.from({ length: pool.width }, one));
  return skipped;
}

function allSkipped(skipped: ReadonlyMap<number, string>, list: PictureList): ImageError {
  const lines = [...skipped.values()].slice(0, MAX_LISTED);
  const rest = skipped.size > MAX_LISTED ? `\n  and ${skipped.size - MAX_LISTED} more` : '';
  return new ImageError(
    'CORRUPT',
    `openPhotos: expected pictures that can be read, got ${skipped.size} of ${list.pictures.length} that cannot. Remove them or choose corrupt: 'skip'.\n  ${lines.join('\n  ')}${rest}`,
  );
}

function checkLeft(list: PictureList, rows: readonly number[]): void {
  const counts = list.classNames.map(() => 0);
  for (const row of rows) if (isTraining(list.pictures[row])) counts[list.pictures[row].label]++;
  const empty = list.classNames.filter((_, label) => counts[label] === 0);
  if (empty.length > 0)
    throw new ImageError(
      'DATASET',
      `openPhotos: expected training pictures that can be read in every class, got none of ${empty.map((name) => `"${name}"`).join(', ')}.`,
    );
}

function isTraining({ part }: ListedPicture): boolean {
  return part === undefined || part === 'train';
}

/** Rows of each part: as listed, or drawn by the seed from each class. A class keeps at least one picture for training. */
function divide(
  pictures: readonly ListedPicture[],
  rows: readonly number[],
  options: { validationFraction: number; testFraction: number; seed: number },
): Record<'train' | 'validation' | 'test', number[]> {
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  const given = new Set(rows.map((row) => pictures[row].part));
  const drawn = new Map<number, number[]>();
  for (const row of rows) {
    const { part, label } = pictures[row];
    if (part === 'validation' || part === 'test') parts[part].push(row);
    else {
      const members = drawn.get(label) ?? [];
      members.push(row);
      drawn.set(label, members);
    }
  }
  for (const [label, members] of drawn) {
    const order = shuffledOrder(members.length, keyedRandom(SPLIT_STREAM, options.seed, label));
    const share = (fraction: number, part: 'validation' | 'test'): number =>
      given.has(part) ? 0 : Math.round(members.length * fraction);
    const forTest = Math.min(share(options.testFraction, 'test'), members.length - 1);
    const forValidation = Math.min(
      share(options.validationFraction, 'validation'),
      members.length - 1 - forTest,
    );
    order.forEach((at, i) => {
      const part = i < forTest ? 'test' : i < forTest + forValidation ? 'validation' : 'train';
      parts[part].push(members[at]);
    });
  }
  for (const list of Object.values(parts)) list.sort((a, b) => a - b);
  return parts;
}
