export { cacheFolder } from './cache';
export { loadDataset } from './load-dataset';
export type { DatasetSource, LoadDatasetOptions, LoadedDataset } from './load-dataset';
