/** `98.76 %`. */
export function percent(part: number, digits = 2): string {
  return `${(100 * part).toFixed(digits)} %`;
}

/** `1:02:03`, `4:05` or `7 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, '');
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** `98.3`, `119K` or `6.18M`: three digits, for narrow columns. */
export function compactCount(value: number): string {
  return COMPACT.format(value);
}

/** `12,345`. */
export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1,234`, `110` or `9.5`: whole from 10 on, else two digits. */
export function figure(value: number): string {
  return value >= 10 ? thousands(Math.round(value)) : value.toPrecision(2);
}

/** Images a second with about three digits. */
export function rate(perSecond: number): string {
  return `${perSecond >= 100 ? thousands(Math.round(perSecond)) : perSecond.toFixed(1)} images/s`;
}

/** Columns of a line: those of the terminal, and 80 for a file or a pipe. */
export function lineWidth({
  isTTY,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : 80;
}
