import { show } from './show';

/** The most numbers in a tensor, and weights in a network: engines index tensors with 32-bit integers. */
export const MAX_NUMBERS = 2 ** 31 - 1;

/** Whether the value is an object that is no array, as JSON has them. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is an integer above 0 that a number holds exactly. */
export function isPositiveInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
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

/** Throws a `RangeError` unless `value` is a number in `[minimum, maximum]`. */
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

/** The value where it is one of `choices`, else a `RangeError`. */
export function requireChoice<T extends string>(
  where: string,
  option: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (choices.includes(value as T)) return value as T;
  throw new RangeError(
    `${where}: expected ${option} to be one of ${choices.join(', ')}, got ${show(value)}. Use one of these.`,
  );
}
