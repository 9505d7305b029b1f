import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const MOST_BYTES = 2 ** 24;

/**
 * The commit that is checked out where a command was started, read from git's files without running git.
 *
 * @param folder - it or the first folder above it with a `.git` counts; worktrees and packed references are known.
 * @returns 40 or 64 hexadecimal digits; undefined where there is none or it cannot be read.
 * @see gitrepository-layout(5)
 */
export function gitCommit(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const entry = join(at, '.git');
    const stats = statSync(entry, { throwIfNoEntry: false });
    if (stats !== undefined) return commitOf(stats.isDirectory() ? entry : linked(at, entry));
    if (dirname(at) === at) return undefined;
  }
}

/** A worktree or submodule has a file that names its folder. */
function linked(folder: string, file: string): string | undefined {
  const path = /^gitdir: (.+)$/m.exec(contentOf(file) ?? '')?.[1];
  return path === undefined ? undefined : resolve(folder, path);
}

function commitOf(git: string | undefined): string | undefined {
  if (git === undefined) return undefined;
  const head = contentOf(join(git, 'HEAD'))?.trim() ?? '';
  if (HASH.test(head)) return head;
  const name = /^ref: (refs\/[^\0\s]+)$/.exec(head)?.[1];
  if (name === undefined || name.split('/').includes('..')) return undefined;
  const common = contentOf(join(git, 'commondir'))?.trim();
  for (const place of common === undefined ? [git] : [git, resolve(git, common)]) {
    const loose = contentOf(join(place, name))?.trim();
    const packed = contentOf(join(place, 'packed-refs'))
      ?.split('\n')
      .find((line) => line.endsWith(` ${name}`))
      ?.split(' ')[0];
    const found = [loose, packed].find((hash) => hash !== undefined && HASH.test(hash));
    if (found !== undefined) return found;
  }
  return undefined;
}

function contentOf(file: string): string | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= MOST_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
