import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../config/resolve';
import { main } from '../main';
import { RunFolder } from '../run-folder';
import { fakeIo, type FakeIo } from '../testing/fake-io';

interface MadeRun {
  readonly set?: readonly string[];
  readonly preset?: string;
  readonly startedAt: string;
  readonly epochs?: number;
  readonly summary?: object;
}

let cwd: string;
/** Left locked by this very process. */
let running: RunFolder;

function makeRun(name: string, made: MadeRun): RunFolder {
  const { set = [], preset = 'quick', startedAt, epochs = 0, summary } = made;
  const run = RunFolder.create(join(cwd, 'runs', name), resolveConfig({ preset, set }, cwd));
  run.appendMetrics({ time: startedAt, type: 'start', step: 0, trainableParameters: 116_810 });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    run.appendMetrics({ type: 'step', step: epoch * 10, loss: 9, imagesPerSecond: 50 });
    run.appendMetrics({
      type: 'epoch',
      epoch,
      step: epoch * 10,
      loss: 1 / epoch,
      // The second epoch is the best one.
      validation: { loss: epoch === 2 ? 0.25 : 0.5, accuracy: epoch === 2 ? 0.9876 : 0.5 },
      durationMs: 1000 * epoch,
      imagesPerSecond: 100 * epoch,
    });
  }
  if (summary !== undefined) run.writeSummary(summary);
  return run;
}

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-runs-'));
  makeRun('2026-01-02-000000-quick', {
    startedAt: '2026-01-02T00:00:00Z',
    set: ['training.epochs=3'],
    epochs: 3,
    summary: {
      testAccuracy: 0.9947,
      testLoss: 0.0215,
      parameters: { total: 118_970 },
      times: { trainingMs: 431_367 },
    },
  }).unlock();
  makeRun('2026-01-03-000000-paper-recipe', {
    startedAt: '2026-01-03T00:00:00Z',
    preset: 'paper-recipe',
    set: ['data.dataset=fashion-mnist', 'data.source=download'],
    epochs: 1,
  }).unlock();
  running = makeRun('now', { startedAt: '2026-01-04T00:00:00Z' });
  running.appendMetrics({ type: 'step', step: 1, imagesPerSecond: 12.5 });
  makeRun('2026-01-01-000000-quick/seed-1', { startedAt: '2026-01-01T00:00:00Z' }).unlock();
  for (const [name, file, content] of [
    ['torn', 'config.json', '{"seed":'],
    ['foreign', 'config.json', '{"name":"something else"}'],
    ['deep', 'config.json', `{"model":${'['.repeat(99_999)}${']'.repeat(99_999)}}`],
    ['pictures', 'cat.txt', 'no run'],
    ['half', 'config.json', readFileSync(running.configPath, 'utf8')],
  ] as const) {
    mkdirSync(join(cwd, 'runs', name));
    writeFileSync(join(cwd, 'runs', name, file), content);
  }
  writeFileSync(join(cwd, 'runs', 'half', 'summary.json'), '{"testAccuracy":');
  writeFileSync(join(cwd, 'runs', 'notes.txt'), 'no folder');
  symlinkSync('/nowhere/at/all', join(cwd, 'runs', 'dangling'));
});
afterAll(() => {
  running.unlock();
  rmSync(cwd, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; io: FakeIo; lines: string[] }> {
  const io = fakeIo(cwd);
  const code = await main(args, io);
  return { code, io, lines: io.out().trimEnd().split('\n') };
}

const longest = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length));

describe('googlenet runs', () => {
  it('lists runs, the newest first, with their state and results, and names what is none', async () => {
    const { code, lines } = await run('runs');
    expect(code).toBe(0);
    expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
      'run net width param data ep. state val% test% img/s',
      // Its preset is not in its name, but there is no room for it beside the long names.
      expect.stringMatching(/^now \S+ 0\.125 117K mnist 0\/1 running - - 12\.5$/),
      '2026-01-03-…aper-recipe mnist 1 117K fa…st 1/60 stopped 50.00 - 100',
      // (1 s at 100 + 2 s at 200 + 3 s at 300) / 6 s
      '2026-01-02-000000-quick mnist 0.125 119K mnist 3/3 finished 98.76 99.47 233',
      expect.stringMatching(/seed-1 mnist 0\.125 117K mnist 0\/1 stopped - - -$/),
      'dangling: no run: it has no config.json',
      'deep: config.json is not of a run',
      'foreign: no run: its config.json is not of a training',
      'half: summary.json cannot be read as JSON',
      'pictures: no run: it has no config.json',
      'torn: config.json cannot be read as JSON',
    ]);
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });

  it('gives numbers as they are with --json', async () => {
    const { io } = await run('runs', '--json');
    const { runs, unreadable } = JSON.parse(io.out()) as { runs: object[]; unreadable: object[] };
    expect(runs[2]).toMatchObject({
      path: join(cwd, 'runs', '2026-01-02-000000-quick'),
      startedAt: '2026-01-02T00:00:00.000Z',
      state: 'finished',
      preset: 'quick',
      network: 'mnist',
      widthMultiplier: 0.125,
      parameters: 118_970,
      dataset: 'mnist',
      epochs: 3,
      plannedEpochs: 3,
      validationLoss: 0.25,
      validationAccuracy: 0.9876,
      testAccuracy: 0.9947,
      trainingMs: 431_367,
      imagesPerSecond: 1400 / 6,
    });
    expect(runs[0]).toMatchObject({ state: 'running' });
    expect(unreadable).toHaveLength(6);
  });

  it('lists one run that it is pointed at, and says where there is none', async () => {
    expect((await run('runs', 'runs/now')).lines).toHaveLength(2);
    expect((await run('runs', 'runs/pictures')).io.out()).toBe(
      'No runs in folder runs/pictures: train one with googlenet train\n',
    );
    const { code, io } = await run('runs', 'elsewhere');
    expect([code, io.err()]).toEqual([
      2,
      'googlenet: runs: expected a folder of runs, got elsewhere: there is nothing there. Check the path.\n',
    ]);
  });

  it('lets no text of a folder steer the terminal', async () => {
    const folder = join(cwd, 'evil');
    const path = join(folder, 'red\u001b[31m\u202e');
    mkdirSync(path, { recursive: true });
    const config = resolveConfig({ preset: 'quick' }, cwd);
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ ...config, preset: '\u001b]0;title\u0007', data: { dataset: '\u009b2J\ntwo lines' } }),
    );
    const { lines } = await run('runs', folder);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^red\[31m +.*2Jtwo/);
    const { io } = await run('runs', folder, '--json');
    for (const text of [lines.join(''), io.out().trimEnd()]) expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect((JSON.parse(io.out()) as { runs: { dataset: string }[] }).runs[0]?.dataset).toBe(
      '\u009b2J\ntwo lines',
    );
  });
});

describe('googlenet compare', () => {
  const [quick, paper] = ['2026-01-02-000000-quick', 'runs/2026-01-03-000000-paper-recipe'];

  it('shows the settings that differ and the results, within 80 columns', async () => {
    const { code, lines } = await run('compare', quick, paper);
    expect(code).toBe(0);
    const rows = lines.map((line) => line.split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['A', 'runs/2026-01-02-000000-quick'],
        ['B', 'runs/2026-01-03-000000-paper-recipe'],
        ['setting', 'A', 'B'],
        ['preset', 'quick', 'paper-recipe'],
        ['model.widthMultiplier', '0.125', '1'],
        ['training.optimizer.kind', 'adam', 'sgd'],
        ['training.optimizer.momentum', '-', '0.9'],
        ['result', 'A', 'B'],
        ['state', 'finished', 'stopped'],
        ['training loss, last epoch', '0.3333', '1.0000'],
        ['validation loss, best', '0.2500', '0.5000'],
        ['validation accuracy, best', '98.76 %', '50.00 %'],
        ['test accuracy', '99.47 %', '-'],
        ['training time', '7:11', '1 s'],
        ['training speed', '233 images/s', '100 images/s'],
        ['parameters', '118,970', '116,810'],
      ]),
    );
    // Both have the same seed and variant.
    expect(lines.join('\n')).not.toMatch(/^(seed|model\.variant) /m);
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });

  it('gives the differences with --json, null where a run has no such setting', async () => {
    const { io } = await run('compare', quick, paper, '--json');
    const { runs, settings } = JSON.parse(io.out()) as { runs: object[]; settings: Record<string, unknown> };
    expect(runs).toHaveLength(2);
    expect(settings).toMatchObject({
      preset: ['quick', 'paper-recipe'],
      'training.optimizer.momentum': [null, 0.9],
    });
    expect(settings).not.toHaveProperty('seed');
  });

  it('says so where no setting differs, and shortens what is too long for 80 columns', async () => {
    expect((await run('compare', quick, quick)).io.out()).toContain('\nNo setting differs.\n');
    const path = join(cwd, 'long');
    mkdirSync(path);
    const config = resolveConfig({ preset: 'quick' }, cwd);
    const folder = 'a/very/long/path'.repeat(20);
    writeFileSync(join(path, 'config.json'), JSON.stringify({ ...config, ['x'.repeat(200)]: folder }));
    const { lines } = await run('compare', 'long', quick);
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });

  it.each<[string, string[], RegExp]>([
    ['one run', [quick], /^googlenet: compare: expected two runs or more, got 1\./],
    [
      'no run',
      [quick, 'runs/pictures'],
      /^googlenet: compare: expected a run folder, got runs\/pictures: no run: it has no config\.json\. List/,
    ],
    ['two bad folders', ['runs/torn', 'none'], /^googlenet: 2 problems:\n.*runs\/torn.*\n.*none/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, io } = await run('compare', ...args);
    expect([code, io.err(), io.out()]).toEqual([2, expect.stringMatching(message), '']);
  });
});
