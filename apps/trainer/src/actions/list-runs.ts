import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { ExitCode, UserError } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { compactCount, lineWidth } from '../render/format';
import { plainText, shortened } from '../render/plain-text';
import { RUNS_FOLDER, shown } from '../run-folder';
import { findRuns, problemOf, type FoundRuns } from '../runs/find-runs';
import type { RunRecord } from '../runs/read-run';

/** `googlenet runs`: the run folders of a folder, the newest first. */
export function listRuns(io: Io, folder: string | undefined, { json }: { readonly json: boolean }): ExitCode {
  const path = resolve(io.cwd, folder ?? RUNS_FOLDER);
  const found =
    folder === undefined && isMissing(path) ? { runs: [], unreadable: [] } : search(folder ?? path, path);
  if (json) {
    const { runs, unreadable } = found;
    sayJson(io, { folder: path, runs, unreadable });
    return ExitCode.ok;
  }
  const colors = colorsFor(io);
  const name = (of: string): string => plainText(relative(path, of)) || plainText(shown(io.cwd, path));
  const { runs, unreadable } = found;
  if (runs.length > 0) {
    const [header = '', ...lines] = runTable(runs, name, lineWidth(io.stdout));
    say(io, colors.dim(header));
    for (const line of lines) say(io, line);
  } else say(io, `No runs in folder ${plainText(shown(io.cwd, path))}: train one with googlenet train`);
  for (const { path: of, problem } of unreadable) {
    const room = lineWidth(io.stdout) - problem.length - 2;
    say(io, colors.yellow(`${shortened(name(of), Math.max(room, 12))}: ${problem}`));
  }
  return ExitCode.ok;
}

function isMissing(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}

function search(given: string, path: string): FoundRuns {
  try {
    return findRuns(path);
  } catch (error) {
    throw new UserError(
      `runs: expected a folder of runs, got ${plainText(given)}: ${problemOf(error)}. Check the path.`,
      { cause: error },
    );
  }
}

const HEADER = ['run', 'net', 'width', 'param', 'data', 'ep.', 'state', 'val%', 'test%', 'img/s'];
/** Columns of words stand to the left, numbers to the right. */
const WORDS: readonly number[] = [0, 1, 4, 6];
/** Columns that give way when a line is too long, in this order, and how short they may become. */
const GIVING = [
  { column: 4, least: 8 },
  { column: 0, least: 23 },
  { column: 1, least: 6 },
  { column: 4, least: 5 },
  { column: 0, least: 8 },
] as const;

/** The table with its header. A preset that the run's name tells is named there alone where space is short. */
function runTable(runs: readonly RunRecord[], name: (path: string) => string, width: number): string[] {
  const whole = [HEADER, ...runs.map((run) => cells(run, name(run.path), false))];
  if (widthOf(whole) <= width) return aligned(whole);
  const rows = [HEADER, ...runs.map((run) => cells(run, name(run.path), true))];
  for (const { column, least } of GIVING) {
    const excess = widthOf(rows) - width;
    if (excess <= 0) break;
    const widest = widthsOf(rows)[column] ?? 0;
    for (const row of rows)
      row[column] = shortened(row[column] ?? '', Math.max(widest - excess, Math.min(least, widest)));
  }
  return aligned(rows);
}

function cells(run: RunRecord, name: string, short: boolean): string[] {
  const preset = plainText(run.preset ?? '');
  const network = plainText(run.network ?? '-');
  const told = preset === '' || (short && name.split(sep).some((part) => part.endsWith(`-${preset}`)));
  return [
    name,
    told ? network : `${preset}/${network}`,
    run.widthMultiplier === undefined ? '-' : String(Number(run.widthMultiplier.toPrecision(3))),
    run.parameters === undefined ? '-' : compactCount(run.parameters),
    plainText(run.dataset ?? '-'),
    `${run.epochs}/${run.plannedEpochs ?? '?'}`,
    run.state,
    share(run.validationAccuracy),
    share(run.testAccuracy),
    run.imagesPerSecond === undefined ? '-' : compactCount(run.imagesPerSecond),
  ];
}

function share(value: number | undefined): string {
  return value === undefined ? '-' : (100 * value).toFixed(2);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, i) => (WORDS.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join(' ')
      .trimEnd(),
  );
}

function widthOf(rows: readonly (readonly string[])[]): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + 1, -1);
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return HEADER.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
}
