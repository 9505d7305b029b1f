import { join, resolve } from 'node:path';
import type { TrainRequest } from '../commands/train';
import { resolveConfig } from '../config/resolve';
import { ExitCode, messageOf, UserError } from '../errors';
import { remark, say, type Io } from '../io';
import { readPlainFile } from '../plain-file';
import { makeNewRunFolder } from '../run-folder';

type Request = TrainRequest & { readonly json: boolean };

/** The variables in which launchers give a process its number and their count. */
const LAUNCHERS = [
  ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'],
  ['PMI_RANK', 'PMI_SIZE'],
  ['SLURM_PROCID', 'SLURM_NTASKS'],
  ['JOB_COMPLETION_INDEX', 'JOB_COMPLETIONS'],
] as const;

/** Which process this is, and of how many, by what the launcher says; alone where there is none. */
export function placeAmong(env: Io['env']): { rank: number; size: number } {
  for (const [rankName, sizeName] of LAUNCHERS) {
    const [rank, size] = [Number(env[rankName]), Number(env[sizeName])];
    if (env[rankName] !== undefined && Number.isInteger(rank) && size > rank) return { rank, size };
  }
  return { rank: 0, size: 1 };
}

/** One run of several: its settings beside the common ones, and the folder's name. */
export interface OneOfRuns {
  readonly set: readonly string[];
  readonly name: string;
}

/**
 * The runs of a job: one for each line of a sweep file, else one for each process, with seeds from the first on.
 *
 * @param sweep - the file's text: `NAME=VALUE` settings, separated by blanks, one run a line; `#` begins a remark.
 */
export function runsOf(sweep: string | undefined, seed: number, processes: number): OneOfRuns[] {
  if (sweep === undefined)
    return Array.from({ length: processes }, (_, i) => ({
      set: [`seed=${seed + i}`],
      name: `seed-${seed + i}`,
    }));
  return sweep
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line, i) => ({ set: line.split(/\s+/), name: `line-${String(i + 1).padStart(3, '0')}` }));
}

/**
 * `--distributed runs`: every process trains networks of its own, run 1 the first process, run 2 the second, and around again.
 * A run that fails does not keep a process from its next one.
 */
export async function manyRuns(
  io: Io,
  request: Request,
  train: (io: Io, request: Request) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (request.resume !== undefined)
    throw new UserError(
      '--resume: expected none beside --distributed runs, got one. Resume each run by itself.',
    );
  const { seed, preset = 'custom' } = resolveConfig(request, io.cwd);
  const { rank, size } = placeAmong(io.env);
  const runs = runsOf(readSweep(io, request.sweep), seed, size);
  if (runs.length === 0)
    throw new UserError(
      `--sweep: expected a run a line, such as training.batchSize=64, got none in ${request.sweep ?? ''}.`,
    );
  if (request.out === undefined && size > 1)
    throw new UserError(
      '--out: expected the folder of all runs beside --distributed runs, got none. Processes that start in different seconds would not find the same one.',
    );
  const folder =
    request.out === undefined ? makeNewRunFolder(io.cwd, preset, new Date()) : resolve(io.cwd, request.out);
  return trainShare(io, { rank, size }, runs, {
    json: request.json,
    describe: ({ set }) => set.join(' '),
    train: ({ set, name }) =>
      train(io, { ...request, set: [...request.set, ...set], out: join(folder, name) }),
  });
}

/** How the runs of a share are trained. */
export interface ShareWork<Run> {
  readonly json: boolean;
  readonly describe: (run: Run) => string;
  readonly train: (run: Run) => Promise<ExitCode>;
  /** Asked when a run's turn comes; default none is. */
  readonly isDone?: (run: Run) => boolean;
}

/**
 * Trains the runs of one process: with `size` processes, every `size`-th from `rank` on. One that fails does not keep it from the next.
 *
 * @returns `interrupted` at once when a run was, else how the last that failed ended.
 */
export async function trainShare<Run>(
  io: Io,
  { rank, size }: { readonly rank: number; readonly size: number },
  runs: readonly Run[],
  { json, describe, train, isDone = () => false }: ShareWork<Run>,
): Promise<ExitCode> {
  let worst: ExitCode = ExitCode.ok;
  for (const [i, run] of runs.entries()) {
    if (i % size !== rank || isDone(run)) continue;
    if (!json) say(io, `run ${i + 1} of ${runs.length}: ${describe(run)}`);
    try {
      const code = await train(run);
      if (code === ExitCode.interrupted) return code;
      worst = code === ExitCode.ok ? worst : code;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      remark(io, `googlenet: run ${i + 1}: ${error.message}`);
      if (error.exitCode === ExitCode.interrupted) return error.exitCode;
      worst = error.exitCode;
    }
  }
  return worst;
}

const MOST_SWEEP_BYTES = 10e6;

function readSweep(io: Io, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readPlainFile(resolve(io.cwd, path), MOST_SWEEP_BYTES).toString();
  } catch (error) {
    throw new UserError(
      `--sweep: expected a readable file, got ${path} (${messageOf(error)}). Check the path.`,
      { cause: error },
    );
  }
}
