import { messageOf } from '@googlenet-tooling/shared/show';

export { messageOf };

/** What an error of the libraries says, without the function that the message begins with. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/^\w+: /, '');
}

/** What the `googlenet` command exits with. */
export const ExitCode = {
  /** It did what was asked. */
  ok: 0,
  /** Something unexpected broke; `--verbose` shows the stack. */
  failure: 1,
  /** A flag, config, file or folder is wrong: the message says how to put it right. */
  usage: 2,
  /** The loss became infinite or not a number. The last good checkpoint is kept. */
  diverged: 3,
  /** The test accuracy is below `--target-accuracy`. */
  belowTarget: 4,
  /** Another process of the job did not answer in time: it, its machine or the network is lost. The last checkpoint is kept. */
  rankLost: 75,
  /** Interrupted (Ctrl-C or SIGTERM); what was done is saved. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A mistake of the person at the keyboard: printed as plain lines, exit code 2, no stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  constructor(message: string, options: { cause?: unknown; exitCode?: ExitCode } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? ExitCode.usage;
  }

  /** One error for all problems, one a line. */
  static of(problems: readonly string[]): UserError {
    return new UserError(
      problems.length === 1
        ? String(problems[0])
        : `${problems.length} problems:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
}
