import picocolors from 'picocolors';

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
  /** Calls `handler` at Ctrl-C or SIGTERM; returns what undoes it. */
  onInterrupt(handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The real process. */
export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    onInterrupt(handler) {
      process.on('SIGINT', handler);
      process.on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
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

/** Writes a line to standard output. */
export function say(io: Io, line = ''): void {
  io.stdout.write(`${line}\n`);
}
