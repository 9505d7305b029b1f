/** What is wrong with a model file, for callers that branch on it. */
export type FormatErrorCode =
  /** The file ends before its contents do. */
  | 'TRUNCATED'
  /** The file is of another format, or contradicts itself. */
  | 'MALFORMED'
  /** The file is sound and uses something that is not read or written here. */
  | 'UNSUPPORTED'
  /** The file wants more memory, or is nested deeper, than is believed. */
  | 'TOO_LARGE'
  /** The file is sound and does not fit the model that it is read into. */
  | 'MISMATCH';

/**
 * A model file that cannot be read, or a model that a format cannot hold.
 *
 * Mistakes in options are `TypeError` and `RangeError` instead.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  /** Stable across versions; the message is not. */
  readonly code: FormatErrorCode;

  constructor(code: FormatErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
