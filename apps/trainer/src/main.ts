import { commandLine } from './cli';
import { COMMANDS } from './commands';
import { ExitCode, UserError, messageOf } from './errors';
import { explained } from './explain';
import { processIo, remark, sayJson, type Io } from './io';
import { version } from './version';

/**
 * The `googlenet` command.
 *
 * @param args - what stands after its name.
 * @returns the exit code, see {@link ExitCode}.
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  const run = commandLine(io, COMMANDS, version());
  try {
    return await run(args);
  } catch (error) {
    return fail(io, explained(error), { verbose: args.includes('--verbose'), json: args.includes('--json') });
  }
}

function fail(io: Io, error: unknown, { verbose, json }: { verbose: boolean; json: boolean }): ExitCode {
  const code = error instanceof UserError ? error.exitCode : ExitCode.failure;
  const message = messageOf(error);
  if (json) sayJson(io, { type: 'error', exitCode: code, message });
  remark(io, `googlenet: ${message}`);
  if (verbose && error instanceof Error) {
    for (const line of stackWithCauses(error).split('\n')) remark(io, line);
  } else if (!(error instanceof UserError))
    remark(io, 'This was not expected; --verbose shows where it happened.');
  return code;
}

function stackWithCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackWithCauses(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
