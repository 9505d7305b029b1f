import { ImageError } from '../errors';

/** The parts that a data set may come in. */
export type PartName = 'train' | 'validation' | 'test';

/** One picture of a data set, as listed; not opened yet. */
export interface ListedPicture {
  /** Relative to `PictureList.root`, with `/`. */
  readonly file: string;
  /** Index into `classNames`. */
  readonly label: number;
  /** Undefined where the folder is not divided. */
  readonly part: PartName | undefined;
}

/** A data set of pictures, as listed. */
export interface PictureList {
  readonly root: string;
  /** Sorted. */
  readonly classNames: readonly string[];
  /** Sorted by class, then file. */
  readonly pictures: readonly ListedPicture[];
  /** Files that are no pictures by their name, relative to `root`. */
  readonly ignored: readonly string[];
}

/** Throws unless there are two classes or more. */
export function checkClasses(where: string, classNames: readonly string[], loose = false): void {
  if (classNames.length >= 2) return;
  const got =
    classNames.length === 1
      ? `only "${classNames[0]}"`
      : loose
        ? 'pictures that lie beside one another'
        : 'no folders';
  throw new ImageError(
    'DATASET',
    `listPictures: expected a folder for each class, two at least, in ${where}, got ${got}. Make one folder a class: CLASS/picture.jpg.`,
  );
}
