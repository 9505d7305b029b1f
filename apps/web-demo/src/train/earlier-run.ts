import { newRecord, type RunRecord } from './run-record';
import type { RunStore } from './run-store';
import { readSettings } from './settings';

/** Where versions of the page that kept one run had what is now a record, and its checkpoints. */
const STORAGE_KEY = 'googlenet-run';
const CHECKPOINTS = 'googlenet-training';

/** Takes over the run that an earlier version of the page kept, so that it can go on. */
export async function adoptEarlierRun(
  store: RunStore,
  storage: Pick<Storage, 'getItem' | 'removeItem'> = localStorage,
): Promise<void> {
  const run = readEarlierRun(storage.getItem(STORAGE_KEY));
  // Its id is fixed: two tabs that take it over at once write the same record.
  if (run) await store.put(run);
  if (store.lasting) storage.removeItem(STORAGE_KEY);
}

function readEarlierRun(text: string | null): RunRecord | undefined {
  try {
    const run = JSON.parse(text ?? 'null') as Partial<RunRecord> | null;
    if (!run || typeof run.step !== 'number' || !run.modelTopology || !Array.isArray(run.history?.step))
      return undefined;
    const { step, totalSteps = 0, history, modelTopology } = run;
    const facts = { id: 'earlier', name: 'Earlier run', createdAt: new Date().toISOString() };
    return {
      ...newRecord(readSettings(run.settings), modelTopology, facts),
      checkpoints: CHECKPOINTS,
      history,
      step,
      totalSteps,
    };
  } catch {
    return undefined;
  }
}
