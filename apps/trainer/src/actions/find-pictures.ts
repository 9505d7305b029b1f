import { isPictureName } from '@googlenet/images';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { UserError } from '../errors';

const MAX_DEPTH = 16;

/**
 * The pictures for what stands on the command line: files, folders (with those in them) and patterns with `*`, `?`, `**`, `[ab]` and `{a,b}`.
 *
 * @returns paths as they were given or found, each once, in the order of the arguments and then of their names.
 * @throws {UserError} that names everything that is not there.
 */
export function findPictures(cwd: string, given: readonly string[]): string[] {
  const missing: string[] = [];
  const found = given.flatMap((word) => {
    const path = resolve(cwd, word);
    if (existsSync(path))
      return statSync(path).isDirectory() ? filesUnder(path).map((file) => shownAs(cwd, file)) : [word];
    const matches = alternatives(word).flatMap((pattern) => matching(cwd, pattern));
    if (matches.length === 0) missing.push(word);
    return matches;
  });
  if (missing.length > 0)
    throw UserError.of(
      missing.map(
        (word) =>
          `expected a picture, a folder of pictures or a pattern, got ${JSON.stringify(word)}, which finds none. Check the path.`,
      ),
    );
  if (found.length === 0)
    throw new UserError(
      `expected PNG, JPEG or WebP pictures in ${given.join(', ')}, got none. Check the folder.`,
    );
  return [...new Set(found)];
}

function filesUnder(folder: string, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesUnder(path, depth + 1);
      return isPictureName(entry.name) ? [path] : [];
    });
}

function shownAs(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

/** `{a,b}` written out, the innermost first. */
function alternatives(pattern: string): string[] {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (found === null) return [pattern];
  const [whole, inner] = found;
  const [before, after] = [pattern.slice(0, found.index), pattern.slice(found.index + whole.length)];
  return inner.split(',').flatMap((part) => alternatives(before + part + after));
}

/** The files for a pattern; brackets are taken as they are where that finds something, since folders are called so. */
function matching(cwd: string, pattern: string): string[] {
  const literal = filesLike(cwd, pattern, false);
  return literal.length > 0 || !pattern.includes('[') ? literal : filesLike(cwd, pattern, true);
}

/** @param sets - whether `[` begins a set. */
function filesLike(cwd: string, pattern: string, sets: boolean): string[] {
  const words = pattern.split(sep).join('/');
  const first = words.search(sets ? /[*?[]/ : /[*?]/);
  if (first < 0) return isFile(resolve(cwd, pattern)) ? [pattern] : [];
  const start = words.lastIndexOf('/', first) + 1;
  const base = resolve(cwd, words.slice(0, start) || '.');
  const expression = expressionOf(words.slice(start), sets);
  if (expression === undefined || !isFolder(base)) return [];
  return filesUnder(base)
    .filter((path) => expression.test(relative(base, path).split(sep).join('/')))
    .map((path) => shownAs(cwd, path));
}

/** Undefined for brackets that are no set, such as `[` alone or `[z-a]`. */
function expressionOf(pattern: string, sets: boolean): RegExp | undefined {
  const plain = pattern.replace(/[.+^${}()|\\]/g, '\\$&');
  const escaped = sets ? plain.replace(/\[!/g, '[^') : plain.replace(/[[\]]/g, '\\$&');
  const source = escaped.replace(/\*\*\/|\*|\?/g, (wild) => WILD[wild] ?? wild);
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return undefined;
  }
}

const WILD: Readonly<Record<string, string>> = { '**/': '(?:[^/]+/)*', '*': '[^/]*', '?': '[^/]' };

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
