/**
 * For every matrix of a result whose outer axes are `outer`, the one of an operand with the outer axes `own`: axes that it lacks, or that are 1,
 * are repeated.
 */
export function matricesOf(outer: readonly number[], own: readonly number[]): Int32Array {
  let matrices = Int32Array.of(0);
  let count = 1;
  for (let d = 1; d <= outer.length; d++) {
    const size = outer[outer.length - d];
    const step = (own[own.length - d] ?? 1) === 1 ? 0 : count;
    const inner = matrices;
    matrices = Int32Array.from(
      { length: size * inner.length },
      (_, i) => Math.floor(i / inner.length) * step + inner[i % inner.length],
    );
    if (step > 0) count *= size;
  }
  return matrices;
}
