import { show } from '@googlenet-tooling/shared/show';
import { DownloadError } from '@googlenet/download';

/** What went wrong with a data file, for callers that branch on it. */
export type DataErrorCode =
  | 'IDX_MAGIC'
  | 'IDX_TRUNCATED'
  | 'IDX_TRAILING'
  | 'IDX_DIMENSIONS'
  | 'DATASET_MISMATCH'
  | 'GZIP'
  | 'CHECKSUM'
  | 'DOWNLOAD'
  | 'NOT_FOUND';

/**
 * A data file that is missing, damaged or not what it should be.
 *
 * Mistakes in options are `TypeError` and `RangeError` instead.
 */
export class DataError extends Error {
  override readonly name = 'DataError';
  /** Stable across versions; the message is not. */
  readonly code: DataErrorCode;

  constructor(code: DataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws a `TypeError` unless `value` is a `Uint8Array`. */
export function requireBytes(where: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new TypeError(`${where}: expected bytes in a Uint8Array, got ${show(value)}. Read the file first.`);
}

/** A failed download as this package's own error; every other error as it is. */
export function dataErrorOf(error: unknown): unknown {
  if (!(error instanceof DownloadError)) return error;
  return new DataError(error.code, error.message, { cause: error.cause });
}
