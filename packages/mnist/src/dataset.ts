import { requireInteger, requireNumber } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import type { Batch, BatchOptions, ImageSize } from './batches';
import {
  countBatches,
  createBatchMaker,
  createResizer,
  iterateBatches,
  validateBatchOptions,
} from './batches';
import type { LabeledImages } from './labeled-images';
import { KeyedRandom } from './random';

const SUBSET_STREAM = 3;
const BALANCE_STREAM = 4;
const MOST_PIXELS = 4096;

/**
 * Images with labels, grey or with several channels, kept as bytes until they are put into batches.
 *
 * Parts of a data set (`subset`, `split`, `balance`) share its pixels.
 */
export class ImageDataset {
  readonly size: number;
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
  /** 1 for grey images. */
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly name: string;
  private readonly data: LabeledImages;
  private readonly rows: Int32Array;
  private readonly resizeImage: ReturnType<typeof createResizer>;

  /**
   * @param data - kept, not copied; it must not change afterwards
   * @param rows - which images of `data`, and in which order; default all
   * @param size - what they are resized to; default as they are
   * @throws {RangeError} if the arrays do not fit the counts, or a label the classes.
   */
  constructor(data: LabeledImages, rows?: Int32Array, size?: ImageSize) {
    if (typeof data !== 'object' || data === null)
      throw new TypeError(
        `ImageDataset: expected labeled images, got ${show(data)}. Use what loadDataset gives, or arrayData.`,
      );
    const where = `ImageDataset(${show(data.name)})`;
    if (rows === undefined) validateData(where, data);
    else rows.forEach((row) => requireInteger(where, 'rows', row, 0, data.count - 1));
    this.data = data;
    this.rows = rows ?? Int32Array.from({ length: data.count }, (_, i) => i);
    this.size = this.rows.length;
    this.numClasses = data.numClasses;
    this.height = size?.height ?? data.height;
    this.width = size?.width ?? data.width;
    this.channels = data.channels ?? 1;
    this.resizeImage = createResizer(data, this);
    this.classNames = data.classNames;
    this.name = data.name;
  }

  /** The pixels of image `index`, 0 to 255, row by row, the channels of a pixel side by side; mostly a view, not to be written to. */
  image(index: number): Uint8Array {
    requireInteger('image', 'index', index, 0, this.size - 1);
    const area = this.data.height * this.data.width * this.channels;
    const row = this.rows[index];
    const pixels = this.data.images.subarray(row * area, (row + 1) * area);
    return this.resizeImage === undefined ? pixels : Uint8Array.from(this.resizeImage(pixels), Math.round);
  }

  /** The class of image `index`. */
  label(index: number): number {
    requireInteger('label', 'index', index, 0, this.size - 1);
    return this.data.labels[this.rows[index]];
  }

  /** The images of each class, as a count. */
  classCounts(): number[] {
    return this.byClass().map((indices) => indices.length);
  }

  /** Mean and standard deviation of all pixels, all channels together, in units of 255, as `normalize` takes them. */
  pixelStatistics(): { mean: number; std: number } {
    let [sum, squares] = [0, 0];
    for (let index = 0; index < this.size; index++) {
      for (const pixel of this.image(index)) {
        sum += pixel;
        squares += pixel * pixel;
      }
    }
    const count = this.size * this.height * this.width * this.channels;
    const mean = sum / count;
    return { mean: mean / 255, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) / 255 };
  }

  /**
   * `count` images chosen at random, in their old order.
   *
   * @param options.seed - default 0
   * @param options.stratified - whether classes keep their shares (to within one image); default true
   */
  subset(count: number, options: { seed?: number; stratified?: boolean } = {}): ImageDataset {
    requireInteger('subset', 'count', count, 1, this.size);
    return this.pick(this.choose(count, options));
  }

  /**
   * Two parts, for example for training and validation.
   *
   * @param options.fraction - the share of the second part, above 0 and below 1
   * @param options.seed - default 0
   * @param options.stratified - whether both keep the shares of the classes; default true
   * @returns `[rest, part]`
   */
  split(options: { fraction: number; seed?: number; stratified?: boolean }): [ImageDataset, ImageDataset] {
    requireNumber('split', 'fraction', options.fraction, 0, 1);
    const count = Math.round(this.size * options.fraction);
    if (count === 0 || count === this.size) {
      throw new RangeError(
        `split: expected a fraction that leaves both parts an image, got ${options.fraction} of ${this.size} images.`,
      );
    }
    const part = this.choose(count, options);
    const chosen = new Set(part);
    const rest = Int32Array.from({ length: this.size }, (_, i) => i).filter((i) => !chosen.has(i));
    return [this.pick(rest), this.pick(part)];
  }

  /**
   * As many images of each class: `perClass` drawn at random, repeated where a class has fewer.
   *
   * @param options.perClass - default: the size of the smallest class that is not empty
   * @param options.seed - default 0
   * @throws {RangeError} if a class is empty while `perClass` is given.
   */
  balance(options: { perClass?: number; seed?: number } = {}): ImageDataset {
    const classes = this.byClass();
    const sizes = classes.map((indices) => indices.length);
    const perClass = options.perClass ?? Math.min(...sizes.filter((size) => size > 0));
    requireInteger('balance', 'perClass', perClass, 1);
    const empty = sizes.indexOf(0);
    if (options.perClass !== undefined && empty >= 0) {
      throw new RangeError(
        `balance: expected images of every class, got none of class ${empty} (${show(this.classNames[empty])}).`,
      );
    }
    const random = new KeyedRandom(options.seed ?? 0, BALANCE_STREAM);
    const chosen = classes.flatMap((indices) => {
      const shuffled = random.shuffle(Int32Array.from(indices));
      return indices.length === 0
        ? []
        : Array.from({ length: perClass }, (_, i) => shuffled[i % shuffled.length]);
    });
    return this.pick(Int32Array.from(chosen).sort());
  }

  /**
   * The same images in another size, for networks that take larger or smaller ones; they are resized as they are asked for, a batch after
   * its augmentation.
   *
   * Where they shrink, a pixel is the mean of the area that it covers; where they grow, it is interpolated linearly between pixel centres.
   * @param size - height and width in pixels
   */
  resize(size: { height: number; width: number }): ImageDataset {
    requireInteger('resize', 'height', size.height, 1, MOST_PIXELS);
    requireInteger('resize', 'width', size.width, 1, MOST_PIXELS);
    return new ImageDataset(this.data, this.rows, { height: size.height, width: size.width });
  }

  /** The number of batches that `batches` gives with these options, `startBatch` apart. */
  batchCount(options: Pick<BatchOptions, 'batchSize' | 'dropRemainder'>): number {
    requireInteger('batchCount', 'batchSize', options.batchSize, 1);
    return countBatches(this.size, options.batchSize, options.dropRemainder);
  }

  /**
   * One pass over the images.
   *
   * Batch `i` is a function of the data set, the options, `seed` and `epoch` alone, augmentation
   * included: `startBatch: i` gives the very batches that an uninterrupted pass gives from there on.
   * @throws {RangeError} for an option outside its range.
   */
  batches(options: BatchOptions): AsyncIterableIterator<Batch> {
    const where = `batches(${show(this.name)})`;
    validateBatchOptions(where, options, this.size);
    const make = createBatchMaker(this.data, this.rows, options, this, this.resizeImage);
    const end = countBatches(this.size, options.batchSize, options.dropRemainder);
    return iterateBatches(make, options.startBatch ?? 0, end, options.prefetch ?? 1);
  }

  private pick(indices: Int32Array): ImageDataset {
    return new ImageDataset(
      this.data,
      indices.map((index) => this.rows[index]),
      this,
    );
  }

  private byClass(): number[][] {
    const classes: number[][] = Array.from({ length: this.numClasses }, () => []);
    for (let i = 0; i < this.size; i++) classes[this.label(i)]?.push(i);
    return classes;
  }

  private choose(count: number, options: { seed?: number; stratified?: boolean }): Int32Array {
    const { seed = 0, stratified = true } = options;
    requireInteger('subset', 'seed', seed, Number.MIN_SAFE_INTEGER);
    const random = new KeyedRandom(seed, SUBSET_STREAM);
    const all = Array.from({ length: this.size }, (_, i) => i);
    const groups = stratified ? this.byClass() : [all];
    const shares = apportion(
      groups.map((group) => group.length),
      count,
    );
    const chosen = groups.flatMap((group, i) => [
      ...random.shuffle(Int32Array.from(group)).subarray(0, shares[i]),
    ]);
    return Int32Array.from(chosen).sort();
  }
}

/** Shares of `count` in proportion to `sizes`, by largest remainder; earlier classes win a tie. */
function apportion(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * count) / total);
  const shares = exact.map(Math.floor);
  const missing = count - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, missing)) shares[i] = shares[i] + 1;
  return shares;
}

function validateData(where: string, data: LabeledImages): void {
  requireInteger(where, 'count', data.count, 1);
  requireInteger(where, 'height', data.height, 1);
  requireInteger(where, 'width', data.width, 1);
  const { channels = 1 } = data;
  requireInteger(where, 'channels', channels, 1);
  requireInteger(where, 'numClasses', data.numClasses, 1, 256);
  const pixels = data.count * data.height * data.width * channels;
  const checks: [string, number, number][] = [
    ['pixels', pixels, data.images.length],
    ['labels', data.count, data.labels.length],
    ['class names', data.numClasses, data.classNames.length],
  ];
  for (const [what, expected, got] of checks) {
    if (expected !== got) throw new RangeError(`${where}: expected ${expected} ${what}, got ${got}.`);
  }
  const wrong = data.labels.findIndex((label) => label >= data.numClasses);
  if (wrong >= 0) {
    throw new RangeError(
      `${where}: expected labels below ${data.numClasses}, got ${data.labels[wrong]} at image ${wrong}.`,
    );
  }
}
