import { isPositiveInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';

/** The six filter counts of one module, named as in the paper's table. */
export interface InceptionFilters {
  /** The 1x1 branch. */
  conv1x1: number;
  /** The 1x1 reduction before the 3x3. */
  reduce3x3: number;
  conv3x3: number;
  /** The 1x1 reduction before the 5x5. */
  reduce5x5: number;
  conv5x5: number;
  /** The 1x1 projection after the pool. */
  poolProj: number;
}

/** The same six numbers in the order of the paper's table. */
export type InceptionFilterTuple = readonly [number, number, number, number, number, number];

/** `reduced` is figure 2(b) of the paper, `naive` figure 2(a): no reductions, no projection. */
export type InceptionKind = 'reduced' | 'naive';

/** What the 5x5 branch convolves with: the paper's one 5x5, or what well-known variants put there. */
export type Branch5x5 = 'one5x5' | 'two5x5' | 'one3x3' | 'two3x3';

export const FILTER_FIELDS = ['conv1x1', 'reduce3x3', 'conv3x3', 'reduce5x5', 'conv5x5', 'poolProj'] as const;
export const INCEPTION_KINDS = ['reduced', 'naive'] as const satisfies readonly InceptionKind[];
export const BRANCH_5X5_SHAPES: Readonly<Record<Branch5x5, { kernelSize: number; convolutions: number }>> = {
  one5x5: { kernelSize: 5, convolutions: 1 },
  two5x5: { kernelSize: 5, convolutions: 2 },
  one3x3: { kernelSize: 3, convolutions: 1 },
  two3x3: { kernelSize: 3, convolutions: 2 },
};

const NAIVE_FIELDS: readonly string[] = ['conv1x1', 'conv3x3', 'conv5x5'];

/**
 * The filter counts as named fields, checked.
 *
 * A naive module has no reductions and no projection: those three counts are not looked at.
 * @throws {TypeError} if the filters are neither six numbers nor the six named fields.
 * @throws {RangeError} if a count that the module uses is not a positive integer.
 */
export function namedFilters(
  filters: InceptionFilters | InceptionFilterTuple,
  kind: InceptionKind,
  where: string,
): InceptionFilters {
  if (typeof filters !== 'object' || filters === null || (Array.isArray(filters) && filters.length !== 6)) {
    throw new TypeError(
      `${where}: expected filters as six numbers or as {${FILTER_FIELDS.join(', ')}}, got ${show(filters)}. ` +
        'Take a row of the table in arXiv:1409.4842, for example [64, 96, 128, 16, 32, 32].',
    );
  }
  const values = filters as InceptionFilters & InceptionFilterTuple;
  const named: Partial<InceptionFilters> = {};
  FILTER_FIELDS.forEach((field, index) => {
    const count: unknown = Array.isArray(filters) ? values[index] : values[field];
    const used = kind === 'reduced' || NAIVE_FIELDS.includes(field);
    if (used && !isPositiveInteger(count)) {
      throw new RangeError(
        `${where}: expected filters.${field} to be a positive integer, got ${show(count)}. ` +
          'Give every filter count of the module.',
      );
    }
    named[field] = typeof count === 'number' ? count : 0;
  });
  return named as InceptionFilters;
}
