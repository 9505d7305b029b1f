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

/** A value as error messages show it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value !== null && typeof value === 'object') return value.constructor?.name ?? 'object';
  return String(value);
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

/** Throws a `RangeError` unless `value` is one of `choices`. */
export function requireChoice(
  where: string,
  option: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  throw new RangeError(
    `${where}: expected ${option} to be ${choices.map(show).join(' or ')}, got ${show(value)}.`,
  );
}

/** What an error of any origin says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
