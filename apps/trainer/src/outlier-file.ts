import type { OutlierRule } from '@googlenet/training';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from './config/merge';
import { UserError, messageOf } from './errors';

/** Where what `googlenet outliers` learns of a `model.json` lies. */
export function outlierFile(modelFile: string): string {
  return join(dirname(modelFile), 'outliers.json');
}

/** The rule beside a `model.json`; undefined where there is none. @throws {UserError} if it cannot be read. */
export function readOutlierRule(modelFile: string): OutlierRule | undefined {
  const path = outlierFile(modelFile);
  if (!existsSync(path)) return undefined;
  try {
    const rule = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    if (isObject(rule) && typeof rule.limit === 'number' && typeof rule.means === 'string')
      return rule as unknown as OutlierRule;
    throw new Error('another file');
  } catch (error) {
    throw new UserError(
      `predict: expected what googlenet outliers writes in ${path}, got: ${messageOf(error)}. Write it again, or delete it.`,
      { cause: error },
    );
  }
}
