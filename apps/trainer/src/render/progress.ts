import cliProgress from 'cli-progress';
import type { Io } from '../io';

/** Something that shows how far a piece of work is. */
export interface Progress {
  update(done: number): void;
  /** Takes the bar away. */
  stop(): void;
}

const NOTHING: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on standard error where that is a terminal, else nothing. */
export function progressBar(io: Io, label: string, total: number, quiet: boolean): Progress {
  if (quiet || io.stderr.isTTY !== true) return NOTHING;
  const bar = new cliProgress.SingleBar(
    {
      stream: io.stderr as NodeJS.WriteStream,
      format: `${label} {bar} {percentage} %  {value}/{total}`,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
