import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';

/** The unfinished file of a download, owned by this process. */
export interface PartFile {
  path: string;
  /** Gives it up; an unfinished shared part stays, to be continued. */
  release(): Promise<void>;
}

/**
 * Claims `destination.part`, or a file of one's own where another process is busy with it.
 *
 * The claim is a file with the owner's process id; that of a process which is gone is taken over.
 */
export async function claimPart(destination: string): Promise<PartFile> {
  const lock = `${destination}.lock`;
  if (await takeLock(lock)) {
    return { path: `${destination}.part`, release: () => rm(lock, { force: true }) };
  }
  const path = `${destination}.${randomUUID()}.part`;
  return { path, release: () => rm(path, { force: true }) };
}

async function takeLock(lock: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (isAlive(owner)) return false;
      await rm(lock, { force: true });
    }
  }
  return false;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
