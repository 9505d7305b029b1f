import { requireInteger, requireNumber } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import type { AugmentOptions } from './augment';
import { createAugmenter } from './augment';
import type { LabeledImages } from './labeled-images';
import { KeyedRandom } from './random';
import { createResampler } from './resample';

/** How pixels become numbers: 0 to 1, or `(pixel / 255 - mean) / std`. */
export type Normalize = 'unit' | { mean: number; std: number };

export interface BatchOptions {
  /** Images in a batch. */
  batchSize: number;
  /** Whether the order is random, another one in each epoch; default false. */
  shuffle?: boolean;
  /** Start of every random choice; default 0. */
  seed?: number;
  /** The number of this pass over the data, from 0; default 0. */
  epoch?: number;
  /** The first batch to give, to go on inside an epoch; default 0. */
  startBatch?: number;
  /** Random changes of the images; default none. `{}` means all defaults. */
  augment?: AugmentOptions;
  /** Default `'unit'`. */
  normalize?: Normalize;
  /** Batches made ahead while the caller waits for something else; default 1. */
  prefetch?: number;
  /** Whether a smaller last batch is left out; default false. */
  dropRemainder?: boolean;
  /**
   * Which rows of a batch to make, of how many it has as a whole: the share of one of several processes that train together.
   * Default all.
   */
  rows?: (images: number) => readonly [first: number, end: number];
}

/** Images and labels of one training or evaluation step. */
export interface Batch {
  /** NHWC: `shape[0] * height * width * channels` values. */
  images: Float32Array;
  /** One class per image. */
  labels: Int32Array;
  /** Where the images lie in the `ImageDataset`. */
  indices: Int32Array;
  /** `[batch, height, width, channels]`; 1 channel for grey images. */
  shape: [number, number, number, number];
  /** Images of the whole batch; only where `rows` was given. */
  globalImages?: number;
}

// Random streams that must not repeat one another's numbers.
const ORDER_STREAM = 1;
const AUGMENT_STREAM = 2;

/** Height and width of images, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Makes the function that gives an image another size; undefined where it has that size. */
export function createResizer(
  { height, width, channels = 1 }: Pick<LabeledImages, 'height' | 'width' | 'channels'>,
  size: ImageSize,
): ((pixels: ArrayLike<number>) => Float32Array) | undefined {
  if (size.height === height && size.width === width) return undefined;
  const whole = { left: 0, top: 0, width, height };
  return createResampler({ width, height }, whole, size, { channels, edge: 'nearest' });
}

/** How many batches a pass over `size` images has. */
export function countBatches(size: number, batchSize: number, dropRemainder = false): number {
  return dropRemainder ? Math.floor(size / batchSize) : Math.ceil(size / batchSize);
}

/**
 * Makes the function that gives batch `i` of one epoch.
 *
 * The batch is a function of (seed, epoch, i) alone: an image's augmentation depends on
 * (seed, epoch, its index), the order on (seed, epoch). So training can stop and go on anywhere.
 * @param rows - which images of `data`, in the order of the data set
 * @param size - what they are resized to, after their augmentation
 * @param resize - does it; undefined where they have that size
 */
export function createBatchMaker(
  data: LabeledImages,
  rows: Int32Array,
  options: BatchOptions,
  size: ImageSize = data,
  resize = createResizer(data, size),
): (i: number) => Batch {
  const { batchSize, shuffle = false, seed = 0, epoch = 0, normalize = 'unit' } = options;
  const { channels = 1 } = data;
  const area = data.height * data.width * channels;
  const { height, width } = size;
  const resizedArea = height * width * channels;
  const order = Int32Array.from(rows.keys());
  if (shuffle) new KeyedRandom(seed, ORDER_STREAM, epoch).shuffle(order);
  const augment =
    options.augment === undefined
      ? undefined
      : createAugmenter(options.augment, data.height, data.width, channels);
  const { mean, std } = normalize === 'unit' ? { mean: 0, std: 1 } : normalize;
  const scale = 1 / (255 * std);
  const bias = -mean / std;
  const table = Float32Array.from({ length: 256 }, (_, pixel) => pixel * scale + bias);

  return (i) => {
    const whole = order.slice(i * batchSize, (i + 1) * batchSize);
    const indices = options.rows ? whole.slice(...options.rows(whole.length)) : whole;
    const images = new Float32Array(indices.length * resizedArea);
    const augmented = resize && augment ? new Float32Array(area) : undefined;
    const labels = new Int32Array(indices.length);
    indices.forEach((index, slot) => {
      const row = rows[index];
      labels[slot] = data.labels[row];
      const pixels = data.images.subarray(row * area, (row + 1) * area);
      const offset = slot * resizedArea;
      const random = augment && new KeyedRandom(seed, AUGMENT_STREAM, epoch, index);
      if (augment && random) augment(pixels, augmented ?? images, augmented ? 0 : offset, random);
      if (resize) images.set(resize(augmented ?? pixels), offset);
      if (augment === undefined && resize === undefined) {
        for (let p = 0; p < area; p++) images[offset + p] = table[pixels[p]];
      } else {
        for (let p = offset; p < offset + resizedArea; p++) images[p] = images[p] * scale + bias;
      }
    });
    const shape: Batch['shape'] = [indices.length, height, width, channels];
    return { images, labels, indices, shape, ...(options.rows ? { globalImages: whole.length } : {}) };
  };
}

/** Checks the options of a pass over `size` images. */
export function validateBatchOptions(where: string, options: BatchOptions, size: number): void {
  const { batchSize, seed = 0, epoch = 0, startBatch = 0, prefetch = 1, normalize = 'unit' } = options;
  requireInteger(where, 'batchSize', batchSize, 1);
  requireInteger(where, 'seed', seed, Number.MIN_SAFE_INTEGER);
  requireInteger(where, 'epoch', epoch, 0);
  requireInteger(where, 'startBatch', startBatch, 0, countBatches(size, batchSize, options.dropRemainder));
  requireInteger(where, 'prefetch', prefetch, 0, 64);
  if (normalize === 'unit') return;
  if (typeof normalize !== 'object' || normalize === null) {
    throw new TypeError(
      `${where}: expected normalize to be 'unit' or { mean, std }, got ${show(normalize)}.`,
    );
  }
  requireNumber(where, 'normalize.mean', normalize.mean, -1000, 1000);
  requireNumber(where, 'normalize.std', normalize.std, 1e-6, 1000);
}

/**
 * Gives `make(from)`, ..., `make(to - 1)`; up to `prefetch` of them are made ahead.
 *
 * Work ahead is done in timers, thus while the caller awaits an engine, a worker or a display;
 * a caller who never waits gets each batch when it asks.
 */
export function iterateBatches(
  make: (i: number) => Batch,
  from: number,
  to: number,
  prefetch: number,
): AsyncIterableIterator<Batch> {
  const ready: Batch[] = [];
  let next = from;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const workAhead = () => {
    if (timer !== undefined || next >= to || ready.length >= prefetch) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (next < to) ready.push(make(next++));
      workAhead();
    }, 0);
  };
  const stop = () => {
    clearTimeout(timer);
    next = to;
    ready.length = 0;
  };

  const step = (): IteratorResult<Batch> => {
    const value = ready.shift() ?? (next < to ? make(next++) : undefined);
    workAhead();
    return value === undefined ? { done: true, value } : { done: false, value };
  };

  return {
    next: () => Promise.resolve().then(step),
    return() {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
