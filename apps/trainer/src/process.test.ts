import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ENGINE } from './testing/engine';
import { writeIdxFolder } from './testing/idx-folder';

const root = join(__dirname, '..');
const built = join(root, 'build', 'main.js');
/** libtensorflow writes a log of its own to the standard error: lines such as `I0000 00:00:17 port.cc:153] ...`. */
const withoutLogs = (text: string) =>
  ENGINE === 'tensorflow'
    ? text.replace(/^([IWE]\d{4} |WARNING: All log|To enable the following|\d{4}-\d\d-\d\d ).*\n/gm, '')
    : text;

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-process-'));
  writeIdxFolder(join(cwd, 'data'), { train: 40, test: 10, size: 4 });
  const require = createRequire(join(root, 'package.json'));
  const tsup = join(dirname(require.resolve('tsup/package.json')), 'dist', 'cli-default.js');
  execFileSync(process.execPath, [tsup, '--config', 'tsup.test.config.ts'], { cwd: root, stdio: 'pipe' });
}, 120_000);
afterAll(() => rmSync(cwd, { recursive: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command as a process; `onOutput` sees all of standard output so far. */
function start(
  args: readonly string[],
  onOutput: (out: string, kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const script = `import(${JSON.stringify(built)}).then(({ main }) => main(process.argv.slice(1))).then((code) => (process.exitCode = code))`;
  const child = spawn(process.execPath, ['-e', script, '--', ...args], { cwd });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    onOutput(out, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => (err += withoutLogs(chunk.toString())));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

describe('the googlenet process', () => {
  it('exits with 2 and one line for a mistake', async () => {
    const { code, out, err } = await start(['train', '--epochs', '0']);
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: 'googlenet: config.training.epochs: expected a positive integer, got 0.\n',
    });
  });

  it('explains each command without loading TensorFlow.js', async () => {
    const script = `import(${JSON.stringify(built)})
      .then(({ main }) => main(process.argv.slice(1)))
      .then(() => console.error(JSON.stringify(Object.keys(require.cache).filter((file) => /tensorflow|zod/.test(file)))))`;
    for (const args of [['--help'], ['train', '--help'], ['evaluate', '--help'], ['summary', '--help']]) {
      const out = spawnSync(process.execPath, ['-e', script, '--', ...args], { cwd, encoding: 'utf8' });
      expect(out.stdout).toMatch(/^Usage: googlenet /);
      expect(JSON.parse(out.stderr)).toEqual([]);
    }
  });

  it('trains to the end when nobody reads its output any more', async () => {
    const args = `--backend ${ENGINE} --threads 2 --data-folder data --subset 40 --width 0.01 --epochs 1 --batch-size 8 --out unread`;
    const script = `import(${JSON.stringify(built)}).then(({ main }) => main(process.argv.slice(1))).then((code) => (process.exitCode = code))`;
    const child = spawn(process.execPath, ['-e', script, '--', 'train', ...args.split(' ')], { cwd });
    child.stdout.once('data', () => child.stdout.destroy());
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'unread', 'summary.json'), 'utf8'))).toMatchObject({
      epochs: 1,
    });
  }, 120_000);

  it('saves at Ctrl-C, exits with 130, and goes on from there to the end without hanging', async () => {
    const flags =
      `--backend ${ENGINE} --threads 2 --data-folder data --subset 40 --width 0.01 --epochs 3 --batch-size 8 --out run`.split(
        ' ',
      );
    let sent = false;
    const stopped = await start(['train', ...flags], (out, kill) => {
      if (!sent && /step 2\//.test(out)) kill();
      sent ||= /step 2\//.test(out);
    });
    expect(stopped.err).toBe('');
    expect(stopped.code).toBe(130);
    expect(stopped.out).toMatch(/Go on with: googlenet train --resume run\n$/);
    // eslint-disable-next-line no-control-regex
    expect(stopped.out).not.toMatch(/\u001b|Hi, looks like/);

    const resumed = await start(['train', '--resume', 'run', '--backend', ENGINE]);
    expect(resumed.err).toBe('');
    expect(resumed.code).toBe(0);
    expect(resumed.out).toMatch(/going on after step \d+ of \d+\n/);
    expect(JSON.parse(readFileSync(join(cwd, 'run', 'summary.json'), 'utf8'))).toMatchObject({
      epochs: 3,
      times: { resumed: 1 },
    });
  }, 120_000);
});
