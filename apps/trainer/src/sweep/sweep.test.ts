import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../config/resolve';
import { ExitCode, UserError } from '../errors';
import { main } from '../main';
import { RunFolder } from '../run-folder';
import { fakeIo } from '../testing/fake-io';
import { planSweep } from './plan';
import { sweep, type SweepWork } from './sweep';

let cwd: string;
beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'googlenet-sweep-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

function plan(content: object) {
  writeFileSync(join(cwd, 'file.json'), JSON.stringify(content));
  return planSweep(cwd, 'file.json', undefined);
}

const GRID = {
  settings: { training: { epochs: 1 } },
  try: { 'model.dropout': [0, 0.25], 'training.schedule.learningRate': [0.001, 0.002] },
  seeds: [1, 2],
};

describe('the plan of a sweep', () => {
  it('is every combination with every seed', () => {
    const { folder, runs } = plan(GRID);
    expect(folder).toBe(join(cwd, 'runs', 'sweep-file'));
    expect(runs.map(({ tried, seed }) => [...Object.values(tried), seed])).toEqual([
      [0, 0.001, 1],
      [0, 0.001, 2],
      [0, 0.002, 1],
      [0, 0.002, 2],
      [0.25, 0.001, 1],
      [0.25, 0.001, 2],
      [0.25, 0.002, 1],
      [0.25, 0.002, 2],
    ]);
    expect(runs[0]?.set).toEqual([
      'training.epochs=1',
      'model.dropout=0',
      'training.schedule.learningRate=0.001',
      'seed=1',
    ]);
    expect(new Set(runs.map(({ path }) => path)).size).toBe(8);
  });

  it('names a run by the last part of its settings that says something', () => {
    const { runs } = plan({ try: { 'training.optimizer.kind': ['sgd'], 'model.dropout': [0.5] } });
    expect(runs[0]?.path).toMatch(/optimizer-sgd-dropout-0\.5-seed-1-[0-9a-f]{6}$/);
  });

  it('keeps the folder of a run when more is tried, and changes it with any setting', () => {
    const first = plan(GRID).runs[0]?.path;
    const more = { ...GRID, try: { ...GRID.try, 'model.dropout': [0.5, 0] } };
    expect(plan(more).runs.map(({ path }) => path)).toContain(first);
    const other = { ...GRID, settings: { training: { epochs: 2 } } };
    expect(plan(other).runs.map(({ path }) => path)).not.toContain(first);
  });

  it('draws the same values for the same seed, within their ranges, whatever else is tried', () => {
    const rate = { from: 1e-4, to: 1e-1, scale: 'log' };
    const random = { search: 'random', runs: 40, try: { 'training.schedule.learningRate': rate } };
    const drawn = (content: object, path: string) =>
      plan(content).runs.map(({ tried }) => Number(tried[path]));
    const rates = drawn(random, 'training.schedule.learningRate');
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThan(1e-1);
    // Each power of ten as often: 40 draws, 13 of them expected below 0.001.
    const low = rates.filter((value) => value < 1e-3).length;
    expect([low > 5, low < 23]).toEqual([true, true]);
    const both = {
      ...random,
      runs: 41,
      try: { ...random.try, 'training.batchSize': { from: 8, to: 10, whole: true } },
    };
    expect(drawn(both, 'training.schedule.learningRate').slice(0, 40)).toEqual(rates);
    expect([...new Set(drawn(both, 'training.batchSize'))].sort()).toEqual([10, 8, 9]);
    expect(drawn({ ...random, seed: 2 }, 'training.schedule.learningRate')).not.toEqual(rates);
  });

  it.each<[string, object, RegExp]>([
    [
      'a word that it does not know',
      { ...GRID, tries: 3 },
      /^sweep: expected only known settings, got "tries"\./,
    ],
    ['no settings to try', { try: {} }, /^sweep\.try: expected a setting or more, got none\./],
    [
      'a range in a grid',
      { try: { 'model.dropout': { from: 0, to: 1 } } },
      /^sweep\.try\.model\.dropout: expected a list of values for a grid/,
    ],
    [
      'a random search without a number of runs',
      { search: 'random', try: GRID.try },
      /^sweep\.runs: expected how many/,
    ],
    [
      'a range from above to below',
      { search: 'random', runs: 2, try: { 'model.dropout': { from: 1, to: 0 } } },
      /^sweep\.try\.model\.dropout: expected "from" below "to", got 1 and 0\./,
    ],
    [
      'too many runs',
      { try: { seed2: Array(200).fill(0), b: Array(200).fill(0) } },
      /^sweep\.try: expected at most 10000 runs, got 40000\./,
    ],
    [
      'a setting that does not exist',
      { try: { 'training.epoch': [1] } },
      /^config\.training\.epoch: .*there is no such field/,
    ],
    [
      'no validation images',
      { settings: { data: { validationFraction: 0 } }, try: GRID.try },
      /^config\.data\.validationFraction: expected validation images/,
    ],
    [
      'several at once',
      { try: { 'model.dropout': [2], 'training.epochs': [0] } },
      /^2 problems:\n {2}config\.model\.dropout: .*\n {2}config\.training\.epochs: /,
    ],
  ])('refuses %s', (_, content, message) => {
    expect(() => plan(content)).toThrow(UserError);
    expect(() => plan(content)).toThrow(message);
  });
});

describe('googlenet sweep', () => {
  /** A run with an accuracy that falls with dropout and rises with the seed; the test accuracy says the opposite. */
  function work(stopAt = Infinity): SweepWork & { calls: string[]; reported: string[][] } {
    const calls: string[] = [];
    const reported: string[][] = [];
    return {
      calls,
      reported,
      train: async (io, request) => {
        calls.push(request.resume === undefined ? 'new' : 'resumed');
        const path = request.resume ?? request.out ?? '';
        const run =
          request.resume === undefined
            ? RunFolder.create(path, resolveConfig({ set: request.set }, io.cwd))
            : RunFolder.open(path).run;
        run.unlock();
        if (calls.length === stopAt) return ExitCode.interrupted;
        const { seed, model } = RunFolder.open(path).config;
        const accuracy = 0.9 - (model.dropout ?? 0) + seed / 100;
        run.appendMetrics({ type: 'epoch', epoch: 1, step: 1, validation: { accuracy, loss: 1 - accuracy } });
        run.writeSummary({ testAccuracy: model.dropout ?? 0 });
        return ExitCode.ok;
      },
      report: async (_, runs) => void reported.push([...runs]),
    };
  }
  const content = { try: { 'model.dropout': [0.25, 0] }, seeds: [1, 2] };
  const request = { out: undefined, dryRun: false, distributed: undefined, json: false } as const;

  it('goes on where it was stopped, runs nothing twice, and ranks by validation images', async () => {
    const { folder, runs } = plan(content);
    const first = work(2);
    expect(await sweep(fakeIo(cwd), 'file.json', request, first)).toBe(ExitCode.interrupted);
    expect([first.calls, first.reported]).toEqual([['new', 'new'], []]);
    const io = fakeIo(cwd);
    const second = work();
    expect(await sweep(io, 'file.json', request, second)).toBe(ExitCode.ok);
    expect(second.calls).toEqual(['resumed', 'new', 'new']);
    expect(io.out()).toMatch(/\n1 +91\.50 % ±0\.71 +0\.0850 +0 +2\n2 +66\.50 % ±0\.71 +0\.3350 +0\.25 +2\n/);
    expect(second.reported).toEqual([[runs[2]?.path, runs[3]?.path, runs[0]?.path, runs[1]?.path]]);
    const { ranking } = JSON.parse(readFileSync(join(folder, 'sweep.json'), 'utf8')) as {
      ranking: { tried: object }[];
    };
    expect(ranking.map(({ tried }) => tried)).toEqual([{ 'model.dropout': 0 }, { 'model.dropout': 0.25 }]);
    const third = work();
    await sweep(fakeIo(cwd), 'file.json', request, third);
    expect(third.calls).toEqual([]);
  });

  it('does not train a run again that diverged, names it, and reports on the others', async () => {
    const { folder, runs } = plan(content);
    const io = fakeIo(cwd);
    const half = work();
    const trained = half.train;
    const diverging: SweepWork = {
      ...half,
      train: async (to, asked) => {
        if (!asked.set?.includes('seed=1')) return trained(to, asked);
        const run = RunFolder.create(asked.out ?? '', resolveConfig({ set: asked.set }, to.cwd));
        run.appendMetrics({ type: 'diverged', step: 3, message: 'loss NaN' });
        run.unlock();
        throw new UserError('loss NaN', { exitCode: ExitCode.diverged });
      },
    };
    expect(await sweep(io, 'file.json', request, diverging)).toBe(ExitCode.diverged);
    expect(io.out()).toContain('diverged: dropout=0.25 seed=1\ndiverged: dropout=0 seed=1\n');
    expect(half.reported).toEqual([[runs[3]?.path, runs[1]?.path]]);
    const again = work();
    expect(await sweep(fakeIo(cwd), 'file.json', request, again)).toBe(ExitCode.ok);
    expect(again.calls).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, 'sweep.json'), 'utf8'))).toMatchObject({
      finished: 2,
      diverged: [runs[0]?.path, runs[2]?.path],
    });
  });

  it('gives each of several processes its share, and ranks in the one that finds all done', async () => {
    plan(content);
    const processes = ['0', '1'].map((SLURM_PROCID) => ({
      ...fakeIo(cwd),
      env: { SLURM_PROCID, SLURM_NTASKS: '2' },
    }));
    const works = [work(), work()];
    for (const [i, io] of processes.entries())
      await sweep(io, 'file.json', { ...request, distributed: 'runs' }, works[i] ?? work());
    expect(works.map(({ calls }) => calls.length)).toEqual([2, 2]);
    expect(works.map(({ reported }) => reported.length)).toEqual([0, 1]);
    expect(processes[0]?.out()).toContain('2 of 4 runs are finished');
  });

  it('lists its runs with --dry-run and makes no folder', async () => {
    plan(content);
    const io = fakeIo(cwd);
    expect(await main(['sweep', 'file.json', '--dry-run'], io)).toBe(0);
    expect(io.out().split('\n').slice(0, 2)).toEqual([
      '  1  new       dropout=0.25 seed=1',
      '  2  new       dropout=0.25 seed=2',
    ]);
    expect(io.out()).toContain('4 runs, in runs/sweep-file\n');
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });
});
