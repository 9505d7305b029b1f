import { summarize } from '@googlenet/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../config/merge';
import { costsOf, type Cost } from '../cost-table';
import { loadModel } from '../model-files';
import { readJsonFile } from '../runs/read-files';
import type { RunRecord } from '../runs/read-run';
import { readProgress, type Curves } from './curves';
import { drawPictures, type Pictures } from './pictures';
import { readResults, type Results } from './results';

/** Everything that a report says of a run. */
export interface ReportedRun {
  /** As a person names it. */
  readonly name: string;
  readonly run: RunRecord;
  readonly curves: Curves;
  /** The records of its epochs. */
  readonly epochs: readonly Json[];
  /** Undefined before the end. */
  readonly summary: Json | undefined;
  /** What computed, before the end too. */
  readonly engine: unknown;
  readonly results: Results | undefined;
  /** A sentence where there are none. */
  readonly pictures: Pictures | string;
  /** Undefined before the end. */
  readonly costs: readonly Cost[] | undefined;
}

/**
 * Reads all that a run's folder tells, and what its data and its network add. An engine must be there to hold the network's weights.
 *
 * @throws {UserError} if the network is damaged.
 */
export async function readReportedRun(
  name: string,
  run: RunRecord,
  dataFolder: string | undefined,
): Promise<ReportedRun> {
  const summary = readJsonFile(join(run.path, 'summary.json'));
  const results = readResults(run, summary);
  const { curves, epochs, engine } = readProgress(run.path);
  return {
    name,
    run,
    curves,
    epochs,
    summary,
    engine: summary?.engine ?? engine,
    results,
    pictures: await drawPictures(run, results, dataFolder),
    costs: await readCosts(run.path),
  };
}

async function readCosts(path: string): Promise<Cost[] | undefined> {
  if (!existsSync(join(path, 'model', 'model.json'))) return undefined;
  const { model } = await loadModel(path);
  try {
    return costsOf(summarize(model).rows);
  } finally {
    model.dispose();
  }
}
