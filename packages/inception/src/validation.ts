/** A value as an error message shows it: short, on one line. */
export function show(value: unknown): string {
  const text = typeof value === 'function' || typeof value === 'symbol' ? typeof value : toJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function toJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return String(JSON.stringify(value));
}

export function isPositiveInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/**
 * The channels of an NHWC shape whose channel count is known.
 * @throws {TypeError} for any other shape.
 */
export function nhwcChannels(shape: unknown, where: string): number {
  const channels: unknown = Array.isArray(shape) && shape.length === 4 ? shape[3] : undefined;
  if (!isPositiveInteger(channels)) {
    throw new TypeError(
      `${where}: expected rank-4 NHWC input [batch, height, width, channels] with known channels, ` +
        `got shape ${show(shape)}. Reshape first, for example to [28, 28, 1].`,
    );
  }
  return channels;
}

/** @throws {RangeError} if the value is none of those allowed. */
export function oneOf<T extends string>(
  value: unknown,
  allowed: readonly T[],
  where: string,
  option: string,
): T {
  if (!allowed.includes(value as T)) {
    throw new RangeError(
      `${where}: expected ${option} to be one of ${allowed.join(', ')}, got ${show(value)}. Use one of these.`,
    );
  }
  return value as T;
}
