import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** A file's expected digest, in lower-case hexadecimal. */
export interface Checksum {
  algorithm: 'md5' | 'sha256';
  value: string;
}

/** The digest of bytes. */
export function digestOf(algorithm: Checksum['algorithm'], bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** The digest of a file, read in pieces. */
export async function digestOfFile(algorithm: Checksum['algorithm'], path: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
