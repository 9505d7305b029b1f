import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildFor,
  type Ended,
  installedMpis,
  launch,
} from '../../../packages/collective-mpi/src/testing/launch';
import { ENGINE } from './testing/engine';
import { writeIdxFolder } from './testing/idx-folder';
import { madePicture } from './testing/made-picture';
import { savePhotoNetwork } from './testing/photo-network';

const [mpi] = installedMpis();
if (mpi === undefined)
  process.stderr.write(
    'trainer: no MPI here (Debian: apt install libopenmpi-dev); tests of --distributed are passed over\n',
  );

const root = join(__dirname, '..');
/** Not where process.test.ts builds, which may run at the same time. */
const built = join(root, 'node_modules', '.cache', 'distributed', 'build');
let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-distributed-'));
  if (mpi === undefined) return;
  buildFor(mpi);
  writeIdxFolder(join(cwd, 'data'), { train: 40, test: 10, size: 4 });
  const config = {
    seed: 3,
    data: { subset: 40, validationFraction: 0.2 },
    model: { widthMultiplier: 0.01, dropout: 0.2 },
    // 32 images in batches of 12: the last has 8.
    training: { epochs: 3, batchSize: 12, optimizer: { kind: 'sgd' }, checkpointEverySteps: 1 },
  };
  writeFileSync(join(cwd, 'tiny.json'), JSON.stringify(config));
  const require = createRequire(join(root, 'package.json'));
  const tsup = join(dirname(require.resolve('tsup/package.json')), 'dist', 'cli-default.js');
  mkdirSync(built, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(built, '..', 'package.json'));
  const options = ['--config', 'tsup.test.config.ts', '--out-dir', built];
  execFileSync(process.execPath, [tsup, ...options], { cwd: root, stdio: 'pipe' });
}, 180_000);
afterAll(() => rmSync(cwd, { recursive: true }));

function googlenet(
  ranks: number,
  args: readonly string[],
  onOutput?: (out: string, launcher: number) => void,
): Promise<Ended> {
  const main = JSON.stringify(join(built, 'main.js'));
  const script = `process.chdir(${JSON.stringify(cwd)});import(${main}).then(({ main }) => main(process.argv.slice(1))).then((code) => (process.exitCode = code))`;
  return launch(mpi, ranks, [process.execPath, '-e', script, '--', ...args], onOutput);
}

/** Starts two processes and kills the second one in its fourth step. */
async function killInStep4(args: readonly string[]): Promise<void> {
  let killed = false;
  const { code } = await googlenet(2, args, (out, launcher) => {
    if (killed || !out.includes('"step":4,')) return;
    killed = true;
    const children = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').trim().split(' ');
    process.kill(Number(children.at(-1)), 'SIGKILL');
  });
  expect({ killed, failed: code !== 0 }).toEqual({ killed: true, failed: true });
}

const TRAIN = [
  'train',
  '--backend',
  ENGINE,
  '--threads',
  '1',
  '--data-folder',
  'data',
  '--config',
  'tiny.json',
];
const MPI = ['--distributed', 'mpi', '--sync-batch-norm', '--json'];

const bytesOf = (run: string): Buffer => readFileSync(join(cwd, run, 'model', 'weights.bin'));
const floatsOf = (file: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
const weightsOf = (run: string): Float32Array => floatsOf(join(cwd, run, 'model', 'weights.bin'));

(mpi === undefined ? describe.skip : describe)('googlenet train --distributed', () => {
  it('two processes train the network of one, and only one speaks and writes', async () => {
    const alone = await googlenet(1, [...TRAIN, '--out', 'one']);
    const both = await googlenet(2, [...TRAIN, ...MPI, '--out', 'two']);
    expect({ codes: [alone.code, both.code], err: both.err }).toEqual({ codes: [0, 0], err: '' });
    // Open MPI gives the ranks a terminal: JSON lines are the same with and without one.
    const epochs = both.lines.filter(({ type }) => type === 'epoch');
    expect(epochs.map(({ epoch, waitedMs }) => [epoch, typeof waitedMs])).toEqual([
      [1, 'number'],
      [2, 'number'],
      [3, 'number'],
    ]);
    const [one, two] = [weightsOf('one'), weightsOf('two')];
    expect(two).toHaveLength(one.length);
    const apart = Math.max(...two.map((value, i) => Math.abs(value - one[i])));
    // A network of one filter a branch on twelve random images enlarges what rounding does; batch norm of each process by itself
    // would be off by more than that in the first step's loss already.
    expect(apart).toBeLessThan(5e-3);
    const losses = (run: string): number[] =>
      readFileSync(join(cwd, run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; loss: number })
        .flatMap(({ type, loss }) => (type === 'step' ? [loss] : []));
    const first = losses('one')[0] ?? Number.NaN;
    expect(Math.abs((losses('two')[0] ?? 0) - first)).toBeLessThan(1e-3);
    const accuracy = (run: string): unknown =>
      (JSON.parse(readFileSync(join(cwd, run, 'summary.json'), 'utf8')) as { testAccuracy: number })
        .testAccuracy;
    expect(accuracy('two')).toBe(accuracy('one'));
  }, 180_000);

  it('a run whose rank is killed ends, and goes on to the same weights', async () => {
    await killInStep4([...TRAIN, ...MPI, '--out', 'parts']);
    expect(readdirSync(join(cwd, 'parts', 'checkpoints')).filter((name) => name.includes('tmp'))).toEqual([]);
    const resumed = await googlenet(2, ['train', '--distributed', 'mpi', '--resume', 'parts']);
    expect({ code: resumed.code, err: resumed.err }).toEqual({ code: 0, err: '' });
    expect(bytesOf('parts').equals(bytesOf('two'))).toBe(true);
  }, 180_000);

  describe('with photographs', () => {
    // 22 pictures in batches of 8: the last has 6.
    const options =
      '--data pets --from base --freeze stem --corrupt skip --class-weights balanced --epochs 3 --batch-size 8 --learning-rate 0.05 --set training.checkpointEverySteps=1';
    const train = ['train', '--backend', ENGINE, '--threads', '1', ...options.split(' '), '--json'];
    const together = [...train, '--distributed', 'mpi'];
    const json = (run: string, name: string) =>
      JSON.parse(readFileSync(join(cwd, run, name), 'utf8')) as Record<string, unknown>;

    beforeAll(async () => {
      for (const [kind, name] of ['lying', 'standing'].entries()) {
        mkdirSync(join(cwd, 'pets', name), { recursive: true });
        for (let i = 0; i < 14; i++) writeFileSync(join(cwd, 'pets', name, `${i}.png`), madePicture(kind, i));
      }
      writeFileSync(join(cwd, 'pets', 'standing', 'broken.png'), 'no picture');
      await import('@tensorflow/tfjs-backend-cpu');
      await savePhotoNetwork(join(cwd, 'base'));
    });

    it.each([
      ['random views', []],
      ['frozen layers computed once', ['--no-augment']],
    ])(
      'two processes learn them as one does, with %s',
      async (what, more) => {
        const [one, two] = [`${what} one`, `${what} two`];
        const alone = await googlenet(1, [...train, ...more, '--out', one]);
        const both = await googlenet(2, [...together, ...more, '--out', two]);
        expect({ codes: [alone.code, both.code], err: both.err }).toEqual({ codes: [0, 0], err: '' });
        expect(json(two, 'pictures.json')).toEqual(json(one, 'pictures.json'));
        const told = (wanted: string) => both.lines.filter(({ type }) => type === wanted).length;
        expect([told('epoch'), told('summary')]).toEqual([3, 1]);
        for (const file of ['head/weights.bin', 'model/weights.bin']) {
          const expected = floatsOf(join(cwd, one, file));
          const values = floatsOf(join(cwd, two, file));
          expect(values).toHaveLength(expected.length);
          const apart = Math.max(...values.map((value, i) => Math.abs(value - expected[i])));
          expect(apart).toBeLessThan(1e-6);
        }
        // The layers that were trained on were kept.
        expect(floatsOf(join(cwd, two, 'head/weights.bin'))).not.toEqual(weightsOf(two));
        expect(json(two, 'summary.json').confusionMatrix).toEqual(json(one, 'summary.json').confusionMatrix);
      },
      180_000,
    );

    it('go on after a kill to the same weights', async () => {
      await killInStep4([...together, '--no-augment', '--out', 'photos']);
      const resumed = await googlenet(2, ['train', '--distributed', 'mpi', '--resume', 'photos']);
      expect({ code: resumed.code, err: resumed.err }).toEqual({ code: 0, err: '' });
      expect(bytesOf('photos').equals(bytesOf('frozen layers computed once two'))).toBe(true);
    }, 180_000);
  });

  it('a mistake is said once, and all processes exit with 2', async () => {
    const { code, err } = await googlenet(2, [...TRAIN, ...MPI, '--batch-size', '0', '--out', 'none']);
    expect(code).toBe(2);
    expect(err.match(/^googlenet: .*$/gm)).toEqual([
      'googlenet: config.training.batchSize: expected a positive integer, got 0.',
    ]);
  }, 60_000);
});
