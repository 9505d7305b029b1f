import { show } from '@googlenet-tooling/shared/show';
import { didYouMean } from '@googlenet-tooling/shared/option-names';
import type { z } from 'zod';
import { getPath } from './merge';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, one line a problem: `config.model.widthMultiplier: expected ..., got .... ...`.
 *
 * @param input - the configuration that was checked
 * @param root - what its paths begin with
 */
export function describeProblems(issues: readonly Issue[], input: unknown, root = 'config'): string[] {
  return issues.flatMap((issue) => describe(issue, input, root));
}

function describe(issue: Issue, input: unknown, root: string): string[] {
  const where = [root, ...issue.path.map(String)].join('.');
  const got = show(getPath(input, issue.path));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(
        (key) =>
          `${where}: expected only known settings, got ${JSON.stringify(key)}. Remove it or correct its name.`,
      );
    case 'invalid_value':
      return [
        `${where}: expected one of ${issue.values.map(String).join(', ')}, got ${got}.${didYouMean(getPath(input, issue.path), issue.values.map(String))}`,
      ];
    case 'invalid_union': {
      const options = 'options' in issue ? (issue.options as string[]) : [];
      return [
        options.length > 0
          ? `${where}: expected one of ${options.join(', ')}, got ${got}.${didYouMean(getPath(input, issue.path), options)}`
          : `${where}: ${issue.message}, got ${got}.`,
      ];
    }
    case 'invalid_type':
      return [
        `${where}: expected ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}, got ${got}.`,
      ];
    case 'too_small':
      return [
        `${where}: expected ${bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}, got ${got}.`,
      ];
    case 'too_big':
      return [
        `${where}: expected ${bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)}, got ${got}.`,
      ];
    case 'custom':
      return [`${where}.${issue.message}`];
    default:
      return [`${where}: ${issue.message}, got ${got}.`];
  }
}

function bound(origin: string, words: string, limit: number | bigint): string {
  return origin === 'string' ? 'a text that is not empty' : `${words} ${limit}`;
}
