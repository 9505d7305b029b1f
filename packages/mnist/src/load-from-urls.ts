import { digest, fetchBytes, type Progress } from '@googlenet/download';
import type { FileRole } from './catalog';
import { requireDataset } from './catalog';
import { DataError, dataErrorOf } from './errors';
import { DEFAULT_MAX_BYTES, parseIdx, unpackIdx } from './idx';
import type { LabeledImages, PairOptions } from './labeled-images';
import { requireSameSize, toLabeledImages } from './labeled-images';

/** What the two functions here have in common. */
export interface FetchOptions {
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** The largest file that is believed, in bytes; default 1 GiB. */
  maxBytes?: number;
}

export interface LabeledImagesUrls extends FetchOptions, PairOptions {
  /** Where the image file is; compressed or not. */
  images: string;
  /** Where the label file is; compressed or not. */
  labels: string;
  /** Expected sha256 of the uncompressed files. */
  sha256?: { images?: string; labels?: string };
}

export interface DatasetUrlsOptions extends FetchOptions {
  /** A known name: gives the classes and, for MNIST, the checksums. Default `'mnist'`. */
  name?: string;
  /** The folder that holds the four files under their usual names. */
  baseUrl?: string;
  /** Appended to the usual names; default `'.gz'`. */
  suffix?: string;
  /** The address of each file, in place of `baseUrl`. */
  urls?: Record<FileRole, string>;
  /** Expected sha256 of the uncompressed files; default those known; `{}` for files of your own. */
  checksums?: Partial<Record<FileRole, string>>;
}

/**
 * Fetches one pair of IDX files, for example a test set.
 *
 * Runs in browsers and in Node; checksums need a secure context (HTTPS or localhost) there.
 * @throws {DataError} `DOWNLOAD`, `CHECKSUM`, or what `readIdx` and `toLabeledImages` throw.
 * @throws the signal's reason when aborted.
 */
export async function loadLabeledImages(options: LabeledImagesUrls): Promise<LabeledImages> {
  const [images, labels] = await Promise.all([
    fetchIdx(options.images, options.sha256?.images, options),
    fetchIdx(options.labels, options.sha256?.labels, options),
  ]);
  return {
    ...toLabeledImages(images.idx, labels.idx, options),
    sha256: { [images.file]: images.sha256, [labels.file]: labels.sha256 },
  };
}

/**
 * Fetches a whole data set from places of your choice, for pages that host their own copy.
 *
 * @throws as `loadLabeledImages`; `TypeError` without `baseUrl` and `urls`.
 */
export async function loadDatasetFromUrls(
  options: DatasetUrlsOptions,
): Promise<{ train: LabeledImages; test: LabeledImages; checksums: Record<string, string> }> {
  const { name = 'mnist', suffix = '.gz' } = options;
  const entry = requireDataset('loadDatasetFromUrls', name);
  const checksums = options.checksums ?? entry.sha256 ?? {};
  const url = (role: FileRole) => {
    if (options.urls !== undefined) return options.urls[role];
    if (options.baseUrl === undefined) {
      throw new TypeError(
        'loadDatasetFromUrls: expected baseUrl or urls, got neither. Say where the four IDX files are.',
      );
    }
    return `${options.baseUrl.replace(/\/*$/, '/')}${entry.files[role]}${suffix}`;
  };
  const part = (which: 'train' | 'test') => {
    const [images, labels] = [`${which}Images`, `${which}Labels`] as [FileRole, FileRole];
    return loadLabeledImages({
      ...options,
      name: `${name}/${which}`,
      images: url(images),
      labels: url(labels),
      sha256: { images: checksums[images], labels: checksums[labels] },
      classNames: entry.classNames,
      transposed: entry.transposed,
      firstLabel: entry.firstLabel,
    });
  };
  const [train, test] = await Promise.all([part('train'), part('test')]);
  requireSameSize('loadDatasetFromUrls', train, test);
  return { train, test, checksums: { ...train.sha256, ...test.sha256 } };
}

async function fetchIdx(url: string, expected: string | undefined, options: FetchOptions) {
  const file = url.replace(/[?#].*$/, '').replace(/^.*\//, '');
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const { fetch, onProgress, signal } = options;
  const where = 'loadDatasetFromUrls';
  const packed = await fetchBytes(url, { where, maxBytes, fetch, onProgress, signal }).catch(
    (error: unknown) => {
      throw dataErrorOf(error);
    },
  );
  const plain = await unpackIdx(packed, { name: file, maxBytes });
  const idx = parseIdx(plain, { name: file, maxBytes });
  const found = await digest('sha256', plain);
  if (expected !== undefined && found !== expected) {
    throw new DataError(
      'CHECKSUM',
      `loadDatasetFromUrls: expected sha256 ${expected} of ${url}, got ${found}. The file is damaged or another one; pass its own checksums, or {} for none.`,
    );
  }
  return { file: file.replace(/\.gz$/, ''), idx, sha256: found };
}
