import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { UserError } from '../errors';

const PICTURE = /\.(png|jpe?g|webp)$/i;
const MAX_DEPTH = 16;

/**
 * The pictures for what stands on the command line: files, folders (with those in them) and patterns with `*`, `?` and `**`.
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
    const matches = /[*?]/.test(word) ? matching(cwd, word) : [];
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
      return PICTURE.test(entry.name) ? [path] : [];
    });
}

function shownAs(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

function matching(cwd: string, pattern: string): string[] {
  const absolute = resolve(cwd, pattern);
  const fixed = absolute.slice(0, absolute.search(/[*?]/));
  const base = fixed.slice(0, fixed.lastIndexOf(sep) + 1) || sep;
  if (!existsSync(base)) return [];
  const words = absolute.split(sep).join('/');
  const source = words
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*|\?/g, (wild) => WILD[wild] ?? wild);
  const expression = new RegExp(`^${source}$`);
  return filesUnder(base)
    .filter((path) => expression.test(path.split(sep).join('/')))
    .map((path) => shownAs(cwd, path));
}

const WILD: Readonly<Record<string, string>> = { '**/': '(?:[^/]+/)*', '*': '[^/]*', '?': '[^/]' };
