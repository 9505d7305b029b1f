import type { ExitCode } from '../errors';
import type { Io } from '../io';
import { COMMON_OPTIONS } from '../options/shared';
import type { OptionTable, ValuesOf } from '../options/option';

/** What stands behind a command's name, besides options. */
export interface Operands {
  /** In commander's notation: `<files...>`, `[name]`. */
  readonly syntax: string;
  readonly help: string;
}

type CommonOptions = typeof COMMON_OPTIONS;

interface Declaration<Table extends OptionTable> {
  readonly name: string;
  /** One line for `googlenet --help`. */
  readonly description: string;
  readonly operands?: Operands;
  readonly options: Table;
  /** What stands below the options in its own `--help`. */
  readonly footer?: string;
  /**
   * Does it. Whatever needs TensorFlow.js is imported in here, so that `--help` loads none of it.
   *
   * @param options - checked values by the names of the table.
   */
  run(
    io: Io,
    options: ValuesOf<Table & CommonOptions>,
    operands: readonly string[],
  ): ExitCode | Promise<ExitCode>;
}

/** A command of `googlenet`: its declaration is all that the command line knows of it. */
export interface Command extends Omit<Declaration<OptionTable>, 'run'> {
  run(
    io: Io,
    options: Readonly<Record<string, unknown>>,
    operands: readonly string[],
  ): ExitCode | Promise<ExitCode>;
}

/** Declares a command; `--json` and `--verbose` are added to its options. */
export function defineCommand<const Table extends OptionTable>(declaration: Declaration<Table>): Command {
  return {
    ...declaration,
    options: { ...declaration.options, ...COMMON_OPTIONS },
    run: (io, options, operands) => declaration.run(io, options as ValuesOf<Table & CommonOptions>, operands),
  };
}
