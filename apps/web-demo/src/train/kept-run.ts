import type { History } from './history';
import { readSettings, type TrainSettings } from './settings';

/** What the page must know to go on with a run after a reload; the weights are in IndexedDB. */
export interface KeptRun {
  settings: TrainSettings;
  modelTopology: object;
  history: History;
  step: number;
  totalSteps: number;
}

const storageKey = 'googlenet-run';

/** The run that was kept, if there is one and it can be read. */
export function readRun(storage: Pick<Storage, 'getItem'> = localStorage): KeptRun | undefined {
  try {
    const run = JSON.parse(storage.getItem(storageKey) ?? 'null') as KeptRun | null;
    if (!run || typeof run.step !== 'number' || !run.modelTopology || !Array.isArray(run.history?.step))
      return undefined;
    return { ...run, settings: readSettings(run.settings) };
  } catch {
    return undefined;
  }
}

/** Keeps a run; where the browser has no room or no leave for it, the run goes on without being kept. */
export function keepRun(run: KeptRun): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(run));
  } catch (error) {
    console.warn(
      'keepRun(): expected room in localStorage, got',
      error,
      '. The run cannot go on after a reload.',
    );
  }
}

export function forgetRun(): void {
  localStorage.removeItem(storageKey);
}
