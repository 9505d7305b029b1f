// 52 steps in one process and on 2, 3 and 4 ranks: how far the weights end from one another, beside how far a nudge of one weight by the
// smallest amount takes the one-process run. Rounding that grows with the steps moves both alike; a mistake moves the ranks far more.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { hasMpi, onRanks } from './workshop.mjs';

const program = fileURLToPath(new URL('equality-rank.mjs', import.meta.url));
/** The order of sums differs in every step; the nudge comes once. */
const MOST_NUDGES = 10;

export default async function equality({ cases, folder }) {
  if (!(await hasMpi()))
    return { passedOver: 'there is no MPI (packages/collective-mpi, `npm run build:native`)' };
  const failures = [];
  const counts = { runs: 0 };
  for (const variant of ['mnist', 'paper']) {
    const trained = async (ranks, ...nudge) => {
      const out = join(folder, `${variant}-${ranks}${nudge.join('')}`);
      const { code, err } = await onRanks(folder, ranks, [program, variant, out, ...nudge]);
      if (code !== 0) throw new Error(`${variant} on ${ranks} ranks: ${err.slice(0, 400)}`);
      counts.runs++;
      return new Float32Array(Uint8Array.from(readFileSync(out)).buffer);
    };
    const alone = await trained(1);
    const nudged = apart(await trained(1, 'nudge'), alone);
    const told = [`one weight nudged ${shown(nudged)}`];
    for (let ranks = 2; ranks <= cases(2, 4); ranks++) {
      const distance = apart(await trained(ranks), alone);
      told.push(`${ranks} ranks ${shown(distance)}`);
      if (!(distance.relative <= MOST_NUDGES * nudged.relative))
        failures.push(
          `${variant}: ${ranks} ranks end ${shown(distance)} from one process, a nudge ${shown(nudged)}`,
        );
    }
    process.stdout.write(`${variant}, largest difference and its share of the norm: ${told.join('; ')}\n`);
  }
  return { counts, failures };
}

function apart(a, b) {
  let [largest, square, norm] = [0, 0, 0];
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(a[i] - b[i]));
    square += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return { largest, relative: a.length === b.length ? Math.sqrt(square / norm) : NaN };
}

const shown = ({ largest, relative }) => `${largest.toExponential(1)} (${relative.toExponential(1)})`;
