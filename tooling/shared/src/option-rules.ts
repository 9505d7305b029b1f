import { didYouMean } from './option-names';
import { show } from './show';

/** Whether an option's value will do, what was expected, and what to do. */
export interface OptionRule {
  accepts: (value: unknown) => boolean;
  expected: string;
  fix: string;
}

export const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

export const isOneOf =
  (...values: unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

export const isIntegerIn =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** Half a sentence for each option of an engine that `exact: true` excludes: Winograd's algorithm, and any precision but float32. */
export function exactProblems(options: {
  exact?: unknown;
  winograd?: unknown;
  precision?: unknown;
}): string[] {
  const { exact, winograd, precision = 'float32' } = options;
  if (exact !== true) return [];
  return [
    ...(winograd === true
      ? ['expected winograd to be false where exact is true, got true. Leave one out.']
      : []),
    ...(precision === 'float32'
      ? []
      : [`expected precision to be "float32" where exact is true, got ${show(precision)}. Leave one out.`]),
  ];
}

/**
 * Half a sentence for each option that is unknown or out of range. An option that is undefined counts as left out.
 *
 * @throws {RangeError} if `options` is no object.
 */
export function optionProblems(
  where: string,
  options: object,
  rules: Readonly<Record<string, OptionRule>>,
): string[] {
  if (typeof options !== 'object' || (options as object | null) === null) {
    throw new RangeError(
      `${where}: expected an object of options, got ${show(options)}. Pass {} for the defaults.`,
    );
  }
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (!Object.hasOwn(rules, name)) {
      const names = Object.keys(rules);
      return [
        `expected options among ${names.join(', ')}, got ${show(name)}.${didYouMean(name, names) || ' Remove it.'}`,
      ];
    }
    const { accepts, expected, fix } = rules[name];
    return value === undefined || accepts(value)
      ? []
      : [`expected ${name} to be ${expected}, got ${show(value)}. ${fix}`];
  });
}
