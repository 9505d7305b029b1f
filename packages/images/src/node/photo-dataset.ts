import { requireInteger } from '@googlenet-tooling/shared/checks';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { validateAugment, type PhotoAugmentOptions } from '../augment';
import type { PixelImage } from '../picture';
import { keyedRandom, shuffledOrder } from '../random';
import type { PreparePool } from './pool';
import type { PrepareJob, Prepared, PrepareSettings } from './prepare';

/** What {@link PhotoDataset.batches} is asked for. */
export interface PhotoBatchOptions {
  /** Pictures in a batch. */
  batchSize: number;
  /** Whether the order is random, another one in each epoch; default false. */
  shuffle?: boolean;
  /** Start of every random choice; default 0. */
  seed?: number;
  /** The number of this pass over the data, from 0; default 0. */
  epoch?: number;
  /** The first batch to give, to go on inside an epoch; default 0. */
  startBatch?: number;
  /** Random views instead of the middle; `{}` means all defaults. Default: the middle. */
  augment?: PhotoAugmentOptions;
  /** Batches prepared ahead; default 2. */
  prefetch?: number;
  /** Whether a smaller last batch is left out; default false. */
  dropRemainder?: boolean;
  /**
   * Which rows of a batch to decode, of how many it has as a whole: the share of one of several processes that train together.
   * Default all.
   */
  rows?: (images: number) => readonly [first: number, end: number];
}

/** Pictures and labels of one step. */
export interface PhotoBatch {
  /** NHWC. */
  images: Float32Array;
  labels: Int32Array;
  /** Positions in the data set. */
  indices: Int32Array;
  /** `[batch, height, width, 3]` */
  shape: [number, number, number, number];
  /** Pictures of the whole batch; only where `rows` was given. */
  globalImages?: number;
}

/** What the parts of a data set share: files, threads and the pictures in memory. */
export interface PhotoSource {
  readonly root: string;
  readonly files: readonly string[];
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  readonly settings: PrepareSettings;
  readonly pool: PreparePool;
  readonly memory: PictureMemory;
}

const ORDER_STREAM = 31;

/** Resized pictures in memory, up to a number of bytes: the first ones stay, since epochs ask for all of them again and again. */
export class PictureMemory {
  private readonly pictures = new Map<number, PixelImage>();
  private used = 0;

  constructor(private readonly limit: number) {}

  get(row: number): PixelImage | undefined {
    return this.pictures.get(row);
  }

  get hasRoom(): boolean {
    return this.used < this.limit;
  }

  put(row: number, picture: PixelImage): void {
    if (this.pictures.has(row) || this.used + picture.data.length > this.limit) return;
    this.used += picture.data.length;
    this.pictures.set(row, picture);
  }
}

/**
 * Photographs with labels, decoded by threads while the network computes. Fits `train()` and `evaluate()` of `@googlenet/training`.
 *
 * Batch `i` is a function of the files, the options, `seed` and `epoch` alone.
 */
export class PhotoDataset {
  readonly size: number;
  readonly numClasses: number;
  readonly classNames: readonly string[];
  readonly height: number;
  readonly width: number;

  /** @internal */
  constructor(
    private readonly source: PhotoSource,
    private readonly rows: Int32Array,
  ) {
    this.size = rows.length;
    this.classNames = source.classNames;
    this.numClasses = source.classNames.length;
    this.height = source.settings.height;
    this.width = source.settings.width;
  }

  /** The path of picture `index`, relative to the folder of the data set. */
  file(index: number): string {
    requireInteger('file', 'index', index, 0, this.size - 1);
    return this.source.files[this.rows[index]];
  }

  /** The class of picture `index`. */
  label(index: number): number {
    requireInteger('label', 'index', index, 0, this.size - 1);
    return this.source.labels[this.rows[index]];
  }

  /** The pictures of each class, as a count. */
  classCounts(): number[] {
    const counts = this.classNames.map(() => 0);
    for (const row of this.rows) counts[this.source.labels[row]]++;
    return counts;
  }

  /** A digest of the files and labels: two data sets of the same one give the same batches. */
  fingerprint(): string {
    const { files, labels } = this.source;
    const list = Array.from(this.rows, (row) => [files[row], labels[row]]);
    return createHash('sha256')
      .update(JSON.stringify([this.classNames, list]))
      .digest('hex');
  }

  /** A part of the data set that shares files, threads and memory. */
  pick(indices: ArrayLike<number>): PhotoDataset {
    const rows = Int32Array.from(indices, (index) => {
      requireInteger('pick', 'index', index, 0, this.size - 1);
      return this.rows[index];
    });
    return new PhotoDataset(this.source, rows);
  }

  /** The resized picture `index`, whole, as bytes. */
  async picture(index: number): Promise<PixelImage> {
    requireInteger('picture', 'index', index, 0, this.size - 1);
    const row = this.rows[index];
    const found = this.source.memory.get(row) ?? (await this.prepare(row, 'store', true)).stored;
    if (found === undefined) throw new Error(`picture: ${this.source.files[row]} gave no pixels`);
    return found;
  }

  /**
   * One pass over the pictures.
   *
   * @throws {RangeError} for an option outside its range.
   * @throws {ImageError} that names the file, for a picture that cannot be read any more.
   */
  batches(options: PhotoBatchOptions): AsyncGenerator<PhotoBatch, void, undefined> {
    const { seed = 0, epoch = 0, prefetch = 2 } = options;
    requireInteger('batches', 'prefetch', prefetch, 0, 64);
    const indices = this.batchIndices(options);
    if (options.augment) validateAugment('batches', options.augment);
    if ((options as { normalize?: unknown }).normalize !== undefined)
      throw new RangeError(
        'batches: expected no normalize, since the data set was opened with the pixels that its network wants.',
      );
    const make = async (i: number): Promise<PhotoBatch> => {
      const whole = indices[i];
      const own = options.rows ? whole.slice(...options.rows(whole.length)) : whole;
      const batch = await this.batch(own, options.augment, [seed, epoch]);
      return options.rows ? { ...batch, globalImages: whole.length } : batch;
    };
    return ahead(make, 0, indices.length, prefetch);
  }

  /**
   * The positions of the pictures in each batch of a pass, without their pixels.
   *
   * @throws {RangeError} for an option outside its range.
   */
  batchIndices(options: Omit<PhotoBatchOptions, 'augment' | 'prefetch' | 'rows'>): Int32Array[] {
    const { batchSize, shuffle, seed = 0, epoch = 0, startBatch = 0, dropRemainder = false } = options;
    requireInteger('batches', 'batchSize', batchSize, 1);
    requireInteger('batches', 'seed', seed, Number.MIN_SAFE_INTEGER);
    requireInteger('batches', 'epoch', epoch, 0);
    const count = dropRemainder ? Math.floor(this.size / batchSize) : Math.ceil(this.size / batchSize);
    requireInteger('batches', 'startBatch', startBatch, 0, count);
    const order = shuffle
      ? shuffledOrder(this.size, keyedRandom(ORDER_STREAM, seed, epoch))
      : Int32Array.from(this.rows.keys());
    return Array.from({ length: count - startBatch }, (_, i) =>
      order.slice((startBatch + i) * batchSize, (startBatch + i + 1) * batchSize),
    );
  }

  private async batch(
    indices: Int32Array,
    augment: PhotoAugmentOptions | undefined,
    key: readonly number[],
  ): Promise<PhotoBatch> {
    const { height, width } = this;
    const length = height * width * 3;
    const images = new Float32Array(indices.length * length);
    const labels = Int32Array.from(indices, (index) => this.label(index));
    await Promise.all(
      Array.from(indices, async (index, slot) => {
        const view = augment ? { key: [...key, index], augment } : 'center';
        const { values } = await this.prepare(this.rows[index], view, this.source.memory.hasRoom);
        if (values) images.set(values, slot * length);
      }),
    );
    return { images, labels, indices, shape: [indices.length, height, width, 3] };
  }

  private async prepare(row: number, view: PrepareJob['view'], keep: boolean): Promise<Prepared> {
    const { pool, memory, root, files } = this.source;
    const stored = memory.get(row);
    const prepared = await pool.run({
      path: join(root, files[row]),
      ...(stored ? { stored } : {}),
      view,
      keep,
    });
    if (prepared.stored) memory.put(row, prepared.stored);
    return prepared;
  }
}

/** Gives `make(from)` ... `make(to - 1)`, each begun when it is at most `prefetch` ahead. */
async function* ahead<T>(
  make: (i: number) => Promise<T>,
  from: number,
  to: number,
  prefetch: number,
): AsyncGenerator<T, void, undefined> {
  const begun: Promise<T>[] = [];
  let next = from;
  const begin = (): void => {
    while (next < to && begun.length <= prefetch) {
      const batch = make(next++);
      batch.catch(() => undefined); // it is looked at when its turn comes, if it comes
      begun.push(batch);
    }
  };
  for (begin(); begun.length > 0;) {
    const batch = await begun.shift();
    begin();
    yield batch as T;
  }
}
