import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Not in `public`, which a build of the site may copy at any moment. */
const WORKSHOP = fileURLToPath(new URL('../build/', import.meta.url));

/** Makes a folder whole elsewhere and moves it into place; where another process was first, its folder stays. */
export function publishFolder(folder: string, fill: (part: string) => void): void {
  inWorkshop((part) => {
    mkdirSync(part);
    fill(part);
    mkdirSync(dirname(folder), { recursive: true });
    try {
      renameSync(part, folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
      if (!existsSync(folder)) throw error;
    }
  });
}

/** Writes a file elsewhere and moves it into place; a file that has this content is left alone. */
export function publishFile(path: string, content: string | Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  inWorkshop((part) => {
    writeFileSync(part, content);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(part, path);
  });
}

/** Gives the name of something that is not there yet, in a folder of its own. */
function inWorkshop(work: (part: string) => void): void {
  mkdirSync(WORKSHOP, { recursive: true });
  const own = mkdtempSync(join(WORKSHOP, 'part-'));
  try {
    work(join(own, 'part'));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
