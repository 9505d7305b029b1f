import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest } from '@googlenet/download';
import { cacheFolder, digestOfFile, download, type DownloadOptions } from '@googlenet/download/node';
import { noAddress } from '../pretrained';
import { findWeights, type WeightsEntry, type WeightsName } from '../weights';

/** Options of {@link fetchWeightsFile}. */
export interface FetchWeightsOptions extends Partial<
  Pick<DownloadOptions, 'timeoutMs' | 'retries' | 'retryDelayMs' | 'onProgress' | 'signal'>
> {
  /** Default: `cacheFolder()`, in which `weights/` is used. */
  cacheDir?: string;
  /** Addresses of the published file in place of the authors', tried in order. */
  urls?: readonly string[];
}

/** Where {@link fetchWeightsFile} keeps a file. */
export function weightsPath(entry: WeightsEntry, cacheDir = cacheFolder()): string {
  return join(cacheDir, 'weights', entry.fileName);
}

/**
 * The published file of a set of weights in the cache folder, downloaded where it is not there: resumed, checked, moved into place whole.
 *
 * @returns its path, and whether it was there.
 * @throws {RangeError} if the authors serve no file that is read here.
 * @throws {DownloadError} `DOWNLOAD` or `CHECKSUM`.
 */
export async function fetchWeightsFile(
  name: WeightsName,
  options: FetchWeightsOptions = {},
): Promise<{ path: string; reused: boolean }> {
  const entry = findWeights('fetchWeightsFile', name);
  const { cacheDir, urls = entry.urls, ...transfer } = options;
  if (urls.length === 0) throw noAddress(entry);
  return download({
    ...transfer,
    urls,
    destination: weightsPath(entry, cacheDir),
    maxBytes: 2 ** 28,
    ...(entry.checksum && { checksum: entry.checksum }),
    hint: `Check the network and try again, or fetch the file by hand (${entry.source}) and give its path.`,
  });
}

/** What {@link verifyWeightsFile} finds. */
export interface WeightsCheck {
  readonly bytes: number;
  readonly algorithm: 'md5' | 'sha1' | 'sha256';
  readonly digest: string;
  /** Whether it is the published file; undefined where no digest is published. */
  readonly published: boolean | undefined;
}

/** Compares a file on disk with the published one. */
export async function verifyWeightsFile(name: WeightsName, path: string): Promise<WeightsCheck> {
  const { checksum } = findWeights('verifyWeightsFile', name);
  const algorithm = checksum?.algorithm ?? 'sha256';
  const { size } = await stat(path);
  const digest = await digestOfFile(algorithm, path);
  return { bytes: size, algorithm, digest, published: checksum && isDigest(digest, checksum.value) };
}
