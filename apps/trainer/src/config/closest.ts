/** ` Did you mean "x"?` when one of `options` is at most two edits away, else nothing. */
export function closest(value: unknown, options: readonly string[]): string {
  if (typeof value !== 'string') return '';
  const near = options
    .map((option) => ({ option, distance: editDistance(value, option) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= 2 ? ` Did you mean ${JSON.stringify(near.option)}?` : '';
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
