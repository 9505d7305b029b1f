import { closeSync, openSync, readSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isObject, type Json } from '../config/merge';

/** Why a folder cannot be read as a run, as the end of a sentence: `summary.json is no JSON object`. */
export class RunProblem extends Error {
  override readonly name = 'RunProblem';
}

const JSON_BYTES = 32 * 2 ** 20;
const JSON_DEPTH = 64;
const METRICS_BYTES = 2 ** 30;
const LINE_BYTES = 2 ** 20;
const RECORDS = 100_000;
const CHUNK = 2 ** 18;

/**
 * A JSON object from a file of a run; undefined where there is no such file.
 *
 * @throws {RunProblem} if it is no plain file, too large, or holds something else.
 */
export function readJsonFile(path: string): Json | undefined {
  const name = basename(path);
  const bytes = sizeOf(path);
  if (bytes === undefined) return undefined;
  if (bytes > JSON_BYTES) throw new RunProblem(`${name} has more than ${JSON_BYTES / 2 ** 20} MiB`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new RunProblem(`${name} cannot be read as JSON`);
  }
  if (!isObject(value) || !isShallow(value, JSON_DEPTH)) throw new RunProblem(`${name} is not of a run`);
  return value;
}

/** What {@link readMetricsFile} keeps of `metrics.jsonl`. */
export interface Metrics {
  /** All records but those of steps. */
  readonly records: readonly Json[];
  /** The last step. */
  readonly step: Json | undefined;
}

/**
 * The records of a run without its steps, of which there may be hundreds of thousands. Torn lines are passed over.
 *
 * @throws {RunProblem} if it is no plain file or too large.
 */
export function readMetricsFile(path: string): Metrics {
  const records: Json[] = [];
  let lastStep: string | undefined;
  for (const line of metricsLines(path)) {
    if (line.includes('"type":"step"')) {
      if (line.endsWith('}')) lastStep = line;
      continue;
    }
    const record = parsed(line);
    if (record === undefined) continue;
    if (records.length === RECORDS)
      throw new RunProblem(`${basename(path)} has more than ${RECORDS} records`);
    records.push(record);
  }
  return { records, step: lastStep === undefined ? undefined : parsed(lastStep) };
}

/**
 * All records of `metrics.jsonl`, one after the other. Torn lines are passed over.
 *
 * @throws {RunProblem} if it is no plain file or too large.
 */
export function* readRecords(path: string): Generator<Json> {
  for (const line of metricsLines(path)) {
    const record = parsed(line);
    if (record !== undefined) yield record;
  }
}

function* metricsLines(path: string): Generator<string> {
  const bytes = sizeOf(path);
  if (bytes === undefined) return;
  if (bytes > METRICS_BYTES)
    throw new RunProblem(`${basename(path)} has more than ${METRICS_BYTES / 2 ** 30} GiB`);
  yield* linesOf(path);
}

/** Undefined where there is nothing. @throws {RunProblem} for what is no plain file, such as a pipe that nobody fills. */
function sizeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw new RunProblem(`${basename(path)} is no plain file`);
  return stats.size;
}

function* linesOf(path: string): Generator<string> {
  const handle = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest: Buffer = Buffer.alloc(0);
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      const end = bytes.lastIndexOf(10);
      if (end >= 0) yield* bytes.toString('utf8', 0, end).split('\n');
      rest = bytes.subarray(end + 1);
      if (rest.length > LINE_BYTES)
        throw new RunProblem(`${basename(path)} has a line of more than ${LINE_BYTES / 2 ** 20} MiB`);
    }
    yield rest.toString('utf8');
  } finally {
    closeSync(handle);
  }
}

function parsed(line: string): Json | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isShallow(part, depth - 1));
}
