import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { augmentedFile } from '../augmented-samples';
import { resolveConfig } from '../config/resolve';
import { planRun } from '../train/plan-run';
import type { TrainRequest } from '../commands/train';
import { train } from '../commands/train';
import { readOptions } from '../options/option';
import { readEvents } from '../testing/event-file';
import { fakeIo } from '../testing/fake-io';
import { pngRecord, runEndRecord, runStartRecord, scalarsRecord, versionRecord } from './events';

/** Made by tooling/oracles/tensorboard_events.py with TensorBoard's own writer. */
const golden = JSON.parse(
  readFileSync(join(__dirname, '__fixtures__', 'tensorboard-events.json'), 'utf8'),
) as {
  wallTime: number;
  png: string;
  records: Record<'version' | 'scalars' | 'image' | 'start' | 'end', string>;
};

describe("TensorBoard's records", () => {
  const { wallTime, png, records } = golden;
  it.each([
    ['version', versionRecord(wallTime)],
    ['scalars', scalarsRecord({ wallTime, step: 70_000 }, { 'step/loss': 0.1, 'step/accuracy': -2.5 })],
    ['image', pngRecord({ wallTime, step: 3 }, 'worst mistakes', Buffer.from(png, 'base64'))],
    ['start', runStartRecord(wallTime, { 'training.batchSize': 64 }, 'group')],
    ['end', runEndRecord(wallTime)],
  ] as const)('are the bytes of its own writer: %s', (name, record) => {
    expect(Buffer.from(record).toString('base64')).toBe(records[name]);
  });
});

describe('googlenet train --tensorboard', () => {
  let cwd: string;
  beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'googlenet-tensorboard-'))));
  afterEach(() => rmSync(cwd, { recursive: true }));

  const request = (given: Readonly<Record<string, unknown>>): TrainRequest =>
    readOptions(train.options, given) as unknown as TrainRequest;
  const step = (number: number) => ({ type: 'step', step: number, loss: 1 / number, learningRate: 0.5 });

  function eventsIn(folder: string): ReturnType<typeof readEvents> {
    const names = readdirSync(folder);
    expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.googlenet$/)]);
    return readEvents(readFileSync(join(folder, names[0] ?? '')));
  }

  it('writes the numbers of metrics.jsonl, and no step twice when a run goes on', () => {
    const io = fakeIo(cwd);
    const config = resolveConfig({}, cwd);
    const run = planRun(io, request({ out: 'run', tensorboard: true })).open(config);
    run.rewindMetrics(0);
    for (const number of [1, 2, 3]) run.appendMetrics(step(number));
    run.unlock();
    const folder = join(cwd, 'run', 'tensorboard');
    const [version, start, ...steps] = eventsIn(folder);
    expect(version).toEqual({ step: 0, values: {} });
    expect(start).toEqual({ step: 0, values: { '_hparams_/session_start_info': Number.NaN } });
    expect(steps).toEqual(
      [1, 2, 3].map((number) => ({
        step: number,
        values: { 'step/loss': Math.fround(1 / number), 'step/learning_rate': 0.5 },
      })),
    );

    writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'torn');
    const again = planRun(io, request({ resume: 'run', tensorboard: true })).open(config);
    again.rewindMetrics(2);
    again.appendMetrics(step(3));
    again.appendMetrics({ type: 'epoch', step: 3, loss: 0.5, validation: { accuracy: 0.75, loss: 0.25 } });
    again.writeSummary({ testAccuracy: 0.875, steps: 3 });
    again.unlock();
    expect(eventsIn(folder).map((event) => [event.step, Object.keys(event.values)[0]])).toEqual([
      [0, undefined],
      [0, '_hparams_/session_start_info'],
      [1, 'step/loss'],
      [2, 'step/loss'],
      [3, 'step/loss'],
      [3, 'epoch/loss'],
      [3, 'test/accuracy'],
      [0, '_hparams_/session_end_info'],
    ]);
    expect(eventsIn(folder)[5]?.values).toEqual({
      'epoch/loss': 0.5,
      'validation/loss': 0.25,
      'validation/accuracy': 0.75,
    });
  });

  it('begins with the picture of augmented training images where the run has one', () => {
    const run = planRun(fakeIo(cwd), request({ out: 'run', tensorboard: true })).open(resolveConfig({}, cwd));
    writeFileSync(augmentedFile(run.path), Buffer.from(golden.png, 'base64'));
    run.rewindMetrics(0);
    run.unlock();
    expect(eventsIn(join(cwd, 'run', 'tensorboard')).at(-1)).toEqual({
      step: 0,
      values: { 'augmented training images': Number.NaN },
    });
  });

  it('puts many runs side by side into a folder of their own', () => {
    const run = planRun(fakeIo(cwd), request({ out: 'run', tensorboard: 'logs' })).open(
      resolveConfig({}, cwd),
    );
    run.rewindMetrics(0);
    run.unlock();
    expect(eventsIn(join(cwd, 'logs', 'run'))).toHaveLength(2);
  });
});
