import { basename, resolve } from 'node:path';

/** The settings `config.data`, as far as they say which files are read. */
interface DataPlace {
  readonly dataset: string;
  readonly source?: unknown;
  readonly folder?: unknown;
}

/** Whether files in a folder have MNIST's names and nothing else of it for certain: what their classes are they say themselves. */
export function isOwnData({ dataset, source }: DataPlace): boolean {
  return source === 'folder' && dataset === 'mnist';
}

/** What data are called: files of a person's own by their folder. */
export function dataName(data: DataPlace): string {
  const { dataset, folder } = data;
  return isOwnData(data) && typeof folder === 'string' ? basename(resolve(folder)) : dataset;
}
