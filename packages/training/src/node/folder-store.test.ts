import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { collect, KILLED_RUN_CONFIG, TinyData, tinyModel, useCpu, weightValues } from '../testing/tiny';
import { train } from '../loop/train';
import { folderStore } from './folder-store';

beforeAll(useCpu);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'googlenet-training-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = { epochs: 2, batchSize: 8, seed: 1 };

/** Runs scripts/killed_run.cjs and kills it a few milliseconds after `lastStep`. */
async function runUntil(
  lastStep: number,
  delayMs: number,
): Promise<{ signal: string | null; weights: number[][] | undefined }> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(__dirname, '../../scripts/killed_run.cjs'), folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  let weights: number[][] | undefined;
  for await (const line of createInterface({ input: child.stdout! })) {
    const [word, value] = line.split(' ');
    if (word === 'step' && Number(value) >= lastStep) setTimeout(() => child.kill('SIGKILL'), delayMs);
    if (word === 'weights') weights = JSON.parse(value) as number[][];
  }
  return { signal: await ended, weights };
}

describe('folderStore', () => {
  it('resumes from the files of an earlier process', async () => {
    const whole = tinyModel();
    await collect(train({ model: whole, data: new TinyData(16), config: CONFIG }));
    const nested = join(folder, 'run', 'checkpoints');
    for await (const event of train({
      model: tinyModel(),
      data: new TinyData(16),
      config: CONFIG,
      store: folderStore(nested),
    })) {
      if (event.type === 'step' && event.step === 3) break;
    }
    expect(readdirSync(nested).sort()).toEqual(['best.ckpt', 'step-000000000.ckpt', 'step-000000002.ckpt']);
    const model = tinyModel();
    const events = await collect(
      train({ model, data: new TinyData(16), config: CONFIG, store: folderStore(nested), resume: true }),
    );
    expect(events[0]).toMatchObject({ resumed: true, step: 2 });
    expect(weightValues(model)).toEqual(weightValues(whole));
  });

  it('passes over a torn file and the rest of an interrupted write', async () => {
    const store = folderStore(folder);
    await collect(train({ model: tinyModel(), data: new TinyData(16), config: CONFIG, store }));
    const newest = join(folder, 'step-000000004.ckpt');
    writeFileSync(`${newest}.tmp`, 'half a checkpoint');
    writeFileSync(newest, readFileSync(newest).subarray(0, 1000));
    const { checkpoint, damaged } = await store.latest();
    expect(checkpoint?.header.state).toMatchObject({ step: 2, epoch: 1 });
    expect(damaged).toEqual([
      { name: 'step-000000004.ckpt', reason: expect.stringContaining('bytes, got 1000') },
    ]);
  });

  it('gives nothing where there is no folder, and reports a folder that cannot be made', async () => {
    expect((await folderStore(join(folder, 'none')).latest()).checkpoint).toBeUndefined();
    writeFileSync(join(folder, 'file'), '');
    const run = collect(
      train({
        model: tinyModel(),
        data: new TinyData(16),
        config: CONFIG,
        store: folderStore(join(folder, 'file', 'run')),
      }),
    );
    await expect(run).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  it('a run that is killed again and again ends like one that was not', async () => {
    const whole = tinyModel();
    await collect(train({ model: whole, data: new TinyData(28), config: KILLED_RUN_CONFIG }));
    for (const [step, delayMs] of [
      [5, 0],
      [17, 3],
      [30, 7],
    ]) {
      expect((await runUntil(step, delayMs)).signal).toBe('SIGKILL');
    }
    const last = await runUntil(Infinity, 0);
    expect(last.weights).toEqual(weightValues(whole));
  });
});
