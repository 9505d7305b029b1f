import { requireInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import { ImageDataset } from './dataset';
import { countClasses } from './labeled-images';

/** Numbers in one array, or in arrays of arrays. */
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[];

/** What {@link arrayData} makes a data set of. */
export interface ArrayDataOptions {
  /**
   * The pixels of all images: one array, or one array an image, also nested as `[image][row][column * channel]` or
   * `[image][row][column][channel]`. Which values they hold is told by the innermost array: a `Float32Array` or `Float64Array` holds 0 to 1,
   * every other (`Uint8Array`, `Uint8ClampedArray`, `number[]` ...) whole numbers from 0 to 255; `range` says otherwise.
   */
  images: NestedNumbers;
  /** One class, from 0, an image. */
  labels: ArrayLike<number>;
  /** Of one image; `[height, width]` is grey. */
  shape: readonly [height: number, width: number, channels?: number];
  /** In the order of the labels; default the numbers. */
  classNames?: readonly string[];
  /** At most 256. Default: as many as there are names, else the largest label + 1. */
  numClasses?: number;
  /** The value of full brightness: 1 (any number from 0 to 1) or 255 (whole numbers); default by the type of `images`. */
  range?: 1 | 255;
  /** Default `array`. */
  name?: string;
}

/**
 * A data set of pixels that are already in memory, grey or with any number of channels.
 *
 * An `ImageDataset` keeps bytes: numbers from 0 to 1 are rounded to the nearest of 256 levels, and batches give `level / 255`. A flat `Uint8Array` is
 * kept, not copied; it must not change afterwards.
 * @returns a data set whose batches have the shape `[batch, height, width, channels]`.
 * @throws {RangeError} if lengths do not fit `shape` and `labels`, or a pixel or a label is outside its range (NaN is).
 * @throws {TypeError} if `images` or `labels` are no arrays.
 */
export function arrayData(options: ArrayDataOptions): ImageDataset {
  const { images, labels, shape, name = 'array' } = options;
  const where = `arrayData(${show(name)})`;
  requireArray(where, 'images', images);
  requireArray(where, 'labels', labels);
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 3) {
    throw new RangeError(
      `${where}: expected shape to be [height, width] or [height, width, channels], got ${show(shape)}. Give the shape of one image.`,
    );
  }
  const [height, width, channels = 1] = shape;
  for (const [axis, value] of Object.entries({ height, width, channels })) {
    requireInteger(where, `the shape's ${axis}`, value, 1);
  }
  const count = labels.length;
  if (count === 0)
    throw new RangeError(`${where}: expected at least one label, got none. Give one an image.`);
  const classes = classesOf(where, options);
  return new ImageDataset({
    images: bytesOf(where, options, [count, height, width, channels]),
    labels: Uint8Array.from(labels),
    count,
    height,
    width,
    channels,
    ...classes,
    name,
  });
}

function requireArray(where: string, option: string, value: unknown): void {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return;
  throw new TypeError(
    `${where}: expected ${option} to be an array or a typed array, got ${show(value)}. Give numbers.`,
  );
}

function classesOf(
  where: string,
  { labels, classNames, numClasses: wanted = classNames?.length }: ArrayDataOptions,
): { numClasses: number; classNames: string[] } {
  if (wanted !== undefined) requireInteger(where, 'numClasses', wanted, 1, 256);
  for (let i = 0; i < labels.length; i++) {
    const label: unknown = labels[i];
    const highest = (wanted ?? 256) - 1;
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) <= highest) continue;
    throw new RangeError(
      `${where}: expected labels to be whole numbers from 0 to ${highest}, got ${show(label)} at image ${i}. ` +
        'Number the classes from 0, at most 256 of them.',
    );
  }
  const numClasses = wanted ?? countClasses([labels]);
  const names = [...(classNames ?? Array.from({ length: numClasses }, (_, i) => String(i)))];
  if (names.length !== numClasses) {
    throw new RangeError(
      `${where}: expected ${numClasses} class names, got ${names.length}. Give one name a class.`,
    );
  }
  return { numClasses, classNames: names };
}

type BatchShape = readonly [count: number, height: number, width: number, channels: number];

/** The pixels as bytes; every length is compared before memory is taken. */
function bytesOf(where: string, options: ArrayDataOptions, shape: BatchShape): Uint8Array {
  const { images } = options;
  const leaves = leavesOf(where, images, lengthsOf(images, shape));
  const [first] = leaves;
  const isFloat = first instanceof Float32Array || first instanceof Float64Array;
  const range = options.range ?? (isFloat ? 1 : 255);
  if (range !== 1 && range !== 255) {
    throw new RangeError(`${where}: expected range to be 1 or 255, got ${show(range)}. Use one of these.`);
  }
  const isBytes = first instanceof Uint8Array || first instanceof Uint8ClampedArray;
  if (leaves.length === 1 && isBytes && range === 255) {
    return first instanceof Uint8Array
      ? first
      : new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
  }
  const [count, height, width, channels] = shape;
  const area = height * width * channels;
  const bytes = new Uint8Array(count * area);
  let [at, highest] = [0, 0];
  for (const leaf of leaves) {
    for (let i = 0; i < leaf.length; i++, at++) {
      const value: unknown = leaf[i];
      const fits =
        typeof value === 'number' && value >= 0 && value <= range && (range === 1 || Number.isInteger(value));
      if (!fits) {
        const expected = range === 1 ? 'numbers from 0 to 1' : 'whole numbers from 0 to 255';
        const other = range === 1 ? 255 : 1;
        throw new RangeError(
          `${where}: expected pixels to be ${expected}, got ${show(value)} in image ${Math.floor(at / area)}. ` +
            `Correct the pixels, or give range: ${other} if full brightness is ${other}.`,
        );
      }
      highest = Math.max(highest, value);
      bytes[at] = range === 1 ? Math.round(255 * value) : value;
    }
  }
  if (options.range === undefined && Array.isArray(first) && highest === 1) {
    throw new RangeError(
      `${where}: expected pixels up to 255, got nothing but 0 and 1. Give range: 1 if full brightness is 1, else range: 255.`,
    );
  }
  return bytes;
}

const isLeaf = (value: NestedNumbers): value is ArrayLike<number> =>
  !Array.isArray(value) || typeof value[0] !== 'object';

/** The lengths that arrays of arrays must have, by how deep they are. */
function lengthsOf(images: NestedNumbers, [count, height, width, channels]: BatchShape): number[] {
  let depth = 1;
  for (let at = images; !isLeaf(at) && depth < 5; at = at[0]) depth += 1;
  if (depth === 1) return [count * height * width * channels];
  if (depth === 2) return [count, height * width * channels];
  if (depth === 3) return [count, height, width * channels];
  return [count, height, width, channels];
}

/** The innermost arrays in order. */
function leavesOf(where: string, images: NestedNumbers, lengths: readonly number[]): ArrayLike<number>[] {
  const leaves: ArrayLike<number>[] = [];
  const visit = (value: NestedNumbers, depth: number, place: string): void => {
    const isLast = depth === lengths.length - 1;
    const got: unknown = (value as ArrayLike<number> | undefined)?.length;
    if (got !== lengths[depth]) {
      throw new RangeError(
        `${where}: expected ${lengths[depth]} ${depth === 0 && !isLast ? 'images' : 'values'} in images${place}, got ${show(got)}. ` +
          'Compare the shape with the images, and their number with that of the labels.',
      );
    }
    if (isLast) {
      leaves.push(value as ArrayLike<number>);
      return;
    }
    (value as readonly NestedNumbers[]).forEach((inner, i) => {
      requireArray(where, `images${place}[${i}]`, inner);
      visit(inner, depth + 1, `${place}[${i}]`);
    });
  };
  visit(images, 0, '');
  return leaves;
}
