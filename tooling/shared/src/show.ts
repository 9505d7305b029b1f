const MAX_LENGTH = 80;
const MAX_ENTRIES = 8;
const MAX_DEPTH = 4;

/** A value as an error message shows it: short, on one line, text in quotes, what is missing as `nothing`. */
export function show(value: unknown): string {
  const text = write(value, 0);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text;
}

function write(value: unknown, depth: number): string {
  if (value === undefined) return depth === 0 ? 'nothing' : 'undefined';
  // Enough of a long text for the cut that follows.
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_LENGTH));
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value === null) return 'null';
  if (depth === MAX_DEPTH) return '...';
  if (Array.isArray(value)) return `[${list(value, (one) => write(one, depth + 1))}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) return value.constructor.name || 'object';
  const field = ([name, one]: [string, unknown]) => `${JSON.stringify(name)}: ${write(one, depth + 1)}`;
  return `{${list(Object.entries(value), field)}}`;
}

function list<T>(entries: readonly T[], text: (entry: T) => string): string {
  // Not map: it leaves out the holes of an array.
  const shown = Array.from(entries.slice(0, MAX_ENTRIES), text);
  return [...shown, ...(entries.length > MAX_ENTRIES ? ['...'] : [])].join(', ');
}

/** What an error of any origin says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
