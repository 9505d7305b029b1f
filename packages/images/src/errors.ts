/** What is wrong with a picture or a data set of pictures, for callers that branch on it. */
export type ImageErrorCode =
  /** Not a picture, or of a format that is not read here. */
  | 'FORMAT'
  /** A known format, but torn or damaged. */
  | 'CORRUPT'
  /** More pixels or bytes than the limits allow. */
  | 'TOO_LARGE'
  /** A form of a known format that is not read here, for example an animation. */
  | 'UNSUPPORTED'
  /** A file or folder that does not exist or cannot be read. */
  | 'NOT_FOUND'
  /** A folder or list that is no data set: one class, an empty class, a bad row. */
  | 'DATASET';

/**
 * A picture or a data set of pictures that cannot be used.
 *
 * Mistakes in options are `TypeError` and `RangeError` instead.
 */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  /** Stable across versions; the message is not. */
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
