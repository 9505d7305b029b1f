import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runTurbo } from './run-turbo.mjs';

/**
 * `npm start`: builds what the trainer needs, builds the native engine where that is possible, and trains.
 * What stands after `npm start --` goes to `googlenet train`; without a choice of its own that is `--preset quick`.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const args = process.argv.slice(2);

build();
prepareNative();
train();

function build() {
  const started = Date.now();
  process.stderr.write('building ...\n');
  const turbo = runTurbo(
    // Without the declarations, which take most of a whole build's time.
    [
      'run',
      'build:code',
      '--filter=@googlenet/trainer...',
      '--output-logs=errors-only',
      '--log-order=grouped',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (turbo.status !== 0) {
    process.stderr.write(`${turbo.stdout ?? ''}${turbo.stderr ?? ''}${turbo.error?.message ?? ''}\n`);
    process.stderr.write(
      'npm start: expected the build to succeed, got the errors above. Run `npm ci` first, then again.\n',
    );
    process.exit(turbo.status ?? 1);
  }
  process.stderr.write(`built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function prepareNative() {
  const script = `${root}packages/backend-onednn/scripts/prepare-native.mjs`;
  if (existsSync(script)) spawnSync(process.execPath, [script], { cwd: root, stdio: ['ignore', 2, 2] });
}

function train() {
  const chosen = args.some((arg) => /^--(preset|config|resume|help)\b/.test(arg) || arg === '-h');
  const child = spawn(
    process.execPath,
    [`${root}apps/trainer/bin/googlenet.mjs`, 'train', ...(chosen ? [] : ['--preset', 'quick']), ...args],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  // The terminal sends Ctrl-C to both; the trainer decides when to stop.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
