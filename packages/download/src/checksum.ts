/** A file's expected digest. */
export interface Checksum {
  /** `md5` in Node only: browsers do not have it. */
  algorithm: 'md5' | 'sha1' | 'sha256';
  /** Lower-case hexadecimal; of a longer digest of which only the start is published, that start, at least 8 digits. */
  value: string;
}

/** Whether a digest in hexadecimal is the expected one, or begins as the published part of it. */
export function isDigest(found: string, expected: string): boolean {
  return expected.length >= 8 && found.startsWith(expected.toLowerCase());
}

/** The digest of bytes in lower-case hexadecimal, by WebCrypto (browsers on HTTPS or localhost, Node). */
export async function digest(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): Promise<string> {
  const name = algorithm === 'sha1' ? 'SHA-1' : 'SHA-256';
  const hash = await globalThis.crypto.subtle.digest(name, bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
