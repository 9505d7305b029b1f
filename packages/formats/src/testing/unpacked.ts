import { gunzipSync } from 'node:zlib';

/** A file of a fixture, where it lies gzipped and in base64; a copy for each call. */
export function unpacked(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gunzipSync(Buffer.from(text, 'base64')));
}
