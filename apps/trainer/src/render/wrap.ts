/**
 * A text with its lines broken at blanks to fit a width; further lines stand under the last column of the first, as in a table.
 *
 * Words that are longer than a line stay whole.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, width))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const column = /^(?: *\S+ {2,})?/.exec(line)?.[0].length ?? 0;
  const indent = column > 0 ? column : line.length - line.trimStart().length;
  const end = line.lastIndexOf(' ', width);
  if (end <= indent) return line;
  return `${line.slice(0, end)}\n${wrappedLine(' '.repeat(indent) + line.slice(end + 1), width)}`;
}
