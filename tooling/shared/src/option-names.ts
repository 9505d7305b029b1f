/** A name that stands farther than this from every known one is no misspelling. */
const MAX_EDITS = 2;

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
      const near = nearest(name, known);
      const fix = near === undefined ? `Use any of ${known.join(', ')}.` : meant(inside + near);
      return `${where}: expected only options that it knows, got ${JSON.stringify(inside + name)}. ${fix}`;
    });
}

/** ` Did you mean "x"?` where one of the words is at most two edits away, else nothing. */
export function didYouMean(value: unknown, words: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, words) : undefined;
  return near === undefined ? '' : ` ${meant(near)}`;
}

const meant = (word: string): string => `Did you mean ${JSON.stringify(word)}?`;

function nearest(word: string, words: readonly string[]): string | undefined {
  for (let edits = 0; edits <= MAX_EDITS; edits++) {
    const near = words.find((other) => isNear(word.toLowerCase(), other.toLowerCase(), edits));
    if (near !== undefined) return near;
  }
  return undefined;
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
