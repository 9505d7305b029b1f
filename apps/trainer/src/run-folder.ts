import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { checkConfig } from './config/resolve';
import type { Json } from './config/merge';
import type { TrainerConfig } from './config/schema';
import { UserError, messageOf } from './errors';
import { makeWritableFolder } from './make-folder';
import { MOST_CONFIG_BYTES, readPlainFile } from './plain-file';
import { lockRun } from './run-lock';

/** Where runs go, below the folder that the command was started in. */
export const RUNS_FOLDER = 'runs';

/** Something that hears of all that is written down about a run. */
export interface RunFollower {
  /** Training starts, or goes on behind these records. */
  begin(records: readonly Json[]): void;
  /** A line of `metrics.jsonl`. */
  add(record: Json): void;
  /** `summary.json`. */
  finish(summary: Json): void;
}

/**
 * A run on disk: `config.json`, `metrics.jsonl`, `checkpoints/`, `model/` and at the end `summary.json`.
 */
export class RunFolder {
  readonly configPath: string;
  readonly metricsPath: string;
  readonly checkpointsPath: string;
  readonly modelPath: string;
  readonly summaryPath: string;

  private readonly lockPath: string;
  private release: () => void = () => undefined;
  private follower: RunFollower | undefined;

  private constructor(readonly path: string) {
    this.lockPath = join(path, 'run.lock');
    this.configPath = join(path, 'config.json');
    this.metricsPath = join(path, 'metrics.jsonl');
    this.checkpointsPath = join(path, 'checkpoints');
    this.modelPath = join(path, 'model');
    this.summaryPath = join(path, 'summary.json');
  }

  /**
   * A new run.
   *
   * @throws {UserError} if the folder already holds a run or cannot be made.
   */
  static create(path: string, config: TrainerConfig): RunFolder {
    const run = new RunFolder(path);
    if (existsSync(run.configPath)) {
      throw new UserError(
        `--out: expected a folder without a run, got ${path}. Choose another, or go on with it: --resume ${path}`,
      );
    }
    for (const folder of [run.path, run.checkpointsPath, run.modelPath]) makeWritableFolder('--out', folder);
    run.lock();
    run.keepConfig(config);
    return run;
  }

  /**
   * Takes the run for this process, and makes sure that all of it can be written.
   *
   * @throws {UserError} if another process works on it, or a folder cannot be written.
   */
  lock(): void {
    this.release = lockRun(this.lockPath, this.path);
    try {
      for (const folder of [this.path, this.checkpointsPath, this.modelPath])
        makeWritableFolder('--resume', folder);
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  unlock(): void {
    this.release();
    this.release = () => undefined;
  }

  /** Writes `config.json` where it says something else. */
  keepConfig(config: TrainerConfig): void {
    const text = asJson(config);
    if (existsSync(this.configPath) && readFileSync(this.configPath, 'utf8') === text) return;
    writeJson(this.configPath, config);
  }

  /**
   * A run that exists.
   *
   * @throws {UserError} if there is none, or its configuration is broken.
   */
  static open(path: string): { run: RunFolder; config: TrainerConfig } {
    const run = new RunFolder(path);
    if (!existsSync(run.configPath))
      throw new UserError(`--resume: expected a run folder with a config.json, got ${path}. Check the path.`);
    let config: unknown;
    try {
      config = JSON.parse(readPlainFile(run.configPath, MOST_CONFIG_BYTES).toString());
    } catch (error) {
      throw new UserError(
        `--resume: expected JSON in ${run.configPath}, got ${messageOf(error)}. The run cannot go on without it.`,
        { cause: error },
      );
    }
    return { run, config: checkConfig(config) };
  }

  /** Tells a follower of everything from here on. */
  tell(follower: RunFollower): void {
    this.follower = follower;
  }

  /** Adds a line to `metrics.jsonl`. */
  appendMetrics(record: object): void {
    appendFileSync(this.metricsPath, `${JSON.stringify(record)}\n`);
    this.follower?.add(record as Json);
  }

  /** Drops the lines after a step, which a run that goes on from there writes again. */
  rewindMetrics(step: number): void {
    if (existsSync(this.metricsPath)) {
      const kept = readFileSync(this.metricsPath, 'utf8')
        .split('\n')
        .filter((line) => isUpTo(line, step));
      writeWhole(this.metricsPath, kept.map((line) => `${line}\n`).join(''));
    }
    this.follower?.begin(this.readMetrics());
  }

  /** The records of `metrics.jsonl`. */
  readMetrics(): Json[] {
    if (!existsSync(this.metricsPath)) return [];
    return readFileSync(this.metricsPath, 'utf8')
      .split('\n')
      .filter((line) => isUpTo(line, Infinity))
      .map((line) => JSON.parse(line) as Json);
  }

  writeSummary(summary: object): void {
    writeJson(this.summaryPath, summary);
    this.follower?.finish(summary as Json);
  }
}

function isUpTo(line: string, step: number): boolean {
  try {
    const record = JSON.parse(line) as { step?: number };
    return (record.step ?? 0) <= step;
  } catch {
    return false;
  }
}

export function writeJson(path: string, value: object): void {
  writeWhole(path, asJson(value));
}

/** Writes beside and renames, so that a reader never sees a half file. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Makes `runs/2026-01-31-093000-quick`, with a number behind it when that is taken. Of two processes that begin in the same second each
 * gets one of its own.
 *
 * @returns its path.
 * @throws {UserError} if it cannot be made.
 */
export function makeNewRunFolder(cwd: string, name: string, now: Date): string {
  const runs = join(cwd, RUNS_FOLDER);
  makeWritableFolder('--out', runs);
  const stamp = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  for (let i = 1; ; i++) {
    const path = join(runs, `${stamp}-${name}${i === 1 ? '' : `-${i}`}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The newest run with a finished model, or undefined. */
export function latestModel(cwd: string): string | undefined {
  const runs = resolve(cwd, RUNS_FOLDER);
  if (!existsSync(runs)) return undefined;
  return readdirSync(runs)
    .map((name) => join(runs, name))
    .map((path) => ({ path, file: join(path, 'model', 'model.json') }))
    .filter(({ file }) => existsSync(file))
    .sort((a, b) => statSync(b.file).mtimeMs - statSync(a.file).mtimeMs)[0]?.path;
}

/** The data settings of the run that a `model/model.json` lies in, where it lies in one. */
export function runData(modelFile: string): TrainerConfig['data'] | undefined {
  return runConfig(modelFile)?.data;
}

/** The settings of the run that a `model/model.json` lies in, where it lies in one. */
export function runConfig(modelFile: string): TrainerConfig | undefined {
  try {
    const config = JSON.parse(
      readPlainFile(join(dirname(modelFile), '..', 'config.json'), MOST_CONFIG_BYTES).toString(),
    ) as unknown;
    return checkConfig(config);
  } catch {
    return undefined;
  }
}

/** A path as a person in `cwd` would type it. */
export function shown(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
