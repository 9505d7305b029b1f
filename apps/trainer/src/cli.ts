import { Command as Commander, CommanderError, Option } from 'commander';
import type { Command } from './commands/command';
import { ExitCode } from './errors';
import { remark, say, type Io, type Output } from './io';
import { longName, readOptions, type CommandOption } from './options/option';
import { lineWidth } from './render/format';
import { wrapped } from './render/wrap';

/** Long lines are hard to read, however wide the terminal is. */
function helpWidth(output: Output): number {
  return Math.min(lineWidth(output), 120);
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    something unexpected broke (--verbose shows where)
  2    a flag, setting, file or folder is wrong; the message says how to put it right
  3    the loss became infinite or not a number
  4    the test accuracy is below --target-accuracy
  75   another process of --distributed mpi did not answer in time; what was saved stays
  130  interrupted; what was done is saved`;

/**
 * The command line: parses, checks the options by their table, and runs the command.
 *
 * @returns a function that runs it for the arguments after the command's name.
 */
export function commandLine(
  io: Io,
  commands: readonly Command[],
  version: string,
): (args: readonly string[]) => Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = new Commander('googlenet')
    .description('Train GoogLeNet (Inception v1) on MNIST-format images, evaluate it, and use it.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => {
        for (const line of text.replace(/\n$/, '').split('\n')) say(io, line);
      },
      writeErr: (text) => {
        for (const line of text.replace(/\n$/, '').split('\n')) remark(io, line);
      },
      getOutHelpWidth: () => helpWidth(io.stdout),
      getErrHelpWidth: () => helpWidth(io.stderr),
      outputError: (text, write) =>
        write(`googlenet: ${text.replace(/^error: /, '').trimEnd()} See \`googlenet --help\`.\n`),
    })
    .addHelpText('after', () => wrapped(EXIT_CODES, helpWidth(io.stdout)));
  for (const command of commands) {
    declare(io, program, command).action(async (...given: unknown[]) => {
      // Commander hands over the operands, then the options, then itself.
      const [options, operands] = [given.at(-2), given.slice(0, -2).flat()];
      const values = readOptions(command.options, options as Record<string, unknown>);
      code = await command.run(io, values, operands as string[]);
    });
  }
  return async (args) => {
    try {
      await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
      return code;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
      throw error;
    }
  };
}

function declare(
  io: Io,
  program: Commander,
  { name, description, operands, options, footer }: Command,
): Commander {
  const command = program.command(name).description(description);
  if (operands !== undefined) command.argument(operands.syntax, operands.help);
  for (const [key, entry] of Object.entries(options)) command.addOption(declaredOption(key, entry));
  if (footer !== undefined) command.addHelpText('after', () => wrapped(`\n${footer}`, helpWidth(io.stdout)));
  return command;
}

/** An entry of the table in commander's words. Its value is checked by {@link readOptions}, not by commander. */
function declaredOption(key: string, entry: CommandOption): Option {
  const name = longName(key, entry);
  const word = entry.kind === 'flag' ? undefined : entry.placeholder;
  const help = entry.kind === 'value' ? withDefault(entry.help, entry.default) : entry.help;
  const bare = entry.kind === 'value' && entry.bare !== undefined;
  const declared = new Option(
    word === undefined ? name : bare ? `${name} [${word}]` : `${name} <${word}>`,
    help,
  );
  if (entry.kind === 'list')
    declared.argParser((value, before: readonly string[] = []) => [...before, value]);
  return entry.group === undefined ? declared : declared.helpGroup(entry.group);
}

function withDefault(help: string, value: unknown): string {
  return value === undefined
    ? help
    : `${help} (default: ${typeof value === 'string' ? value : JSON.stringify(value)})`;
}
