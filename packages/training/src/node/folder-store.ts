import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointStore, type CheckpointStore } from '../checkpoint/checkpoint-store';

/**
 * Checkpoints as files in a folder, which is made when the first is saved.
 *
 * A file is written beside its final name, flushed to the disk, then renamed, so that a crash at any moment leaves
 * the old file or the new one.
 * @param folder - one for each run.
 */
export function folderStore(folder: string): CheckpointStore {
  // Once only: a folder that is removed under a running training is not made anew, half empty.
  let made = false;
  return checkpointStore({
    list: () => orIfMissing(readdir(folder), []),
    read: (name) => orIfMissing<Uint8Array | undefined>(readFile(join(folder, name)), undefined),
    async write(name, bytes) {
      if (!made) await mkdir(folder, { recursive: true });
      made = true;
      const temporary = join(folder, `${name}.tmp`);
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } catch (error) {
        // A full disk is not to stay full of what cannot be used.
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      } finally {
        await file.close();
      }
      await rename(temporary, join(folder, name));
      await flushFolder(folder);
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  });
}

async function orIfMissing<T>(promise: Promise<T>, missing: T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}

/** Makes a rename last through a power cut. Windows cannot open folders and does not need it. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
