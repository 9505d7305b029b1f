import { join, resolve } from 'node:path';
import { isObject, type Json } from '../config/merge';
import { ExitCode, UserError } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { duration, lineWidth, percent, rate, thousands } from '../render/format';
import { plainText, shortened } from '../render/plain-text';
import { table } from '../render/table';
import { RUNS_FOLDER, shown } from '../run-folder';
import { problemOf } from '../runs/find-runs';
import { isRunFolder, readRun, type RunRecord } from '../runs/read-run';

/** `googlenet compare`: what differs in the settings of runs, and their results side by side. */
export function compareRuns(
  io: Io,
  given: readonly string[],
  { json }: { readonly json: boolean },
): ExitCode {
  const runs = openAll(io, given);
  const differences = settingsThatDiffer(runs.map(({ config }) => config));
  if (json) {
    const settings = Object.fromEntries(
      differences.map(([path, values]) => [path, values.map((value) => value ?? null)]),
    );
    sayJson(io, { runs, settings });
    return ExitCode.ok;
  }
  const colors = colorsFor(io);
  const width = lineWidth(io.stdout);
  const names = runs.map((_, i) => letterOf(i));
  for (const [i, { path }] of runs.entries())
    say(io, `${colors.bold(letterOf(i))}  ${shortened(plainText(shown(io.cwd, path)), width - 3)}`);
  const show = (title: string, rows: readonly string[][]): void => {
    say(io);
    const [header = '', ...lines] = fitted([[title, ...names], ...rows], width);
    say(io, colors.dim(header));
    for (const line of lines) say(io, line);
  };
  if (differences.length === 0) {
    say(io);
    say(io, 'No setting differs.');
  } else
    show(
      'setting',
      differences.map(([path, values]) => [plainText(path), ...values.map(settingText)]),
    );
  show(
    'result',
    RESULTS.map(({ name, text }) => [name, ...runs.map((run) => text(run) ?? '-')]),
  );
  return ExitCode.ok;
}

function openAll(io: Io, given: readonly string[]): RunRecord[] {
  const problems =
    given.length < 2 ? [`compare: expected two runs or more, got ${given.length}. Name another.`] : [];
  const runs = given.flatMap((name) => {
    const direct = resolve(io.cwd, name);
    const listed = join(io.cwd, RUNS_FOLDER, name);
    try {
      return readRun(!isRunFolder(direct) && isRunFolder(listed) ? listed : direct);
    } catch (error) {
      problems.push(
        `compare: expected a run folder, got ${plainText(name)}: ${problemOf(error)}. List the runs: googlenet runs`,
      );
      return [];
    }
  });
  if (problems.length > 0) throw UserError.of(problems);
  return runs;
}

interface Result {
  readonly name: string;
  readonly text: (run: RunRecord) => string | undefined;
}

/** A row of the table of results each. */
const RESULTS: readonly Result[] = [
  { name: 'state', text: ({ state }) => state },
  { name: 'epochs', text: ({ epochs, plannedEpochs }) => `${epochs}/${plannedEpochs ?? '?'}` },
  { name: 'training loss, last epoch', text: ({ trainingLoss }) => trainingLoss?.toFixed(4) },
  { name: 'validation loss, best', text: ({ validationLoss }) => validationLoss?.toFixed(4) },
  {
    name: 'validation accuracy, best',
    text: ({ validationAccuracy: share }) => (share === undefined ? share : percent(share)),
  },
  { name: 'test loss', text: ({ testLoss }) => testLoss?.toFixed(4) },
  {
    name: 'test accuracy',
    text: ({ testAccuracy: share }) => (share === undefined ? share : percent(share)),
  },
  { name: 'training time', text: ({ trainingMs: time }) => (time === undefined ? time : duration(time)) },
  {
    name: 'training speed',
    text: ({ imagesPerSecond: speed }) => (speed === undefined ? speed : rate(speed)),
  },
  {
    name: 'parameters',
    text: ({ parameters: count }) => (count === undefined ? count : thousands(count)),
  },
];

/** Every setting that is not the same in all configurations, by its path; a list is one setting. */
function settingsThatDiffer(configs: readonly Json[]): (readonly [string, readonly unknown[]])[] {
  const flat = configs.map((config) => new Map(settingsOf(config)));
  const paths = new Set(flat.flatMap((settings) => [...settings.keys()]));
  return [...paths]
    .map((path) => [path, flat.map((settings) => settings.get(path))] as const)
    .filter(([, values]) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

function settingsOf(config: Json, before = ''): [string, unknown][] {
  return Object.entries(config).flatMap(([key, value]) =>
    isObject(value) ? settingsOf(value, `${before}${key}.`) : [[`${before}${key}`, value]],
  );
}

function settingText(value: unknown): string {
  if (value === undefined) return '-';
  return plainText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `A` to `Z`, then `A2`. */
function letterOf(i: number): string {
  return `${String.fromCharCode(65 + (i % 26))}${i < 26 ? '' : Math.floor(i / 26) + 1}`;
}

const LEAST_NAME = 24;
const LEAST_VALUE = 8;

/** The lines of a table; where they are too long, values give way first, then the names. */
function fitted(rows: readonly (readonly string[])[], width: number): string[] {
  const columns = (rows[0]?.length ?? 1) - 1;
  const longest = rows.reduce((most, [name = '']) => Math.max(most, name.length), 0);
  const room = (names: number): number => Math.floor((width - names) / columns) - 2;
  const name =
    room(longest) >= LEAST_VALUE ? longest : Math.max(LEAST_NAME, width - columns * (LEAST_VALUE + 2));
  const value = Math.max(LEAST_VALUE, room(Math.min(name, longest)));
  return table(
    rows.map(([first = '', ...rest]) => [
      shortened(first, name),
      ...rest.map((cell) => shortened(cell, value)),
    ]),
  );
}
