import { withoutColors } from './plain-text';

/**
 * A text with its lines broken at blanks to fit a width; further lines stand under the last column of the first, as in a table.
 *
 * Words that are longer than a line stay whole. Colours take no room.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, width))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  const shown = withoutColors(line);
  if (shown.length <= width) return line;
  const column = /^(?: *\S+ {2,})*/.exec(shown)?.[0].length ?? 0;
  const indent = column > 0 ? column : shown.length - shown.trimStart().length;
  const end = shown.lastIndexOf(' ', width);
  if (end <= indent) return line;
  // The same blank in the line with its colours.
  const blanks = shown.slice(0, end).split(' ').length;
  const words = line.split(' ');
  const rest = words.slice(blanks).join(' ').trimStart();
  return `${words.slice(0, blanks).join(' ').trimEnd()}\n${wrappedLine(' '.repeat(indent) + rest, width)}`;
}
