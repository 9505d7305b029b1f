export { cacheFolder } from '@googlenet/download/node';
export { loadDataset } from './load-dataset';
export type { DatasetSource, LoadDatasetOptions, LoadedDataset } from './load-dataset';
