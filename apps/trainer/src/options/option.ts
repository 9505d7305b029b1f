import { UserError } from '../errors';
import { problemWith, type ValueType } from './values';

/** What every option has. */
interface Entry {
  /** One line for `--help`. */
  readonly help: string;
  /** The heading that it stands under in `--help`. */
  readonly group?: string;
}

/** An option with a value, `--batch-size <images>`. `Value` includes undefined where there is no default. */
export interface ValueOption<Value> extends Entry {
  readonly kind: 'value';
  readonly type: ValueType<Value & {}>;
  /** The word between the angle brackets of `--help`. */
  readonly placeholder: string;
  readonly default?: Value;
  /** What the option means without a value behind it; left out where it needs one. */
  readonly bare?: Value;
}

/** An option that is given or not, `--json`. */
export interface FlagOption extends Entry {
  readonly kind: 'flag';
  /** `--no-augment` instead of `--augment`: the value is false when given. */
  readonly negated?: boolean;
}

/** An option that may be given several times, `--set a=1 --set b=2`. */
export interface ListOption extends Entry {
  readonly kind: 'list';
  readonly placeholder: string;
}

/** An option that is a setting of the configuration, which checks it together with everything else. */
export interface SettingOption extends Entry {
  readonly kind: 'setting';
  /** Where it goes, `training.batchSize`. */
  readonly path: string;
  /** Whether its text stands for a number or a size; left out where it takes no value. */
  readonly text?: 'text' | 'number' | 'size';
  readonly placeholder?: string;
}

export type CommandOption = ValueOption<unknown> | FlagOption | ListOption | SettingOption;

/** A command's options by name: `batchSize` is `--batch-size`. */
export type OptionTable = Readonly<Record<string, CommandOption>>;

type ValueOf<O> =
  O extends ValueOption<infer Value>
    ? Value
    : O extends FlagOption
      ? boolean
      : O extends ListOption
        ? readonly string[]
        : unknown;

/** What a command's handler gets: checked values by the names of the table. */
export type ValuesOf<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

interface ValueEntry<T> extends Entry {
  readonly type: ValueType<T>;
  readonly placeholder: string;
  readonly bare?: NoInfer<T>;
}

/** Declares an option with a value. With a `default`, the handler always gets one. */
export function option<T>(entry: ValueEntry<T> & { readonly default: NoInfer<T> }): ValueOption<T>;
export function option<T>(entry: ValueEntry<T>): ValueOption<T | undefined>;
export function option<T>(entry: ValueEntry<T> & { readonly default?: T }): ValueOption<T | undefined> {
  return { kind: 'value', ...entry } as ValueOption<T | undefined>;
}

/** Declares an option without a value. */
export function flag(entry: Entry & { readonly negated?: boolean }): FlagOption {
  return { kind: 'flag', ...entry };
}

/** Declares an option that may be repeated. */
export function list(entry: Entry & { readonly placeholder: string }): ListOption {
  return { kind: 'list', ...entry };
}

/** `--batch-size` for `batchSize`. */
export function longName(name: string, entry?: CommandOption): string {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return entry?.kind === 'flag' && entry.negated === true ? `--no-${words}` : `--${words}`;
}

/**
 * The values of a command's options.
 *
 * @param given - what commander found, by name: text, true, or a list of texts.
 * @throws {UserError} with every problem at once.
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
): ValuesOf<Table> {
  const problems: string[] = [];
  const values = Object.entries(table).map(([name, entry]) => [
    name,
    readOption(name, entry, given[name], problems),
  ]);
  if (problems.length > 0) throw UserError.of(problems);
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function readOption(name: string, entry: CommandOption, given: unknown, problems: string[]): unknown {
  switch (entry.kind) {
    case 'flag':
      return given === undefined ? entry.negated === true : given;
    case 'list':
      return given ?? [];
    case 'setting':
      if (typeof given !== 'string') return given;
      if (entry.text === 'size') return readSize(name, given, problems);
      return entry.text === 'number' ? numberOrText(given) : given;
    case 'value': {
      if (given === true) return entry.bare;
      if (typeof given !== 'string') return entry.default;
      const value = entry.type.parse(given);
      if (value === undefined) problems.push(problemWith(longName(name), entry.type, given));
      return value;
    }
  }
}

/** `224x192` is height and width, `224` both. */
function readSize(name: string, given: string, problems: string[]): unknown {
  const [, height, width = height] = /^(\d+)(?:x(\d+))?$/.exec(given) ?? [];
  if (height !== undefined) return [Number(height), Number(width)];
  problems.push(
    `${longName(name)}: expected HEIGHTxWIDTH in pixels, such as 224x224, got ${JSON.stringify(given)}.`,
  );
  return undefined;
}

/** A text that is no number stays text, so that the configuration names it in its message. */
function numberOrText(given: string): unknown {
  return given.trim() !== '' && Number.isFinite(Number(given)) ? Number(given) : given;
}
