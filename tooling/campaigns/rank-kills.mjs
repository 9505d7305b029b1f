// A training of two processes, one of which (or their launcher) is killed at random moments, and resumed: it ends with the weights of the
// training that nobody stopped, no process stays behind, and no file is torn. Needs an MPI; Linux.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginOrResume, commandOnRanks, digestOf, hasMpi, TINY, writeData } from './workshop.mjs';

const RANKS = 2;
const MOST_STOPS = 3;

export default async function rankKills({ random, cases, folder }) {
  if (!(await hasMpi()))
    return { passedOver: 'there is no MPI (packages/collective-mpi, `npm run build:native`)' };
  writeData(join(folder, 'data'));
  const start = Date.now();
  const whole = await commandOnRanks(folder, RANKS, ['train', ...TINY, '--out', 'whole']);
  const wholeMs = Date.now() - start;
  if (whole.code !== 0) return { counts: {}, failures: [`training: ${whole.err}`] };
  const wanted = digestOf(join(folder, 'whole'));
  const failures = [];
  const counts = { runs: 0, kills: 0, resumed: 0 };
  const run = join(folder, 'run');
  while (counts.kills < cases(1, 20)) {
    counts.runs++;
    const story = [];
    for (let stops = 0; ; stops++) {
      const { goesOn, args } = beginOrResume(folder, 'run');
      const victim = stops < MOST_STOPS ? random.pick(['launcher', 'rank 0', 'rank 1']) : undefined;
      const { code, killedBy, err, ranks } = await runAndKill(folder, args, victim, random.next() * wholeMs);
      story.push(`${goesOn ? 'resumed' : 'begun'}, ${victim ?? 'nobody'} killed, ${killedBy ?? code}`);
      const alive = await staying(ranks);
      if (alive.length > 0) failures.push(`${story.join('; ')}: ${alive.length} processes stay`);
      if (goesOn) counts.resumed++;
      if (code === 0) break;
      if (victim === undefined) {
        failures.push(`${story.join('; ')}: ${err.slice(0, 300)}`);
        break;
      }
      counts.kills++;
    }
    if (!existsSync(join(run, 'model/weights.bin')) || digestOf(run) !== wanted)
      failures.push(`${story.join('; ')}: other weights than those of the training that nobody stopped`);
    const torn = existsSync(run) ? readdirSync(run).filter((name) => name.endsWith('.tmp')) : [];
    if (torn.length > 0) failures.push(`${story.join('; ')}: left ${torn.join(', ')}`);
    rmSync(run, { recursive: true, force: true });
  }
  return { counts, failures };
}

/** @returns how the launcher ended, and the process ids of its ranks. */
async function runAndKill(folder, args, victim, afterMs) {
  let ranks = [];
  let timer;
  const result = await commandOnRanks(folder, RANKS, args, ({ pid }) => {
    timer =
      victim &&
      setTimeout(() => {
        ranks = childrenOf(pid);
        const target = victim === 'launcher' ? pid : ranks[Number(victim.at(-1))];
        if (target !== undefined) process.kill(target, 'SIGKILL');
      }, afterMs);
  });
  clearTimeout(timer);
  return { ...result, ranks };
}

function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return []; // it has ended
  }
}

/** Those that are still there five seconds later. */
async function staying(pids) {
  const alive = () => pids.filter((pid) => existsSync(`/proc/${pid}`));
  for (let tries = 0; tries < 50 && alive().length > 0; tries++) await sleep(100);
  return alive();
}
