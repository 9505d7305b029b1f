import { messageOf } from '@googlenet-tooling/shared/show';
import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { ImageError } from '../errors';
import { isPictureName } from '../picture-name';
import { readCsvList } from './csv-list';
import { checkClasses, type ListedPicture, type PartName, type PictureList } from './picture-list';

const PARTS: Readonly<Record<string, PartName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
};
const MAX_DEPTH = 16;
const MAX_FILES = 5_000_000;

/**
 * Lists `FOLDER/CLASS/*.jpg`, the same with `train`, `val` and `test` above the classes, or a CSV with the columns `file`, `label` and
 * (optional) `split`.
 *
 * Follows links, each folder once a class. Hidden files and folders are passed over.
 * @throws {ImageError} `NOT_FOUND` or `DATASET`, with what to do.
 */
export function listPictures(path: string): PictureList {
  const root = resolve(path);
  const stats = statOf(root);
  if (stats.isFile()) return readCsvList(root, PARTS);
  if (!stats.isDirectory())
    throw new ImageError(
      'DATASET',
      `listPictures: expected a folder or a CSV file, got ${root}, which is neither.`,
    );
  const folders = foldersIn(root);
  const parts = folders.filter((name) => PARTS[name.toLowerCase()] !== undefined);
  const seen = parts.map((name) => PARTS[name.toLowerCase()]);
  const ignored: string[] = [];
  if (!seen.includes('train')) {
    if (parts.length > 0 && parts.length === folders.length)
      throw new ImageError(
        'DATASET',
        `listPictures: expected a folder "train" beside ${parts.map((name) => `"${name}"`).join(' and ')} in ${root}, got none. Add it, or name the parts otherwise.`,
      );
    return collect(root, [{ folder: root, part: undefined }], ignored);
  }
  if (new Set(seen).size < seen.length)
    throw new ImageError(
      'DATASET',
      `listPictures: expected one folder a part in ${root}, got ${parts.join(', ')}.`,
    );
  ignored.push(...folders.filter((name) => !parts.includes(name)).map((name) => `${name}/`));
  return collect(
    root,
    parts.map((name, i) => ({ folder: join(root, name), part: seen[i] })),
    ignored,
  );
}

function collect(
  root: string,
  parts: readonly { folder: string; part: PartName | undefined }[],
  ignored: string[],
): PictureList {
  const first = parts.find(({ part }) => part === 'train') ?? parts[0];
  const classNames = foldersIn(first.folder).sort();
  checkClasses(
    first.folder,
    classNames,
    entriesIn(first.folder).some((entry) => isPictureName(entry.name)),
  );
  const pictures: ListedPicture[] = [];
  for (const { folder, part } of parts) {
    for (const name of foldersIn(folder).sort()) {
      const label = classNames.indexOf(name);
      if (label < 0)
        throw new ImageError(
          'DATASET',
          `listPictures: expected in ${folder} the classes of ${first.folder} (${shortList(classNames)}), got also "${name}". Remove it, or add training pictures of it.`,
        );
      const files = walk(root, join(folder, name), ignored);
      if (files.length === 0 && part !== 'validation' && part !== 'test')
        throw new ImageError(
          'DATASET',
          `listPictures: expected pictures (JPEG, PNG or WebP) in every class folder, got none in ${join(folder, name)}. Add some or remove the folder.`,
        );
      for (const file of files) pictures.push({ file, label, part });
    }
    ignored.push(
      ...entriesIn(folder)
        .filter((entry) => !entry.name.startsWith('.') && isFile(join(folder, entry.name), entry))
        .map((entry) => portable(relative(root, join(folder, entry.name)))),
    );
  }
  return { root, classNames, pictures, ignored };
}

/** The picture files below a folder, sorted; others go to `ignored`. */
function walk(root: string, start: string, ignored: string[]): string[] {
  const files: string[] = [];
  const visited = new Set<string>();
  const enter = (folder: string, depth: number): void => {
    const real = realpathSync(folder);
    if (visited.has(real) || depth > MAX_DEPTH) return;
    visited.add(real);
    for (const entry of entriesIn(folder)) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = join(folder, entry.name);
      if (isFolder(path, entry)) {
        enter(path, depth + 1);
        continue;
      }
      const name = portable(relative(root, path));
      if (isPictureName(entry.name)) files.push(name);
      else ignored.push(name);
      if (files.length > MAX_FILES)
        throw new ImageError(
          'DATASET',
          `listPictures: expected at most ${MAX_FILES} files a class, got more in ${start}.`,
        );
    }
  };
  enter(start, 0);
  return files.sort();
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new ImageError(
      'NOT_FOUND',
      `listPictures: expected a folder that can be read, got ${folder} (${messageOf(error)}).`,
      {
        cause: error,
      },
    );
  }
}

function foldersIn(folder: string): string[] {
  return entriesIn(folder)
    .filter(({ name }) => !name.startsWith('.') && name !== '__MACOSX')
    .filter((entry) => isFolder(join(folder, entry.name), entry))
    .map(({ name }) => name);
}

function isFolder(path: string, entry: Dirent): boolean {
  return (
    entry.isDirectory() ||
    (entry.isSymbolicLink() && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false))
  );
}

function isFile(path: string, entry: Dirent): boolean {
  return !isFolder(path, entry);
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new ImageError(
      'NOT_FOUND',
      `listPictures: expected a folder of pictures, got ${path} (${messageOf(error)}). Check the path.`,
      {
        cause: error,
      },
    );
  }
}

function portable(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function shortList(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ');
}
