/** Why a file could not be had, for callers that branch on it. */
export type DownloadErrorCode =
  /** No place gave the file. */
  | 'DOWNLOAD'
  /** Every place gave other bytes than those that were asked for. */
  | 'CHECKSUM';

/**
 * A file that could not be fetched, or is another one.
 *
 * Mistakes in options are `TypeError` and `RangeError` instead.
 */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** Stable across versions; the message is not. */
  readonly code: DownloadErrorCode;

  constructor(code: DownloadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What an error of any origin says, with the message of its cause. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const cause = 'cause' in error && error.cause !== undefined ? ` (${messageOf(error.cause)})` : '';
  return `${String(error.message)}${cause}`;
}
