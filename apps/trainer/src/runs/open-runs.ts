import { join, resolve } from 'node:path';
import { UserError } from '../errors';
import type { Io } from '../io';
import { plainText } from '../render/plain-text';
import { RUNS_FOLDER } from '../run-folder';
import { problemOf } from './find-runs';
import { isRunFolder, readRun, type RunRecord } from './read-run';

/**
 * Reads the runs that a person named: folders, or names in `runs/`.
 *
 * @param command - for the messages.
 * @throws {UserError} with everything that is no run, or if there are fewer than `least`.
 */
export function openRuns(io: Io, command: string, given: readonly string[], least: 1 | 2): RunRecord[] {
  const problems =
    given.length < least ? [`${command}: expected two runs or more, got ${given.length}. Name another.`] : [];
  const runs = given.flatMap((name) => {
    const direct = resolve(io.cwd, name);
    const listed = join(io.cwd, RUNS_FOLDER, name);
    try {
      return readRun(!isRunFolder(direct) && isRunFolder(listed) ? listed : direct);
    } catch (error) {
      problems.push(
        `${command}: expected a run folder, got ${plainText(name)}: ${problemOf(error)}. List the runs: googlenet runs`,
      );
      return [];
    }
  });
  if (problems.length > 0) throw UserError.of(problems);
  return runs;
}
