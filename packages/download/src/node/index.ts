/**
 * Downloads into files, for Node.
 *
 * @packageDocumentation
 */
export { cacheFolder } from './cache';
export { digestOfFile } from './checksum';
export { download, type DownloadOptions } from './download';
