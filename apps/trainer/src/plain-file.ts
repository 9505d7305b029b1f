import { readFileSync, statSync } from 'node:fs';
import { UserError, messageOf } from './errors';

/** The largest picture file that is read. */
export const MOST_PICTURE_BYTES = 256e6;
/** The largest file of settings that is read; they have some kilobytes. */
export const MOST_CONFIG_BYTES = 1e6;
const MOST_WEIGHTS_BYTES = 1e9;

/**
 * The bytes of a plain file: devices and pipes, which may never end, and files above a limit are not read.
 *
 * @throws {Error} of the file system, or one whose message says what the path is instead.
 */
export function readPlainFile(path: string, mostBytes: number): Buffer {
  const stats = statSync(path);
  if (stats.isDirectory()) throw new Error('it is a folder');
  if (!stats.isFile()) throw new Error('it is a pipe or a device, no plain file');
  if (stats.size > mostBytes)
    throw new Error(
      `it has ${stats.size.toLocaleString('en-US')} bytes, more than ${(mostBytes / 1e6).toLocaleString('en-US')} MB`,
    );
  return readFileSync(path);
}

/**
 * The bytes of a file of weights.
 *
 * @param where - what named it, for the message.
 * @throws {UserError} if it is no plain file of at most 1 GB.
 */
export function readWeightsBytes(where: string, path: string): Uint8Array {
  try {
    const { buffer, byteOffset, length } = readPlainFile(path, MOST_WEIGHTS_BYTES);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw new UserError(
      `${where}: expected a file of weights, got ${path} (${messageOf(error)}). Check the path.`,
      { cause: error },
    );
  }
}
