import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRunFolder, readRun, type RunRecord } from './read-run';
import { RunProblem } from './read-files';

/** A folder that could not be read as a run. */
export interface UnreadableRun {
  readonly path: string;
  readonly problem: string;
}

/** What {@link findRuns} found. */
export interface FoundRuns {
  /** The newest first. */
  readonly runs: readonly RunRecord[];
  /** By name. */
  readonly unreadable: readonly UnreadableRun[];
}

/** The runs in a folder, and one level below where a folder holds several (`--distributed runs`). */
export function findRuns(folder: string): FoundRuns {
  const runs: RunRecord[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const path of isRunFolder(folder) ? [folder] : candidates(folder)) {
    try {
      runs.push(readRun(path));
    } catch (error) {
      unreadable.push({ path, problem: problemOf(error) });
    }
  }
  runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt) || b.path.localeCompare(a.path));
  return { runs, unreadable };
}

function candidates(folder: string): string[] {
  return foldersIn(folder).flatMap((path) => {
    if (isRunFolder(path)) return [path];
    try {
      const inside = foldersIn(path).filter(isRunFolder);
      return inside.length > 0 ? inside : [path];
    } catch {
      return [path];
    }
  });
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** In words for a person. The messages of the system name no content of the file. */
export function problemOf(error: unknown): string {
  if (error instanceof RunProblem) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is nothing there';
  if (code === 'ENOTDIR') return 'it is no folder';
  return code === undefined ? 'it cannot be read' : `it cannot be read (${code})`;
}
