/**
 * MNIST and its relatives: IDX files, sources, data sets, augmentation, batches, and drawings made to look like them.
 *
 * It knows nothing of models, training and engines. Start reading at `idx.ts` (the file format), `dataset.ts` and `batches.ts`; `catalog.ts` says
 * what data sets there are, and files on disk are in `node/`.
 *
 * @packageDocumentation
 */

export { arrayData } from './array-data';
export type { ArrayDataOptions, NestedNumbers } from './array-data';
export { DEFAULT_AUGMENT } from './augment';
export type { AugmentOptions } from './augment';
export type { Batch, BatchOptions, Normalize } from './batches';
export { datasetLicences, datasetNames } from './catalog';
export type { DatasetName, FileRole } from './catalog';
export { ImageDataset } from './dataset';
export { preprocessDrawing } from './drawing';
export type { DrawingOptions, PreparedDrawing } from './drawing';
export type { Picture, Polarity } from './picture';
export { DataError } from './errors';
export type { DataErrorCode } from './errors';
export { gunzip, gzip } from './gzip';
export { parseIdx, readIdx, writeIdx } from './idx';
export type { Idx, IdxData } from './idx';
export { toLabeledImages } from './labeled-images';
export type { LabeledImages, PairOptions } from './labeled-images';
export { loadDatasetFromUrls, loadLabeledImages } from './load-from-urls';
export type { DatasetUrlsOptions, FetchOptions, LabeledImagesUrls } from './load-from-urls';
export type { Progress } from '@googlenet/download';
export type { Box } from './resample';
export { toTfDataset } from './tf-data';
export type { LabelForm, TensorFlowData, TfDatasetOptions } from './tf-data';
