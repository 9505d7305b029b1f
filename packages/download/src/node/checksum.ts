import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Checksum } from '../checksum';

/** The digest of a file in lower-case hexadecimal, read in pieces. */
export async function digestOfFile(algorithm: Checksum['algorithm'], path: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
