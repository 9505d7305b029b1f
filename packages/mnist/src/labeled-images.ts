import { DataError } from './errors';
import type { Idx } from './idx';

/** Images with their classes, as bytes; grey unless they have `channels`. */
export interface LabeledImages {
  /** Pixels, 0 to 255: `count * height * width * channels`, row by row, the channels of a pixel side by side. */
  images: Uint8Array;
  /** One class, 0 to `numClasses - 1`, per image. */
  labels: Uint8Array;
  count: number;
  height: number;
  width: number;
  /** Default 1, grey. */
  channels?: number;
  numClasses: number;
  /** `numClasses` names, in the order of the labels. */
  classNames: string[];
  /** The data set and its part, for example `mnist/train`. */
  name: string;
  /** sha256 of the uncompressed files that the data came from, by file name. */
  sha256?: Record<string, string>;
}

/** How a pair of IDX files is to be read. */
export interface PairOptions {
  /** The name of the result, for example `mnist/train`. */
  name: string;
  /** Default: the largest label + 1. */
  numClasses?: number;
  /** Default: the numbers. */
  classNames?: readonly string[];
  /** Whether each image is stored with rows and columns exchanged, as EMNIST's are; default false. */
  transposed?: boolean;
  /** Subtracted from every label (EMNIST's letters start at 1); default 0. */
  firstLabel?: number;
}

/**
 * Joins an image file and a label file.
 *
 * Nothing is copied unless the images are transposed or the labels shifted.
 * @param images - uint8 `[count, height, width]`
 * @param labels - uint8 `[count]`
 * @throws {DataError} `DATASET_MISMATCH` if the two do not fit each other or the classes.
 */
export function toLabeledImages(images: Idx, labels: Idx, options: PairOptions): LabeledImages {
  const { name, transposed = false, firstLabel = 0 } = options;
  const where = `toLabeledImages(${JSON.stringify(name)})`;
  const [count = 0, height = 0, width = 0] = images.shape;
  if (images.shape.length !== 3 || !(images.data instanceof Uint8Array)) {
    throw mismatch(
      where,
      'uint8 images [count, height, width]',
      kindOf(images),
      'Are images and labels exchanged?',
    );
  }
  if (labels.shape.length !== 1 || !(labels.data instanceof Uint8Array)) {
    throw mismatch(where, 'uint8 labels [count]', kindOf(labels), 'Are images and labels exchanged?');
  }
  if (labels.shape[0] !== count) {
    throw mismatch(
      where,
      `${count} labels for ${count} images`,
      `${labels.shape[0]} labels`,
      'The files are of different parts or versions.',
    );
  }
  const shifted = firstLabel === 0 ? labels.data : labels.data.map((label) => label - firstLabel);
  const numClasses = options.numClasses ?? options.classNames?.length ?? countClasses([shifted]);
  const wrong = shifted.findIndex((label) => label >= numClasses);
  if (wrong >= 0) {
    throw mismatch(
      where,
      `labels from ${firstLabel} to ${numClasses + firstLabel - 1}`,
      `${labels.data[wrong]} at image ${wrong}`,
      'Check numClasses, or whether the label file belongs to this data set.',
    );
  }
  const classNames = [...(options.classNames ?? Array.from({ length: numClasses }, (_, i) => String(i)))];
  if (classNames.length !== numClasses) {
    throw mismatch(where, `${numClasses} class names`, `${classNames.length}`, 'Give one name per class.');
  }
  return {
    images: transposed ? transpose(images.data, count, height, width) : images.data,
    labels: shifted,
    count,
    height: transposed ? width : height,
    width: transposed ? height : width,
    numClasses,
    classNames,
    name,
  };
}

function mismatch(where: string, expected: string, got: string, fix: string): DataError {
  return new DataError('DATASET_MISMATCH', `${where}: expected ${expected}, got ${got}. ${fix}`);
}

function kindOf(idx: Idx): string {
  const kind = idx.data.constructor.name.replace('Array', '').toLowerCase();
  return `${kind} [${idx.shape.join(', ')}]`;
}

/** The largest label + 1. */
export function countClasses(labels: readonly ArrayLike<number>[]): number {
  let maximum = 0;
  for (const part of labels) for (let i = 0; i < part.length; i++) maximum = Math.max(maximum, part[i]);
  return maximum + 1;
}

function transpose(pixels: Uint8Array, count: number, height: number, width: number): Uint8Array {
  const area = height * width;
  const result = new Uint8Array(count * area);
  for (let at = 0; at < count * area; at += area) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        result[at + column * height + row] = pixels[at + row * width + column];
      }
    }
  }
  return result;
}

/**
 * Images to train on and to test with go through the same network.
 *
 * @throws {DataError} `DATASET_MISMATCH` if they have two sizes.
 */
export function requireSameSize(where: string, train: LabeledImages, test: LabeledImages): void {
  if (train.height === test.height && train.width === test.width) return;
  throw mismatch(
    where,
    `test images of ${train.height}x${train.width}, as the training images are`,
    `${test.height}x${test.width}`,
    'Put the files of one data set together.',
  );
}
