import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { getPath, isObject, type Json } from '../config/merge';
import { dataName } from '../data-name';
import { runHolder } from '../run-lock';
import { readJsonFile, readMetricsFile, RunProblem, type Metrics } from './read-files';

/** Whether a run came to its end, was left before it, broke off because its loss was no finite number, or has a process that works on it. */
export type RunState = 'finished' | 'stopped' | 'diverged' | 'running';

/** A run as its folder tells of it. Shares are in [0, 1]; what the folder does not say is left out. */
export interface RunRecord {
  readonly path: string;
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  readonly state: RunState;
  readonly preset?: string;
  /** The variant of the network, or what a network of photographs started from. */
  readonly network?: string;
  readonly widthMultiplier?: number;
  /** All parameters of a finished run; those that are trained before that. */
  readonly parameters?: number;
  readonly dataset?: string;
  readonly epochs: number;
  readonly plannedEpochs?: number;
  /** The mean of the last epoch. */
  readonly trainingLoss?: number;
  /** The lowest of all epochs. */
  readonly validationLoss?: number;
  /** The highest of all epochs. */
  readonly validationAccuracy?: number;
  readonly testLoss?: number;
  readonly testAccuracy?: number;
  /** Time in training steps. */
  readonly trainingMs?: number;
  /** The mean of the epochs; of the last step where no epoch is through. */
  readonly imagesPerSecond?: number;
  /** `config.json` as it stands. */
  readonly config: Json;
}

/** Whether a folder claims to be a run. */
export function isRunFolder(path: string): boolean {
  return statSync(join(path, 'config.json'), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Reads a run without changing or locking it. Settings of other versions are taken as they are.
 *
 * @throws {RunProblem} if the folder is none or a file of it is damaged.
 */
export function readRun(path: string): RunRecord {
  const config = readJsonFile(join(path, 'config.json'));
  if (config === undefined) throw new RunProblem('no run: it has no config.json');
  if (!isObject(config.training) || !isObject(config.model))
    throw new RunProblem('no run: its config.json is not of a training');
  const summary = readJsonFile(join(path, 'summary.json'));
  const metrics = readMetricsFile(join(path, 'metrics.jsonl'));
  const running = runHolder(join(path, 'run.lock')) !== undefined;
  return withoutGaps({
    path,
    startedAt: startOf(path, metrics),
    state: running ? 'running' : summary === undefined ? endOf(metrics) : 'finished',
    ...settingsOf(config),
    ...progressOf(metrics),
    ...withoutGaps(resultsOf(summary)),
    config,
  });
}

/** Of a run without a summary that nobody works on. A run that goes on drops the line that says it diverged. */
function endOf({ records }: Metrics): RunState {
  return records.at(-1)?.type === 'diverged' ? 'diverged' : 'stopped';
}

function settingsOf(config: Json): Partial<RunRecord> {
  const photos = isObject(config.photos) ? config.photos : undefined;
  const folder = text(photos?.folder);
  const from = text(photos?.from);
  const data = isObject(config.data) ? config.data : {};
  return {
    preset: text(config.preset),
    network: from === undefined ? text(getPath(config, ['model', 'variant'])) : basename(from),
    widthMultiplier: number(getPath(config, ['model', 'widthMultiplier'])),
    dataset:
      folder === undefined
        ? text(dataName({ ...data, dataset: text(data.dataset) ?? '' }))
        : basename(folder),
    plannedEpochs: number(getPath(config, ['training', 'epochs'])),
  };
}

function progressOf({ records, step }: Metrics): Pick<RunRecord, 'epochs'> & Partial<RunRecord> {
  const epochs = records.filter(({ type }) => type === 'epoch');
  const last = epochs.at(-1);
  let [images, milliseconds] = [0, 0];
  for (const epoch of epochs) {
    const [speed, duration] = [number(epoch.imagesPerSecond), number(epoch.durationMs)];
    if (speed === undefined || duration === undefined) continue;
    images += (speed * duration) / 1000;
    milliseconds += duration;
  }
  const validation = (name: string): number[] =>
    epochs.flatMap((epoch) => number(getPath(epoch, ['validation', name])) ?? []);
  return {
    parameters: number(records.findLast(({ type }) => type === 'start')?.trainableParameters),
    epochs: number(last?.epoch) ?? 0,
    trainingLoss: number(last?.loss),
    validationLoss: validation('loss').reduce<number | undefined>((a, b) => Math.min(a ?? b, b), undefined),
    validationAccuracy: validation('accuracy').reduce<number | undefined>(
      (a, b) => Math.max(a ?? b, b),
      undefined,
    ),
    trainingMs: milliseconds > 0 ? Math.round(milliseconds) : undefined,
    imagesPerSecond: milliseconds > 0 ? (1000 * images) / milliseconds : number(step?.imagesPerSecond),
  };
}

function resultsOf(summary: Json | undefined): Partial<RunRecord> {
  if (summary === undefined) return {};
  // A network of photographs without test pictures is evaluated on others: that is no test accuracy.
  const onTest = summary.evaluatedOn === undefined || summary.evaluatedOn === 'test';
  return {
    parameters: number(getPath(summary, ['parameters', 'total'])),
    testLoss: onTest ? number(summary.testLoss) : undefined,
    testAccuracy: onTest ? number(summary.testAccuracy) : undefined,
    trainingMs: number(getPath(summary, ['times', 'trainingMs'])),
  };
}

function startOf(path: string, { records }: Metrics): string {
  const said = Date.parse(text(records.find(({ type }) => type === 'start')?.time) ?? '');
  return new Date(Number.isNaN(said) ? statSync(join(path, 'config.json')).mtimeMs : said).toISOString();
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Without the entries that are undefined, which would also hide those that stand before them. */
function withoutGaps<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
