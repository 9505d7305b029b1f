import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepRequest } from '../commands/sweep';
import { train as trainCommand, type TrainRequest } from '../commands/train';
import { ExitCode } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { readOptions } from '../options/option';
import { lineWidth, percent } from '../render/format';
import { shortened } from '../render/plain-text';
import { table } from '../render/table';
import { shown, writeJson } from '../run-folder';
import { settingText } from '../runs/differences';
import { isRunFolder, readRun, type RunRecord } from '../runs/read-run';
import { placeAmong, trainShare } from '../train/many-runs';
import { planSweep, shortName, type SweepPlan, type SweepRun } from './plan';
import { ranking, type Ranked } from './ranking';

type Request = SweepRequest & { readonly json: boolean };

/** Trains one run; `report` writes the page about some of them. */
export interface SweepWork {
  readonly train: (
    io: Io,
    request: TrainRequest & { readonly json: boolean; readonly brief: boolean },
  ) => Promise<ExitCode>;
  readonly report: (io: Io, runs: readonly string[], out: string) => Promise<unknown>;
}

/** As many as the page has colours. */
const REPORTED = 6;

/**
 * `googlenet sweep`: trains every run of a file that is not done yet, then ranks them by their validation images.
 *
 * With `--distributed runs` every process takes its share; the one that finds all done ranks them.
 */
export async function sweep(io: Io, file: string, request: Request, work: SweepWork): Promise<ExitCode> {
  const plan = planSweep(io.cwd, file, request.out);
  if (request.dryRun) return listRuns(io, plan, request.json);
  const place = request.distributed === undefined ? { rank: 0, size: 1 } : placeAmong(io.env);
  const { json } = request;
  const code = await trainShare(io, place, plan.runs, {
    json,
    describe,
    isDone: (run) => isOver(stateOf(run)),
    train: (run) => work.train(io, { ...trainRequest(run), json, brief: true }),
  });
  if (code === ExitCode.interrupted) {
    if (!json) say(io, 'The sweep goes on with the same command.');
    return code;
  }
  await conclude(io, plan, json, work);
  return code;
}

type State = RunRecord['state'] | 'new';

function stateOf(run: SweepRun): State {
  return recordOf(run)?.state ?? 'new';
}

function recordOf({ path }: SweepRun): RunRecord | undefined {
  return isRunFolder(path) ? readRun(path) : undefined;
}

/** A run that diverged would do so again. */
function isOver(state: State): boolean {
  return state === 'finished' || state === 'diverged';
}

/** A new run, or one that goes on from its last checkpoint. */
function trainRequest({ path, preset, set }: SweepRun): TrainRequest {
  const given = isRunFolder(path) ? { resume: path } : { preset, set, out: path };
  return readOptions(trainCommand.options, given) as unknown as TrainRequest;
}

function describe({ tried, seed }: SweepRun): string {
  return [...Object.entries(tried), ['seed', seed] as const]
    .map(([path, value]) => `${shortName(path)}=${settingText(value)}`)
    .join(' ');
}

function listRuns(io: Io, { folder, runs }: SweepPlan, json: boolean): ExitCode {
  if (json) sayJson(io, { folder, runs: runs.map((run) => ({ state: stateOf(run), ...run })) });
  else {
    const width = lineWidth(io.stdout);
    for (const [i, run] of runs.entries())
      say(io, shortened(`${String(i + 1).padStart(3)}  ${stateOf(run).padEnd(8)}  ${describe(run)}`, width));
    say(io, `${runs.length} runs, in ${shown(io.cwd, folder)}`);
  }
  return ExitCode.ok;
}

/** Ranks what is done; writes `sweep.json` and the page once nothing is left to do. */
async function conclude(io: Io, { folder, runs }: SweepPlan, json: boolean, work: SweepWork): Promise<void> {
  const begun = runs.flatMap((run) => {
    const record = recordOf(run);
    return record ? [[run, record] as const] : [];
  });
  const done = begun.filter(([, { state }]) => state === 'finished');
  const diverged = begun.filter(([, { state }]) => state === 'diverged').map(([run]) => run);
  const ranked = ranking(done);
  const results = {
    runs: runs.length,
    finished: done.length,
    diverged: diverged.map(({ path }) => path),
    ranking: ranked,
  };
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, 'sweep.json'), results);
  if (json) sayJson(io, { type: 'sweep', folder, ...results });
  else {
    for (const line of rankingLines(io, ranked)) say(io, line);
    for (const run of diverged) say(io, `diverged: ${describe(run)}`);
  }
  if (done.length + diverged.length < runs.length) {
    if (!json)
      say(
        io,
        `${done.length} of ${runs.length} runs are finished; the same command goes on with the others.`,
      );
  } else if (ranked.length > 0)
    await work.report(io, ranked.flatMap((one) => one.runs).slice(0, REPORTED), join(folder, 'report.html'));
}

function rankingLines(io: Io, ranked: readonly Ranked[]): string[] {
  const paths = Object.keys(ranked[0]?.tried ?? {});
  const rows = ranked.map(({ tried, validationAccuracy, deviation, validationLoss, runs }, i) => [
    String(i + 1),
    `${percent(validationAccuracy)}${deviation === undefined ? '' : ` ±${(100 * deviation).toFixed(2)}`}`,
    validationLoss?.toFixed(4) ?? '-',
    ...paths.map((path) => shortened(settingText(tried[path]), 16)),
    String(runs.length),
  ]);
  const [header = '', ...lines] = table([
    ['', 'validation', 'loss', ...paths.map((path) => shortened(shortName(path), 16)), 'seeds'],
    ...rows,
  ]);
  return ['', colorsFor(io).dim(header), ...lines, ''];
}
