import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Papa from 'papaparse';
import { ImageError } from '../errors';
import { checkClasses, type ListedPicture, type PartName, type PictureList } from './picture-list';

const MAX_BYTES = 256e6;
const MAX_SHOWN = 20;
const COLUMNS = {
  file: ['file', 'path', 'image', 'filename', 'filepath'],
  label: ['label', 'class', 'category'],
  split: ['split', 'part', 'set'],
} as const;

/**
 * Reads a list of pictures: a header row, then one picture a row; paths are relative to the list.
 *
 * @param partNames - how parts may be called in the column `split`
 * @throws {ImageError} `DATASET` with every row that is wrong, the first twenty of them.
 */
export function readCsvList(path: string, partNames: Readonly<Record<string, PartName>>): PictureList {
  const bad = (what: string): never => {
    throw new ImageError(
      'DATASET',
      `listPictures: expected a CSV with the columns file and label, got ${what} in ${path}.`,
    );
  };
  const { size } = statSync(path);
  if (size > MAX_BYTES) bad(`${size} bytes`);
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  if (text.includes('\0')) bad('a binary file');
  const { data: rows } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const header = (rows[0] ?? []).map((name) => name.trim().toLowerCase());
  const column = (names: readonly string[]): number => header.findIndex((name) => names.includes(name));
  const [fileAt, labelAt, splitAt] = [column(COLUMNS.file), column(COLUMNS.label), column(COLUMNS.split)];
  if (fileAt < 0 || labelAt < 0)
    bad(rows.length === 0 ? 'nothing' : `the columns ${header.slice(0, 8).join(', ')}`);
  if (rows.length === 1) bad('a header only');

  const root = dirname(path);
  const problems: string[] = [];
  const found = new Map<string, { file: string; name: string; part: PartName | undefined }>();
  rows.slice(1).forEach((row, i) => {
    const problem = (what: string): void => void problems.push(`row ${i + 2}: ${what}`);
    const [file, name] = [(row[fileAt] ?? '').trim(), (row[labelAt] ?? '').trim()];
    const split = splitAt < 0 ? '' : (row[splitAt] ?? '').trim();
    const part = partNames[split.toLowerCase()];
    if (file === '') return problem('no file');
    if (name === '') return problem(`no label for ${file}`);
    if (splitAt >= 0 && part === undefined)
      return problem(`expected split to be train, val or test, got ${JSON.stringify(split)}`);
    if (found.has(file)) return problem(`${file} is listed twice`);
    if (file.includes('\0') || !existsSync(resolve(root, file))) return problem(`no file ${file}`);
    found.set(file, { file, name, part });
  });
  if (problems.length > 0) {
    const rest = problems.length > MAX_SHOWN ? `\n  and ${problems.length - MAX_SHOWN} more` : '';
    throw new ImageError(
      'DATASET',
      `listPictures: expected rows of file and label in ${path}, got ${problems.length} wrong ones:\n  ${problems.slice(0, MAX_SHOWN).join('\n  ')}${rest}`,
    );
  }
  const listed = [...found.values()];
  const training = listed.filter(({ part }) => part === undefined || part === 'train');
  const classNames = [...new Set(training.map(({ name }) => name))].sort();
  checkClasses(path, classNames);
  const pictures: ListedPicture[] = listed.map(({ file, name, part }) => {
    const label = classNames.indexOf(name);
    if (label < 0)
      throw new ImageError(
        'DATASET',
        `listPictures: expected training pictures of every class, got none of "${name}" in ${path}.`,
      );
    return { file, label, part };
  });
  pictures.sort((a, b) => a.label - b.label || (a.file < b.file ? -1 : 1));
  return { root, classNames, pictures, ignored: [] };
}
