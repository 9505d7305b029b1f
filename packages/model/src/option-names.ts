/**
 * One sentence for each option that is not known, with the name that was probably meant.
 *
 * An option that is `undefined` counts as left out.
 * @param inside - what stands before each name, `unit.` for the options of a unit.
 */
export function unknownOptions(
  where: string,
  options: object,
  known: readonly string[],
  inside = '',
): string[] {
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name]) => {
      const near = [0, 1, 2]
        .map((edits) => known.find((other) => isNear(name.toLowerCase(), other.toLowerCase(), edits)))
        .find((other) => other !== undefined);
      const fix = near ? `Did you mean ${JSON.stringify(inside + near)}?` : `Use any of ${known.join(', ')}.`;
      return `${where}: expected only options that it knows, got ${JSON.stringify(inside + name)}. ${fix}`;
    });
}

/** Whether so many insertions, deletions and replacements make one word of the other. */
function isNear(a: string, b: string, edits: number): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (restA === restB) return true;
  if (edits === 0) return false;
  return (
    isNear(restA.slice(1), restB.slice(1), edits - 1) ||
    isNear(restA.slice(1), restB, edits - 1) ||
    isNear(restA, restB.slice(1), edits - 1)
  );
}
