// What the campaigns share: a seeded random generator, tiny data, and two ways to run the command.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeIdx } from '../../packages/mnist/dist/index.js';

const command = fileURLToPath(new URL('../../apps/trainer/bin/googlenet.mjs', import.meta.url));

/** Numbers in [0, 1) from a seed (mulberry32), and what is drawn with them. */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count) => Math.floor(next() * count);
  return { next, below, pick: (list) => list[below(list.length)] };
}

/** 40 training and 10 test images; class k is a bright pixel at a place of its own. */
export function writeData(folder, { size = 4, testSize = size } = {}) {
  mkdirSync(folder, { recursive: true });
  for (const [prefix, count, side] of [
    ['train', 40, size],
    ['t10k', 10, testSize],
  ]) {
    const images = new Uint8Array(count * side * side);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    labels.forEach((label, i) => (images[i * side * side + label] = 230));
    writeFileSync(
      join(folder, `${prefix}-images-idx3-ubyte`),
      writeIdx({ shape: [count, side, side], data: images }),
    );
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), writeIdx({ shape: [count], data: labels }));
  }
  return folder;
}

/** Flags of a training that takes a second: the whole program, hardly any arithmetic. */
export const TINY =
  '--backend wasm --threads 1 --data-folder data --subset 40 --width 0.01 --batch-size 8 --epochs 4'.split(
    ' ',
  );

/** What begins a run of {@link TINY}, or goes on with it; before its first file there is nothing to resume. */
export function beginOrResume(folder, run) {
  const goesOn = existsSync(join(folder, run, 'config.json'));
  return { goesOn, args: goesOn ? ['train', '--resume', run] : ['train', ...TINY, '--out', run] };
}

/** Of a run's weights. */
export const digestOf = (run) =>
  createHash('sha256')
    .update(readFileSync(join(run, 'model/weights.bin')))
    .digest('hex');

/** Runs the command within this process. */
export async function inProcess(cwd, args) {
  const { main } = await import('../../apps/trainer/dist/main.js');
  let [out, err] = ['', ''];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    cwd,
    env: {},
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  });
  return { code, out, err };
}

/** What starts so many ranks on this machine over loopback, as root and with fewer cores too. @returns a command and its arguments */
function launcher(ranks) {
  const openMpi =
    '--oversubscribe --bind-to none --mca mpi_yield_when_idle 1 --mca btl self,tcp --mca btl_tcp_if_include lo';
  return ['mpirun', '-np', String(ranks), ...openMpi.split(' '), process.execPath];
}

/** Whether there is Open MPI and the add-on for it (`npm run build:native -w @googlenet/collective-mpi`). */
export async function hasMpi() {
  const { isAvailable } = await import('../../packages/collective-mpi/dist/index.js');
  return isAvailable().library?.startsWith('Open MPI') && spawnSync('mpirun', ['--version']).status === 0;
}

/**
 * Runs a Node program on several ranks of Open MPI.
 *
 * @param onStart - gets the launcher's process.
 */
export function onRanks(cwd, ranks, args, onStart = () => undefined) {
  const [program, ...rest] = launcher(ranks);
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  return ended(spawn(program, [...rest, ...args], { cwd, env }), onStart);
}

/** Runs the command on several ranks that train together. */
export function commandOnRanks(cwd, ranks, args, onStart) {
  return onRanks(cwd, ranks, [command, ...args, '--distributed', 'mpi'], onStart);
}

function ended(child, onStart) {
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  onStart(child);
  return new Promise((resolve) => {
    child.on('close', (code, killedBy) => resolve({ code, killedBy, out, err }));
  });
}

/** Runs the command as a process of its own, and sends it a signal after so many milliseconds. */
export async function asProcess(cwd, args, { signal, afterMs } = {}) {
  let timer;
  const result = await ended(spawn(process.execPath, [command, ...args], { cwd }), (child) => {
    timer = signal && setTimeout(() => child.kill(signal), afterMs);
  });
  clearTimeout(timer);
  return result;
}
