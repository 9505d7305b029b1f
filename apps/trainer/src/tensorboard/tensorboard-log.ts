import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { augmentedFile } from '../augmented-samples';
import { getPath, type Json } from '../config/merge';
import type { TrainerConfig } from '../config/schema';
import { writeWhole, type RunFollower } from '../run-folder';
import { settingsOf } from '../runs/differences';
import {
  pngRecord,
  runEndRecord,
  runStartRecord,
  scalarsRecord,
  versionRecord,
  type HyperParameter,
  type Moment,
} from './events';

/** TensorBoard looks for `tfevents`; the end tells our files from those of others. */
const OURS = /^events\.out\.tfevents\.\d+\.googlenet$/;

/**
 * Writes what a run's `metrics.jsonl` gets for TensorBoard as well.
 *
 * A run that goes on writes the file anew from the records up to its checkpoint, so that no step stands in it twice.
 */
export class TensorBoardLog implements RunFollower {
  private file: string | undefined;

  /** @param runPath - where `augmented.png` is, if the run has one, and `mistakes.png` will be. */
  constructor(
    private readonly folder: string,
    private readonly runPath: string,
    private readonly config: TrainerConfig,
  ) {}

  begin(records: readonly Json[]): void {
    const wallTime = timeOf(records[0]);
    mkdirSync(this.folder, { recursive: true });
    const before = readdirSync(this.folder).filter((name) => OURS.test(name));
    const latest = Math.max(0, ...before.map((name) => Number(name.split('.')[3])));
    const stamp = Math.max(Math.floor(Date.now() / 1000), latest + 1);
    const file = join(this.folder, `events.out.tfevents.${stamp}.googlenet`);
    writeWhole(
      file,
      Buffer.concat([
        versionRecord(wallTime),
        runStartRecord(wallTime, hyperParameters(this.config), groupOf(this.config)),
        ...sheetRecord({ wallTime, step: 0 }, 'augmented training images', augmentedFile(this.runPath)),
        ...records.flatMap((record) => eventOf(record) ?? []),
      ]),
    );
    for (const name of before) rmSync(join(this.folder, name));
    this.file = file;
  }

  add(record: Json): void {
    const event = eventOf(record);
    if (event !== undefined) this.append(event);
  }

  finish(summary: Json): void {
    const moment = { wallTime: timeOf({ time: summary.finishedAt }), step: Number(summary.steps ?? 0) };
    const part = typeof summary.evaluatedOn === 'string' ? summary.evaluatedOn : 'test';
    this.append(
      scalarsRecord(
        moment,
        numbers({ [`${part}/accuracy`]: summary.testAccuracy, [`${part}/loss`]: summary.testLoss }),
      ),
    );
    const ended = [
      ...sheetRecord(moment, 'worst mistakes', join(this.runPath, 'mistakes.png')),
      runEndRecord(moment.wallTime),
    ];
    for (const record of ended) this.append(record);
  }

  private append(record: Uint8Array): void {
    if (this.file === undefined) this.begin([]);
    appendFileSync(this.file ?? '', record);
  }
}

/** The event of a picture, where there is one. */
function sheetRecord(moment: Moment, tag: string, path: string): Uint8Array[] {
  return existsSync(path) ? [pngRecord(moment, tag, readFileSync(path))] : [];
}

/** The event of a line of `metrics.jsonl`, where it has numbers to show. */
function eventOf(record: Json): Uint8Array | undefined {
  const { type, step } = record;
  if ((type !== 'step' && type !== 'epoch') || typeof step !== 'number') return undefined;
  const scalars = numbers({
    [`${type}/loss`]: record.loss,
    [`${type}/accuracy`]: record.accuracy,
    [`${type}/learning_rate`]: record.learningRate,
    [`${type}/images_per_second`]: record.imagesPerSecond,
    [`${type}/gradient_norm`]: record.gradientNorm,
    'validation/loss': getPath(record, ['validation', 'loss']),
    'validation/accuracy': getPath(record, ['validation', 'accuracy']),
  });
  return scalarsRecord({ wallTime: timeOf(record), step }, scalars);
}

function numbers(values: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** Seconds since 1970. */
function timeOf(record: Json | undefined): number {
  const time = typeof record?.time === 'string' ? Date.parse(record.time) : Number.NaN;
  return (Number.isNaN(time) ? Date.now() : time) / 1000;
}

function hyperParameters(config: TrainerConfig): Record<string, HyperParameter> {
  const value = (setting: unknown): HyperParameter =>
    typeof setting === 'number' || typeof setting === 'boolean' || typeof setting === 'string'
      ? setting
      : JSON.stringify(setting);
  return Object.fromEntries(settingsOf(config as unknown as Json).map(([path, of]) => [path, value(of)]));
}

/** Runs whose settings are the same but for the seed. */
function groupOf(config: TrainerConfig): string {
  return JSON.stringify({ ...config, seed: undefined });
}
