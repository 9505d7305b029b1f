import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Json } from '../config/merge';
import { describeProblems } from '../config/problems';
import { resolveConfig } from '../config/resolve';
import { UserError, messageOf } from '../errors';
import { MOST_CONFIG_BYTES, readPlainFile } from '../plain-file';
import { settingsOf } from '../runs/differences';

/** A setting of a random search that is drawn from a range. */
const range = z.strictObject({
  from: z.number(),
  to: z.number(),
  /** `log` draws each power of ten as often as the next. */
  scale: z.enum(['linear', 'log']).default('linear'),
  /** Whether only whole numbers are drawn. */
  whole: z.boolean().default(false),
});

type Range = z.infer<typeof range>;

const values = z.array(z.unknown()).min(1);

const wholeSeed = z.number().int().min(0).max(0xffffffff);

/** What a file for `googlenet sweep` holds. */
const schema = z.strictObject({
  preset: z.string().optional(),
  /** Of all runs, as in a file for `--config`. */
  settings: z.record(z.string(), z.unknown()).default({}),
  search: z.enum(['grid', 'random']).default('grid'),
  /** Combinations that a random search draws. */
  runs: z.number().int().min(1).max(10_000).optional(),
  /** Of the draws. */
  seed: wholeSeed.default(1),
  /** Each combination is trained with each of these. */
  seeds: z.array(wholeSeed).min(1).default([1]),
  /** By the path of a setting, as `--set` takes it: values, or the range of a random search. */
  try: z.record(z.string().min(1), z.union([values, range])),
});

type SweepFile = z.infer<typeof schema>;

/** One run of a sweep. */
export interface SweepRun {
  readonly preset: string | undefined;
  /** `NAME=VALUE`, as `--set` takes them. */
  readonly set: readonly string[];
  /** What is tried, by the path of the setting. */
  readonly tried: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The run's folder, which depends on its settings alone: a longer list of values finds the runs that are done. */
  readonly path: string;
}

/** A sweep that has been checked. */
export interface SweepPlan {
  readonly folder: string;
  readonly runs: readonly SweepRun[];
}

const MOST_RUNS = 10_000;

/**
 * Reads a file and checks every run that it asks for.
 *
 * @param out - the folder of the runs; default `runs/sweep-NAME` for `NAME.json`.
 * @throws {UserError} with every problem at once, each with its path in the file.
 */
export function planSweep(cwd: string, file: string, out: string | undefined): SweepPlan {
  const input = readSweepFile(resolve(cwd, file));
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw UserError.of(describeProblems(parsed.error.issues, input, 'sweep'));
  const sweep = parsed.data;
  const problems = problemsOf(sweep);
  if (problems.length > 0) throw UserError.of(problems);
  const folder = resolve(cwd, out ?? join('runs', `sweep-${basename(file).replace(/\.json$/i, '')}`));
  const runs = combinationsOf(sweep).flatMap((tried) =>
    sweep.seeds.map((seed) => sweepRun(sweep, folder, tried, seed)),
  );
  const wrong = new Set(runs.flatMap((run) => problemsOfRun(run, cwd)));
  if (wrong.size > 0) throw UserError.of([...wrong]);
  return { folder, runs };
}

function readSweepFile(path: string): unknown {
  try {
    return JSON.parse(readPlainFile(path, MOST_CONFIG_BYTES).toString()) as unknown;
  } catch (error) {
    throw new UserError(
      `sweep: expected a readable JSON file, got ${path} (${messageOf(error)}). Correct the file or its path.`,
      { cause: error },
    );
  }
}

/** What no single entry shows. */
function problemsOf({ search, runs, try: tries, seeds }: SweepFile): string[] {
  const problems: string[] = [];
  const lists = Object.entries(tries);
  if (lists.length === 0)
    problems.push('sweep.try: expected a setting or more, got none. Name one with its values.');
  for (const [path, tried] of lists) {
    if (path === 'seed')
      problems.push('sweep.try.seed: expected the seeds in sweep.seeds, got them here. Move them.');
    if (!Array.isArray(tried)) problems.push(...rangeProblems(path, tried));
    if (search === 'grid' && !Array.isArray(tried))
      problems.push(
        `sweep.try.${path}: expected a list of values for a grid, got a range. List them, or set "search": "random".`,
      );
  }
  if (search === 'random' && runs === undefined)
    problems.push('sweep.runs: expected how many combinations to draw, got nothing. Add "runs".');
  if (search === 'grid' && runs !== undefined)
    problems.push(
      'sweep.runs: expected nothing for a grid, which tries every combination, got a number. Remove it.',
    );
  const count =
    seeds.length *
    (search === 'random'
      ? (runs ?? 1)
      : lists.reduce((product, [, list]) => product * (Array.isArray(list) ? list.length : 1), 1));
  if (count > MOST_RUNS)
    problems.push(
      `sweep.try: expected at most ${MOST_RUNS} runs, got ${count}. Try fewer values, or draw some: "search": "random".`,
    );
  return problems;
}

function rangeProblems(path: string, { from, to, scale }: Range): string[] {
  if (from >= to)
    return [`sweep.try.${path}: expected "from" below "to", got ${from} and ${to}. Exchange them.`];
  if (scale === 'log' && from <= 0)
    return [`sweep.try.${path}.from: expected more than 0 for the scale "log", got ${from}. Raise it.`];
  return [];
}

function combinationsOf({ search, runs = 0, seed, try: tries }: SweepFile): Record<string, unknown>[] {
  const entries = Object.entries(tries);
  if (search === 'random')
    return Array.from({ length: runs }, (_, i) =>
      Object.fromEntries(entries.map(([path, from]) => [path, draw(from, uniform(`${seed}/${i}/${path}`))])),
    );
  return entries.reduce<Record<string, unknown>[]>(
    (all, [path, list]) =>
      all.flatMap((one) => (list as unknown[]).map((value) => ({ ...one, [path]: value }))),
    [{}],
  );
}

/** @param share - in [0, 1). */
function draw(from: readonly unknown[] | Range, share: number): unknown {
  if (!('from' in from)) return from[Math.floor(share * from.length)];
  const { from: low, to: high, scale, whole } = from;
  const end = whole ? high + 1 : high;
  const value = scale === 'log' ? low * (end / low) ** share : low + (end - low) * share;
  return whole ? Math.min(high, Math.floor(value)) : Number(value.toPrecision(4));
}

/** A number in [0, 1) that is a function of a name: a further setting or run changes no other draw. */
function uniform(name: string): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) / 2 ** 48;
}

function sweepRun(sweep: SweepFile, folder: string, tried: Json, seed: number): SweepRun {
  const assignments = (settings: readonly (readonly [string, unknown])[]): string[] =>
    settings.map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  const set = assignments([...settingsOf(sweep.settings), ...Object.entries(tried), ['seed', seed]]);
  const hash = createHash('sha256')
    .update(JSON.stringify([sweep.preset, [...set].sort()]))
    .digest('hex');
  return {
    preset: sweep.preset,
    set,
    tried,
    seed,
    path: join(folder, `${nameOf(tried, seed)}-${hash.slice(0, 6)}`),
  };
}

/** The last part of a setting's path that says something: `learningRate`, and `optimizer` for `training.optimizer.kind`. */
export function shortName(path: string): string {
  return path.replace(/\.kind$/, '').replace(/^.*\./, '');
}

const LONGEST_NAME = 60;

/** `learningRate-0.003-seed-1`. */
function nameOf(tried: Json, seed: number): string {
  return Object.entries({ ...tried, seed })
    .map(([path, value]) => `${shortName(path)}-${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('-')
    .replace(/[^\w.-]+/g, '_')
    .slice(0, LONGEST_NAME);
}

function problemsOfRun({ preset, set }: SweepRun, cwd: string): string[] {
  try {
    const { data } = resolveConfig({ preset, set }, cwd);
    return data.validationFraction > 0
      ? []
      : [
          'config.data.validationFraction: expected validation images, by which runs are ranked, got 0. Raise it.',
        ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message
      .split('\n')
      .filter((line) => !/^\d+ problems:$/.test(line))
      .map((line) => line.trim());
  }
}
