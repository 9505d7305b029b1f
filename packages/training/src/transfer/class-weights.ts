/**
 * Weights that give every class the same say: `images / (classes * images of the class)`.
 *
 * @param counts - images of each class.
 * @throws {RangeError} if a class has none.
 */
export function balancedClassWeights(counts: readonly number[]): number[] {
  const empty = counts.findIndex((count) => !(count > 0));
  if (empty >= 0 || counts.length === 0)
    throw new RangeError(
      `balancedClassWeights: expected images of every class, got ${counts[empty] ?? 'no class'} of class ${empty}.`,
    );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => total / (counts.length * count));
}
