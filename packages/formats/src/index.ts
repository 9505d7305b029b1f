/**
 * Models out and in: the file formats of other tools, read and written in Node and browsers.
 *
 * It knows nothing of data sets, training, engines, or where files lie: writers return bytes, readers take bytes.
 * Start reading at `parts.ts` (how a file is put together); each format has a folder of its own.
 *
 * @packageDocumentation
 */
export { FormatError, type FormatErrorCode } from './errors';
export { readZip, type ZipEntry, type ZipOptions } from './zip';
