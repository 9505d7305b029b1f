/**
 * Large files, fetched once: resumed, checked, kept.
 *
 * It knows nothing of what is in the files. Start reading at `fetch-bytes.ts` (any platform); files on disk are in `node/download.ts`.
 *
 * @packageDocumentation
 */
export { type Checksum, digest, isDigest } from './checksum';
export { DownloadError, type DownloadErrorCode, messageOf } from './errors';
export { fetchBytes, type FetchBytesOptions } from './fetch-bytes';
export type { Progress } from './progress';
