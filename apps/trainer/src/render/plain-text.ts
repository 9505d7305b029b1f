/** Control characters, marks that turn the reading direction or cannot be seen, and Unicode's own line ends. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A text from a file or a folder's name without what could steer a terminal or reorder what it shows. */
export function plainText(text: string): string {
  return text.replace(UNSEEN, '');
}

/** The colours that this command writes; others, and those of foreign text elsewhere, could hide or overwrite. */
// eslint-disable-next-line no-control-regex
const COLOR = /(\u001b\[(?:[12]|22|3[1-6]|39)m)/;
const COLORS_END = '\u001b[0m';

/** What a line of this command shows. */
export function withoutColors(line: string): string {
  return line
    .split(COLOR)
    .filter((_, i) => i % 2 === 0)
    .join('')
    .replaceAll(COLORS_END, '');
}

/**
 * A line as it may be printed: {@link plainText}, with the command's own colours left in.
 *
 * @param colored - whether the output shows colours; whatever the line turned on ends with it.
 */
export function plainLine(line: string, colored: boolean): string {
  if (!colored) return plainText(line);
  const parts = line.split(COLOR).map((part, i) => (i % 2 === 1 ? part : plainText(part)));
  return parts.length > 1 ? `${parts.join('')}${COLORS_END}` : parts.join('');
}

/** JSON with the characters that {@link plainText} leaves out as escapes: the same value, and safe to print. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (found) =>
    [...Array(found.length).keys()]
      .map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** At most `width` characters: the middle gives way to an ellipsis, so that both ends of a name stay. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 2) return '…';
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${tail === 0 ? '' : text.slice(-tail)}`;
}
