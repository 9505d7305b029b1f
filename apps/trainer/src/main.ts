import { readFileSync } from 'node:fs';
import { commandLine, type Options } from './cli';
import { ExitCode, UserError, messageOf } from './errors';
import { processIo, type Io } from './io';

/**
 * The `googlenet` command.
 *
 * @param args - what stands after its name.
 * @returns the exit code, see {@link ExitCode}.
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  const run = commandLine(
    io,
    {
      train: async (options) => (await import('./commands/train')).train(io, options),
      evaluate: async (options) => (await import('./commands/evaluate')).evaluate(io, options),
      predict: async (files, options) => (await import('./commands/predict')).predict(io, files, options),
      summary: async (options) => (await import('./commands/summary')).summary(io, options),
      data: async (name, options) => (await import('./commands/data')).data(io, name, options),
      doctor: async (options) => (await import('./commands/doctor')).doctor(io, options),
    },
    version(),
  );
  try {
    return await run(args);
  } catch (error) {
    return fail(io, error, { verbose: args.includes('--verbose'), json: args.includes('--json') });
  }
}

function fail(io: Io, error: unknown, { verbose, json }: Options): ExitCode {
  const code = error instanceof UserError ? error.exitCode : ExitCode.failure;
  const message = messageOf(error);
  if (json === true) io.stdout.write(`${JSON.stringify({ type: 'error', exitCode: code, message })}\n`);
  io.stderr.write(`googlenet: ${message}\n`);
  if (verbose === true && error instanceof Error) io.stderr.write(`${stackWithCauses(error)}\n`);
  else if (!(error instanceof UserError))
    io.stderr.write('This was not expected; --verbose shows where it happened.\n');
  return code;
}

function stackWithCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackWithCauses(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
