import picocolors from 'picocolors';
import { lineWidth } from './render/format';
import { plainJson, plainLine } from './render/plain-text';
import { wrapped } from './render/wrap';

/** A stream that text goes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything a command touches of the process, so that tests can call commands in-process. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `handler` at Ctrl-C, SIGTERM or SIGHUP; returns what undoes it. */
  onInterrupt(handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Ctrl-C, what `kill` sends, and a terminal that is closed. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Nobody reads any more (`| head`, a closed terminal): that stops no training. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
}

/** The real process. */
export function processIo(): Io {
  for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosed);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    onInterrupt(handler) {
      for (const signal of INTERRUPTS) process.on(signal, handler);
      return () => {
        for (const signal of INTERRUPTS) process.off(signal, handler);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** Functions that colour a text. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for an output: none when it is no terminal or `NO_COLOR` is set. */
export function colorsFor(io: Io, output: Output = io.stdout): Colors {
  return picocolors.createColors(output.isTTY === true && !io.env.NO_COLOR);
}

/**
 * Writes a line to standard output; names from files in it cannot steer the terminal or begin a line of their own.
 *
 * A terminal gets it broken at blanks where it is too long, a file or a pipe in one piece.
 */
export function say(io: Io, line = ''): void {
  writeLine(io.stdout, line);
}

/** As {@link say}, to standard error; further lines of the text are indented. */
export function remark(io: Io, text: string): void {
  for (const line of text.replace(/\n(?!\s)/g, '\n  ').split('\n')) writeLine(io.stderr, line);
}

/** Writes a value to standard output as one line of JSON. */
export function sayJson(io: Io, value: unknown): void {
  io.stdout.write(`${plainJson(value)}\n`);
}

function writeLine(output: Output, line: string): void {
  const isTerminal = output.isTTY === true;
  const text = plainLine(line, isTerminal);
  output.write(`${isTerminal ? wrapped(text, lineWidth(output)) : text}\n`);
}
