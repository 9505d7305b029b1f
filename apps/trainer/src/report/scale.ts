/** How values lie along an axis. */
export interface Scale {
  /** Where a value lies, 0 at the start of the axis and 1 at its end. */
  at(value: number): number;
  /** Round values to write beside it. */
  readonly ticks: readonly number[];
}

/** From which ratio of the largest to the smallest value an axis is logarithmic. */
const LOG_FROM = 30;

/** An axis for values, whatever their order; those that are no finite number are left out. With `log`, powers where they span a wide range. */
export function scaleFor(values: readonly number[], { log = false }: { readonly log?: boolean } = {}): Scale {
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  if (finite.length === 0) return linear(0, 1);
  return log && low > 0 && high / low > LOG_FROM ? logarithmic(low, high) : linear(low, high);
}

const TICKS = 5;

/** Ends at round values, so that no line touches the frame without a number beside it. */
export function linear(low: number, high: number): Scale {
  const step = roundStep((high - low || Math.abs(high) || 1) / TICKS);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const [from, to] = [first * step, Math.max(last, first + 1) * step];
  const count = Math.round((to - from) / step);
  return {
    at: (value) => (value - from) / (to - from),
    ticks: Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12))),
  };
}

function logarithmic(low: number, high: number): Scale {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return {
    at: (value) => (Math.log10(value) - first) / (last - first),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)),
  };
}

/** The next of 1, 2, 5, 10, 20, ... that is at least so large. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
}
