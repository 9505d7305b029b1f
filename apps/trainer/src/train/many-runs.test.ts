import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainRequest } from '../commands/train';
import { resolveConfig } from '../config/resolve';
import { ExitCode, UserError } from '../errors';
import { fakeIo } from '../testing/fake-io';
import { manyRuns, placeAmong, runsOf } from './many-runs';

it.each([
  [{}, { rank: 0, size: 1 }],
  [
    { OMPI_COMM_WORLD_RANK: '2', OMPI_COMM_WORLD_SIZE: '4' },
    { rank: 2, size: 4 },
  ],
  [
    { PMI_RANK: '1', PMI_SIZE: '2' },
    { rank: 1, size: 2 },
  ],
  [
    { SLURM_PROCID: '0', SLURM_NTASKS: '8' },
    { rank: 0, size: 8 },
  ],
  [
    { SLURM_PROCID: '', SLURM_NTASKS: '' },
    { rank: 0, size: 1 },
  ],
])('the environment %j puts a process at %j', (env, place) => {
  expect(placeAmong(env)).toEqual(place);
});

it('gives each process a seed, or each line of a sweep file a run', () => {
  expect(runsOf(undefined, 5, 2)).toEqual([
    { set: ['seed=5'], name: 'seed-5' },
    { set: ['seed=6'], name: 'seed-6' },
  ]);
  expect(runsOf('# rates\nseed=1 training.batchSize=64\n\nmodel.dropout=0.1 # less\n', 5, 2)).toEqual([
    { set: ['seed=1', 'training.batchSize=64'], name: 'line-001' },
    { set: ['model.dropout=0.1'], name: 'line-002' },
  ]);
});

describe('manyRuns', () => {
  let cwd: string;
  beforeAll(() => (cwd = mkdtempSync(join(tmpdir(), 'googlenet-runs-'))));
  afterAll(() => rmSync(cwd, { recursive: true }));
  const request = (more: object) =>
    ({ set: [], augment: true, json: false, ...more }) as unknown as TrainRequest & { json: boolean };

  it('refuses a sweep file without a run', async () => {
    writeFileSync(join(cwd, 'remarks.txt'), '# later\n\n');
    await expect(
      manyRuns(fakeIo(cwd), request({ sweep: 'remarks.txt' }), () => Promise.resolve(ExitCode.ok)),
    ).rejects.toThrow(
      '--sweep: expected a run a line, such as training.batchSize=64, got none in remarks.txt.',
    );
  });

  it('takes every second line in the second of two processes, and goes on after a run that fails', async () => {
    writeFileSync(join(cwd, 'sweep.txt'), 'seed=1\nseed=2\nseed=3\nseed=4\n');
    const io = { ...fakeIo(cwd), env: { SLURM_PROCID: '1', SLURM_NTASKS: '2' } };
    const seen: unknown[] = [];
    const code = await manyRuns(io, request({ sweep: 'sweep.txt', out: 'all' }), async (_io, one) => {
      seen.push([one.set, one.out]);
      if (seen.length === 1) throw new UserError('no', { exitCode: ExitCode.diverged });
      return ExitCode.ok;
    });
    expect(seen).toEqual([
      [['seed=2'], join(cwd, 'all', 'line-002')],
      [['seed=4'], join(cwd, 'all', 'line-004')],
    ]);
    expect([code, io.err()]).toEqual([ExitCode.diverged, 'googlenet: run 2: no\n']);
  });

  it('begins no further run after one that was interrupted', async () => {
    let begun = 0;
    const code = await manyRuns(fakeIo(cwd), request({ sweep: 'sweep.txt', out: 'stopped' }), async () => {
      begun++;
      throw new UserError('stopped', { exitCode: ExitCode.interrupted });
    });
    expect([code, begun]).toEqual([ExitCode.interrupted, 1]);
  });

  it('wants one folder that all processes know', async () => {
    const io = { ...fakeIo(cwd), env: { SLURM_PROCID: '0', SLURM_NTASKS: '2' } };
    await expect(manyRuns(io, request({}), async () => ExitCode.ok)).rejects.toThrow(
      '--out: expected the folder',
    );
  });
});

it.each([
  ['none', 0.001],
  ['linear', 0.008],
  ['sqrt', 0.001 * Math.sqrt(8)],
] as const)(
  'the rule %s makes the learning rate for eight times the batch %d',
  (learningRateRule, expected) => {
    const config = resolveConfig({ preset: 'source', batchSize: 256, learningRateRule }, '/');
    expect(config.training.schedule).toEqual({ kind: 'constant', learningRate: expected });
  },
);
