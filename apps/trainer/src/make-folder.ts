import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError, messageOf } from './errors';

/**
 * Makes a folder, with those above it, and tries whether a file can be written in it.
 *
 * One folder after the other: Node's `recursive` never returns below `/proc`.
 * @param option - the option that named it, for the message.
 * @throws {UserError} if it cannot be made or written.
 */
export function makeWritableFolder(option: string, path: string): void {
  try {
    makeFolder(path);
    const probe = join(path, `.googlenet-${process.pid}.tmp`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw new UserError(
      `${option}: expected a folder that can be written, got ${path} (${messageOf(error)}). Choose another.`,
      { cause: error },
    );
  }
}

function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error('a file is there');
    return;
  }
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path);
}
