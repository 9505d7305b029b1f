/**
 * Pictures in Node: files, folders of pictures as data sets, and the threads that decode them.
 *
 * Start reading at `open-photos.ts`; `prepare.ts` is what a thread does with one picture.
 *
 * @packageDocumentation
 */
export { decodeImage, decodeImageSync } from './decode';
export { listPictures } from './list-pictures';
export type { ListedPicture, PartName, PictureList } from './picture-list';
export { openPhotos } from './open-photos';
export type { OpenPhotosOptions, OpenTogether, Photos, SkippedPicture } from './open-photos';
export { PhotoDataset } from './photo-dataset';
export type { PhotoBatch, PhotoBatchOptions } from './photo-dataset';
