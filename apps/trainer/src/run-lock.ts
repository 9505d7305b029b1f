import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { UserError } from './errors';

/** Who holds a run. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts; a number that came round to another process has another. */
  readonly started: string;
}

const MOST_LOCK_BYTES = 4096;
/** A launcher ends before the last of its ranks: a job that resumes at once finds it on its way out. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 50;

/**
 * Takes a run for this process alone. A lock of a process that is gone counts for nothing.
 *
 * @param file - made, and removed by the function that comes back.
 * @throws {UserError} if another process works on the run.
 */
export function lockRun(file: string, run: string): () => void {
  const self: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  for (let tries = 0; ; tries++) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, JSON.stringify(self));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (tries === 3 || (holder !== undefined && !goneWithin(holder, PATIENCE_MS)))
      throw new UserError(
        `--resume: expected a run that no process works on, got ${run}, which process ${holder?.pid ?? '?'} on ${holder?.host ?? 'this machine'} trains. Wait for it or stop it; if it is gone, remove ${file}.`,
      );
    takeAway(file);
  }
}

/** The process that works on a run, by its lock; undefined where there is none or it is gone. Changes nothing. */
export function runHolder(file: string): { readonly pid: number; readonly host: string } | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size > MOST_LOCK_BYTES) return undefined;
  const holder = readHolder(file);
  return typeof holder?.pid === 'number' && typeof holder.host === 'string' && isAlive(holder)
    ? holder
    : undefined;
}

/** Undefined where the file is gone or was never finished. */
function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether a process ends in that time; one of another machine is not waited for. */
function goneWithin(holder: Holder, ms: number): boolean {
  const last = holder.host === hostname() ? Date.now() + ms : 0;
  while (isAlive(holder)) {
    if (Date.now() >= last) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  return true;
}

/** Of another machine nothing can be known: it counts as alive. */
function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startOf(pid) === started;
}

/** Ticks since the machine started, where the system tells (Linux); else, and of a process that has ended but not been reaped, nothing. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** Renamed first, so that of two processes that find the same dead lock one does it. */
function takeAway(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
