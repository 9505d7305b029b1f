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

/** `12,345`. */
export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/** Images a second with about three digits. */
export function rate(perSecond: number): string {
  return `${perSecond >= 100 ? thousands(Math.round(perSecond)) : perSecond.toFixed(1)} images/s`;
}
