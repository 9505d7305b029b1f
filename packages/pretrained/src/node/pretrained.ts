import { readFile, stat } from 'node:fs/promises';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildPretrained, type PretrainedOptions } from '../pretrained';
import { findWeights } from '../weights';
import { fetchWeightsFile, type FetchWeightsOptions } from './weights-file';

/** The largest file of weights that is read; GoogLeNet's have 26 to 55 MB. */
const MOST_BYTES = 1e9;

/** Options of `pretrained` in Node. */
export interface NodePretrainedOptions
  extends Omit<PretrainedOptions, 'file' | 'url' | 'fetch'>, Omit<FetchWeightsOptions, 'urls'> {
  /** Path or bytes of a file that you have, in place of a download; it need not be the published file. */
  file?: string | Uint8Array;
  /** Address of a copy of the published file, in place of the authors'. */
  url?: string;
}

/**
 * GoogLeNet with trained weights, from a file or from the cache folder, into which the published file is downloaded once.
 *
 * @returns a model as `googlenet()` builds it; the caller disposes it.
 * @throws as `pretrained` of `@googlenet/pretrained`.
 */
export async function pretrained(options: NodePretrainedOptions = {}): Promise<tfl.LayersModel> {
  const { file, url, cacheDir, timeoutMs, retries, retryDelayMs, ...rest } = options;
  const entry = findWeights('pretrained', rest.weights, rest.variant);
  let bytes = file;
  if (bytes === undefined) {
    const { onProgress, signal } = rest;
    const transfer = { cacheDir, timeoutMs, retries, retryDelayMs, onProgress, signal };
    const { path } = await fetchWeightsFile(entry.name, {
      ...transfer,
      ...(url !== undefined && { urls: [url] }),
    });
    bytes = path;
  }
  return buildPretrained(entry, typeof bytes === 'string' ? await readWeights(bytes) : bytes, rest);
}

/** A device or a pipe never ends, and a file of another kind may be far larger than the memory. */
async function readWeights(path: string): Promise<Uint8Array> {
  const stats = await stat(path);
  if (stats.isFile() && stats.size <= MOST_BYTES) return readFile(path);
  const got = stats.isFile()
    ? `${stats.size} bytes`
    : `a ${stats.isDirectory() ? 'folder' : 'pipe or a device'}`;
  throw new RangeError(
    `pretrained(file): expected a plain file of at most ${MOST_BYTES / 1e9} GB, got ${got} at ${path}. Choose the file of weights.`,
  );
}
