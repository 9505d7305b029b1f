// A training is stopped at random moments, by force or by a signal, and resumed: it ends with the weights of the one that nobody stopped.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asProcess, beginOrResume, digestOf, TINY, writeData } from './workshop.mjs';

const SIGNALS = ['SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'];
const MOST_STOPS = 3;

export default async function kills({ random, cases, folder }) {
  writeData(join(folder, 'data'));
  const start = Date.now();
  const whole = await asProcess(folder, ['train', ...TINY, '--out', 'whole']);
  const wholeMs = Date.now() - start;
  if (whole.code !== 0) return { counts: {}, failures: [`training: ${whole.err}`] };
  const wanted = digestOf(join(folder, 'whole'));
  const failures = [];
  const counts = { runs: 0, stops: 0, resumed: 0 };
  const run = join(folder, 'run');
  while (counts.stops < cases(2, 72)) {
    counts.runs++;
    const story = [];
    for (let stops = 0; ; stops++) {
      const { goesOn, args } = beginOrResume(folder, 'run');
      const signal = stops < MOST_STOPS ? random.pick(SIGNALS) : undefined;
      const afterMs = random.next() * wholeMs;
      const { code, killedBy, err } = await asProcess(folder, args, { signal, afterMs });
      story.push(`${goesOn ? 'resumed' : 'begun'}, ${killedBy ?? code}`);
      if (goesOn) counts.resumed++;
      if (code === 0) break;
      counts.stops++;
      if (killedBy === null && code !== 130) {
        failures.push(`${story.join('; ')}: ${err.slice(0, 300)}`);
        break;
      }
    }
    if (!existsSync(join(run, 'model/weights.bin')) || digestOf(run) !== wanted)
      failures.push(`${story.join('; ')}: other weights than those of the training that nobody stopped`);
    rmSync(run, { recursive: true, force: true });
  }
  return { counts, failures };
}
