import { readFile } from 'node:fs/promises';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildPretrained, type PretrainedOptions } from '../pretrained';
import { findWeights } from '../weights';
import { fetchWeightsFile, type FetchWeightsOptions } from './weights-file';

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
  return buildPretrained(entry, typeof bytes === 'string' ? await readFile(bytes) : bytes, rest);
}
