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

/** A value as error messages show it: short, quoted where it is text. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value !== null && typeof value === 'object') return value.constructor?.name ?? 'object';
  return String(value);
}

/** Throws a `TypeError` unless `value` is a `Uint8Array`. */
export function requireBytes(where: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new TypeError(`${where}: expected bytes in a Uint8Array, got ${show(value)}. Read the file first.`);
}

/** Throws a `RangeError` unless `value` is an integer in `[minimum, maximum]`. */
export function requireInteger(
  where: string,
  option: string,
  value: unknown,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum)
    return;
  const range = maximum === Number.MAX_SAFE_INTEGER ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
  throw new RangeError(`${where}: expected ${option} to be an integer ${range}, got ${show(value)}.`);
}

/** Throws a `RangeError` unless `value` is a finite number in `[minimum, maximum]`. */
export function requireNumber(
  where: string,
  option: string,
  value: unknown,
  minimum: number,
  maximum: number,
): void {
  if (typeof value === 'number' && value >= minimum && value <= maximum) return;
  throw new RangeError(
    `${where}: expected ${option} to be a number from ${minimum} to ${maximum}, got ${show(value)}.`,
  );
}

/** A failed download as this package's own error; every other error as it is. */
export function dataErrorOf(error: unknown): unknown {
  if (!(error instanceof DownloadError)) return error;
  return new DataError(error.code, error.message, { cause: error.cause });
}
