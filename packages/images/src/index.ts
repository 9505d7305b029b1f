/**
 * Pictures for networks: decode, resize as Pillow does, crop, augment, convert.
 *
 * Knows nothing of models, engines and TensorFlow.js. Start reading at `picture.ts` and `resize.ts`; files, folders and workers are in `node/`.
 *
 * @packageDocumentation
 */
export { adjustColor, augmentPhoto, DEFAULT_PHOTO_AUGMENT } from './augment';
export type { PhotoAugmentOptions } from './augment';
export { decodeImage } from './decode-browser';
export type { BrowserDecodeOptions } from './decode-browser';
export { ImageError } from './errors';
export type { ImageErrorCode } from './errors';
export { centerCrop, crop, flipHorizontal, orient } from './geometry';
export { readImageHeader } from './header';
export type { ImageFormat, ImageHeader } from './header';
export type { DecodeOptions } from './limits';
export type { PixelImage } from './picture';
export { isPictureName } from './picture-name';
export { resize, resizeShorterSide } from './resize';
export type { ResizeFilter, ResizeOptions } from './resize';
export { dropAlpha, toFloat32 } from './to-float';
export type { PixelFormat } from './to-float';
