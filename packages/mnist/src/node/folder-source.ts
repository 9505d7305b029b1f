import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '@googlenet/download';
import { DataError } from '../errors';
import type { Idx } from '../idx';
import { DEFAULT_MAX_BYTES, parseIdx, unpackIdx } from '../idx';

/** An IDX file with the digest of its uncompressed bytes. */
export interface IdxFile {
  idx: Idx;
  sha256: string;
}

/**
 * Finds `name` in a folder: as it is, with `.gz` after it, or with a dot in place of the last
 * hyphen but one (`train-images.idx3-ubyte`), as some sites rename the files.
 *
 * @throws {DataError} `NOT_FOUND` with the names tried.
 */
export async function findFile(folder: string, name: string): Promise<string> {
  const dotted = name.replace(/-(idx\d-ubyte)$/, '.$1');
  const names = [...new Set([name, `${name}.gz`, dotted, `${dotted}.gz`])];
  for (const candidate of names) {
    const path = join(folder, candidate);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) return path;
  }
  const present = await readdir(folder).catch(() => undefined);
  const got = present === undefined ? 'no such folder' : `${present.length} other entries`;
  throw new DataError(
    'NOT_FOUND',
    `loadDataset: expected ${names.join(' or ')} in ${folder}, got ${got}. Put the file there, or use source: 'download'.`,
  );
}

/**
 * Reads an IDX file, compressed or not.
 *
 * @param sha256 - expected digest of the uncompressed bytes, if it is to be checked
 * @throws {DataError} of `parseIdx` and `gunzip`, or `CHECKSUM`.
 */
export async function readIdxFile(
  path: string,
  sha256?: string,
  maxBytes = DEFAULT_MAX_BYTES,
): Promise<IdxFile> {
  const { size } = await stat(path);
  if (size > maxBytes) {
    throw new DataError(
      'IDX_DIMENSIONS',
      `loadDataset: expected a file of at most ${maxBytes} bytes, got ${size} in ${path}. Raise maxBytes if it really is that large.`,
    );
  }
  const stored = await readFile(path);
  // A plain Uint8Array: Buffer's own slice() would not copy.
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  const plain = await unpackIdx(bytes, { name: path, maxBytes });
  const found = await digest('sha256', plain);
  const idx = parseIdx(plain, { name: path, maxBytes });
  if (sha256 !== undefined && found !== sha256) {
    throw new DataError(
      'CHECKSUM',
      `loadDataset: expected sha256 ${sha256} of ${path}, got ${found}. The file is damaged or of another data set; replace it, or pass verify: false to use it as it is.`,
    );
  }
  return { idx, sha256: found };
}
