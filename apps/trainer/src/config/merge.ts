import { isObject } from '@googlenet-tooling/shared/checks';

/** A JSON object. */
export type Json = Record<string, unknown>;

export { isObject };

/**
 * `base` with `over` on top, object by object; arrays and single values are replaced, `null` removes a value.
 *
 * An object with another `kind` (optimizer, schedule) replaces the old one, except for what both have a word for: `keep`.
 */
export function mergeConfig(
  base: Json,
  over: Json,
  keep: readonly string[] = ['learningRate', 'warmupSteps', 'weightDecay'],
): Json {
  const result: Json = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    if (value === undefined || FORBIDDEN_KEYS.includes(key)) continue;
    if (value === null) delete result[key];
    else if (isObject(value)) {
      const start = isObject(old) ? (isOtherKind(old, value) ? pick(old, keep) : old) : {};
      result[key] = mergeConfig(start, value, keep);
    } else result[key] = value;
  }
  return result;
}

function isOtherKind(old: Json, value: Json): boolean {
  return value.kind !== undefined && old.kind !== undefined && old.kind !== value.kind;
}

function pick(source: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(source).filter(([key]) => keys.includes(key)));
}

/** Keys that would reach into JavaScript's own objects. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Sets `root.a.b = value` for the path `a.b`, making objects on the way. @throws {RangeError} for a key of {@link FORBIDDEN_KEYS}. */
export function setPath(root: Json, path: string, value: unknown): void {
  const keys = path.split('.');
  if (keys.some((key) => FORBIDDEN_KEYS.includes(key)))
    throw new RangeError(`config.${path}: expected a setting, got a word of JavaScript. Correct its name.`);
  const last = keys.pop() ?? path;
  let at = root;
  for (const key of keys) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    if (isObject(next)) at = next;
    else at = at[key] = {} as Json;
  }
  at[last] = value;
}

/** The value at `a.b`, or undefined. */
export function getPath(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}
