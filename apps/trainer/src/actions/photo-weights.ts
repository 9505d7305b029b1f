import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DownloadError } from '@googlenet/download';
import { FormatError } from '@googlenet/formats';
import { WEIGHTS, readWeightsFile, type WeightsName } from '@googlenet/pretrained';
import { fetchWeightsFile, pretrained } from '@googlenet/pretrained/node';
import { UserError, messageOf } from '../errors';
import type { Io } from '../io';
import { readWeightsBytes } from '../plain-file';

/** The weights that a person named: a set that is fetched, or a file. */
export interface NamedWeights {
  readonly name: WeightsName;
  /** The file on disk. */
  readonly path: string;
}

export const isWeightsName = (given: string): given is WeightsName => Object.hasOwn(WEIGHTS, given);

/**
 * Finds the file for a name or a path; a name is fetched where it is not in the cache.
 *
 * @throws {UserError} if there is neither such a set nor such a file, or it cannot be fetched.
 */
export async function findWeightsFile(
  io: Io,
  given: string,
  options: { cacheDir?: string; note: (line: string) => void },
): Promise<NamedWeights> {
  const name = given === 'imagenet' ? 'caffe' : given;
  if (isWeightsName(name)) {
    let told = 0;
    try {
      const { path } = await fetchWeightsFile(name, {
        cacheDir: options.cacheDir,
        onProgress: ({ file, receivedBytes, totalBytes }) => {
          const part = Math.floor((10 * receivedBytes) / (totalBytes ?? Infinity));
          if (part > told) options.note(`fetching ${file}: ${(told = part)}0 %`);
        },
      });
      return { name, path };
    } catch (error) {
      if (error instanceof DownloadError || error instanceof RangeError)
        throw new UserError(messageOf(error), { cause: error });
      throw error;
    }
  }
  const path = resolve(io.cwd, given);
  if (!existsSync(path)) {
    throw new UserError(
      `--weights: expected imagenet, ${Object.keys(WEIGHTS).join(', ')} or a file, got ${JSON.stringify(given)}. See: googlenet weights list`,
    );
  }
  return { name: await nameOf(path), path };
}

/** The set that a file's names belong to; this project's own names are Caffe's unless the file says otherwise. */
async function nameOf(path: string): Promise<WeightsName> {
  const { table, metadata } = await asUserError(() => readWeightsFile(readWeightsBytes('--weights', path)));
  const name = table?.name ?? metadata.weights ?? 'caffe';
  return isWeightsName(name) ? name : 'caffe';
}

/** The network with these weights; the caller disposes it. @throws {UserError} if the file does not fit. */
export function loadPretrained({ name, path }: NamedWeights, auxiliary = false): Promise<tfl.LayersModel> {
  return asUserError(() => pretrained({ weights: name, file: path, auxiliary }));
}

/** A file that cannot be read is the mistake of who named it. */
export async function asUserError<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof FormatError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}
