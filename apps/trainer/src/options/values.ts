import { didYouMean } from '@googlenet-tooling/shared/option-names';

/** How the text after an option becomes a value. */
export interface ValueType<T> {
  /** What a person is to write, as in "expected ...". */
  readonly expected: string;
  /** The value; undefined where the text stands for none. */
  readonly parse: (text: string) => T | undefined;
  /** The words there are, where it is one of a few. */
  readonly words?: readonly string[];
}

/** Any text. */
export const text: ValueType<string> = { expected: 'a text', parse: (given) => given };

/** A whole number between two bounds, both included. */
export function wholeNumber({
  atLeast,
  atMost = Number.MAX_SAFE_INTEGER,
}: {
  atLeast: number;
  atMost?: number;
}): ValueType<number> {
  const upper = atMost === Number.MAX_SAFE_INTEGER ? '' : `, at most ${atMost}`;
  return {
    expected: `a whole number of at least ${atLeast}${upper}`,
    parse: (given) => {
      const value = numberOf(given);
      return Number.isInteger(value) && value >= atLeast && value <= atMost ? value : undefined;
    },
  };
}

/** A number above one bound, at most the other. */
export function number({ above, atMost }: { above: number; atMost: number }): ValueType<number> {
  return {
    expected: `a number above ${above}, at most ${atMost}`,
    parse: (given) => {
      const value = numberOf(given);
      return value > above && value <= atMost ? value : undefined;
    },
  };
}

/** One of a list of words. */
export function oneOf<const T extends string>(words: readonly T[]): ValueType<T> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (given) => words.find((word) => word === given),
    words,
  };
}

/** What is wrong with a text that a type refuses. */
export function problemWith(name: string, type: ValueType<unknown>, given: string): string {
  return `${name}: expected ${type.expected}, got ${JSON.stringify(given)}.${didYouMean(given, type.words ?? [])}`;
}

function numberOf(given: string): number {
  return given.trim() === '' ? Number.NaN : Number(given);
}
