import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { open } from 'yauzl';
import type { Entry, Options, ZipFile } from 'yauzl';
import { DataError } from '../errors';
import { DEFAULT_MAX_BYTES } from '../idx';

const openZip = promisify<string, Options, ZipFile>(open);

/**
 * Unpacks some files of a zip archive into a folder, each moved into place when it is whole.
 *
 * @param names - full names inside the archive; only their last parts are used outside
 * @returns the paths, in the order of `names`
 * @param maxBytes - the largest file that is unpacked
 * @throws {DataError} `NOT_FOUND` if the archive lacks one of them, `IDX_DIMENSIONS` if one is larger.
 */
export async function extract(
  archive: string,
  names: readonly string[],
  folder: string,
  maxBytes = DEFAULT_MAX_BYTES,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const zip = await openZip(archive, { lazyEntries: true, autoClose: false });
  try {
    const missing = new Set(names);
    for await (const entry of entriesOf(zip)) {
      if (!missing.delete(entry.fileName)) continue;
      if (entry.uncompressedSize > maxBytes)
        throw new DataError(
          'IDX_DIMENSIONS',
          `extract: expected at most ${maxBytes} bytes for ${entry.fileName} in ${archive}, got ${entry.uncompressedSize}. The archive is damaged; delete it and try again.`,
        );
      const path = join(folder, basename(entry.fileName));
      const stream = await streamOf(zip, entry);
      try {
        await pipeline(stream, createWriteStream(`${path}.part`));
        await rename(`${path}.part`, path);
      } finally {
        await rm(`${path}.part`, { force: true });
      }
      if (missing.size === 0) break;
    }
    if (missing.size > 0) {
      throw new DataError(
        'NOT_FOUND',
        `extract: expected ${[...missing].join(', ')} in ${archive}, got an archive without. Delete it and try again.`,
      );
    }
  } finally {
    zip.close();
  }
  return names.map((name) => join(folder, basename(name)));
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(undefined));
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners();
    if (entry === undefined) return;
    yield entry;
  }
}

function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) reject(error);
      else resolve(stream);
    });
  });
}
