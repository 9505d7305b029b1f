/** `1,234,567` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Three significant digits with K, M or G: `6.16 M`. */
export function short(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const) {
    if (Math.abs(value) >= size * 0.9995) return `${(value / size).toPrecision(3)} ${unit}`;
  }
  return String(Math.round(value));
}

/** A part of 1 as `97.3 %`; what is not nothing and not all never shows as 0 or 100. */
export function percent(part: number, digits = 1): string {
  const shown = (100 * part).toFixed(digits);
  if (part > 0 && Number(shown) === 0) return `< ${(10 ** -digits).toFixed(digits)} %`;
  if (part < 1 && Number(shown) === 100) return `> ${(100 - 10 ** -digits).toFixed(digits)} %`;
  return `${shown} %`;
}

/** A number with a proper minus, `digits` after the point; never `-0`. */
export function decimal(value: number, digits: number): string {
  const shown = Math.abs(value).toFixed(digits);
  return value < 0 && Number(shown) !== 0 ? `−${shown}` : shown;
}

/** The same with a sign in any case. */
export function signed(value: number, digits: number): string {
  const shown = decimal(value, digits);
  return shown.startsWith('−') ? shown : `+${shown}`;
}

/** A size in bytes as `1.2 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${(value / 1e3).toFixed(0)} KB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** Seconds as `42 s`, `3 min 05 s` or `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** `full`, or the part of the paper's filters: `1/8`. */
export function widthName(widthMultiplier: number): string {
  return widthMultiplier === 1 ? 'full' : `1/${1 / widthMultiplier}`;
}
