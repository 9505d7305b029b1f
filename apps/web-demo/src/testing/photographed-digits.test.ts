import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

it('the shipped network reads at least 27 of 30 made photographs of digits, three of each kind', () => {
  // Outside of jest, whose sandbox makes the loops over pixels several times slower.
  const script = join(__dirname, '../../scripts/measure-photographs.mjs');
  const lines = execFileSync(process.execPath, [script, '30', '2026'], { encoding: 'utf8' }).split('\n');
  expect(lines.filter((line) => / of 3$/.test(line))).toHaveLength(10);
  const [, right] = /^all: (\d+) of 30;/.exec(lines.find((line) => line.startsWith('all:')) ?? '') ?? [];
  expect(Number(right)).toBeGreaterThanOrEqual(27);
}, 600_000);
