import type { EngineName } from '../worker/protocol';
import { emptyHistory, type History } from './history';
import { readSettings, type TrainSettings } from './settings';

/** What the page knows of a run; its checkpoints and its network lie beside it. */
export interface RunRecord {
  id: string;
  name: string;
  /** ISO 8601. */
  createdAt: string;
  settings: TrainSettings;
  /** The network's form, which a run needs to go on from its checkpoints. */
  modelTopology: object;
  history: History;
  step: number;
  totalSteps: number;
  finished: boolean;
  /** The database of its checkpoints. */
  checkpoints: string;
  /** Whether a network is kept that can be used: after a pause, a stop, or the end. */
  hasNetwork: boolean;
  /** The engine of its newest steps. */
  engine?: EngineName;
  /** The training steps together. */
  trainingMs: number;
  parameters?: number;
  /** On the 10,000 test images, once the visitor has asked for it. */
  test?: { accuracy: number; loss: number };
}

/** A run that is about to begin. */
export function newRecord(
  settings: TrainSettings,
  modelTopology: object,
  facts: { id: string; name: string; createdAt: string; parameters?: number },
): RunRecord {
  return {
    ...facts,
    settings,
    modelTopology,
    history: emptyHistory(),
    step: 0,
    totalSteps: 0,
    finished: false,
    checkpoints: `googlenet-run-${facts.id}`,
    hasNetwork: false,
    trainingMs: 0,
  };
}

/** A record out of storage; nothing where it cannot be one. */
export function readRecord(stored: unknown): RunRecord | undefined {
  const record = stored as Partial<RunRecord> | null | undefined;
  const usable =
    typeof record?.id === 'string' &&
    typeof record.name === 'string' &&
    typeof record.step === 'number' &&
    typeof record.checkpoints === 'string' &&
    typeof record.modelTopology === 'object' &&
    Array.isArray(record.history?.step) &&
    Array.isArray(record.history.validation);
  return usable ? { ...(record as RunRecord), settings: readSettings(record.settings) } : undefined;
}

/** `wanted`, or with a number behind it where a run of that name is there: `Width 1/8 (2)`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted} (${i})`;
    if (!taken.includes(name)) return name;
  }
}
