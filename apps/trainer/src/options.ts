import type { Options } from './cli';
import { closest } from './config/closest';
import { ENGINE_NAMES } from './config/schema';
import type { EngineName } from './engines';
import { UserError } from './errors';

/** A whole number of at least `minimum`, or undefined where the flag was not given. */
export function wholeNumber(options: Options, name: string, minimum: number): number | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (!Number.isInteger(number) || number < minimum) {
    throw new UserError(
      `${flag(name)}: expected a whole number of at least ${minimum}, got ${JSON.stringify(value)}.`,
    );
  }
  return number;
}

/** One of a list of words, or undefined where the flag was not given. */
export function oneOf<T extends string>(options: Options, name: string, words: readonly T[]): T | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined)
    throw new UserError(
      `${flag(name)}: expected one of ${words.join(', ')}, got ${JSON.stringify(value)}.${closest(value, words)}`,
    );
  return found;
}

/** A text, or undefined where the flag was not given. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The engine flags that all computing commands share. */
export function engineOptions(options: Options): {
  backend: EngineName | 'auto';
  threads: number | undefined;
} {
  return {
    backend: oneOf(options, 'backend', ['auto', ...ENGINE_NAMES]) ?? 'auto',
    threads: wholeNumber(options, 'threads', 1),
  };
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
