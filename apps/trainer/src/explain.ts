import { UserError } from './errors';

/** What the file system says, in words, and what helps. */
const FILE_PROBLEMS: Readonly<Record<string, readonly [expected: string, advice: string]>> = {
  ENOSPC: ['room on the disk', 'Free some space'],
  EDQUOT: ['room within the disk quota', 'Free some space'],
  EROFS: ['a file system that can be written', 'Choose another folder'],
  EACCES: ['permission', 'Change its permissions, or choose another place'],
  EPERM: ['permission', 'Change its permissions, or choose another place'],
  ENOENT: ['the file or folder to be there', 'Check whether something removed or moved it'],
  ENOTDIR: ['a folder', 'Choose another path'],
  EISDIR: ['a file', 'Choose another path'],
  ENAMETOOLONG: ['a shorter path', 'Choose another'],
  ELOOP: ['a path without a circle of links', 'Choose another'],
  EMFILE: ['fewer open files', 'Close other programs'],
  EIO: ['the disk to answer', 'Check the disk'],
};

/** How the messages of this project's packages begin: `name(what): expected ..., got ...`. */
const OUR_FORM = /^[\w."@/ -]+(\([^)]*\))?: (\d+ problems|expected )/;

/**
 * An error as one that a person can do something about, where it is one: a file that cannot be read or written, or a message in the form that
 * this project's packages use, which says what to do.
 *
 * @param further - what helps besides, as a sentence.
 * @returns the error itself where nothing is known about it.
 */
export function explained(error: unknown, further = ''): unknown {
  // Not `instanceof Error`: errors of the file system may come from another realm.
  if (error instanceof UserError || typeof error !== 'object' || error === null) return error;
  const { code, syscall, path, message = '' } = error as Partial<NodeJS.ErrnoException>;
  const known = code === undefined ? undefined : FILE_PROBLEMS[code];
  const tail = further === '' ? '' : ` ${further}`;
  if (known !== undefined) {
    const [expected, advice] = known;
    return new UserError(
      `${syscall ?? 'files'}: expected ${expected}${path === undefined ? '' : ` for ${path}`}, got ${String(code)}. ${advice}.${tail}`,
      { cause: error },
    );
  }
  return OUR_FORM.test(message) ? new UserError(`${message}${tail}`, { cause: error }) : error;
}
