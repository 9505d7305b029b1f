import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

it('the shipped network reads at least 90 of 100 made photographs of digits, and most of every kind', () => {
  // Outside of jest, whose sandbox makes the loops over pixels several times slower.
  const script = join(__dirname, '../../scripts/measure-photographs.mjs');
  const lines = execFileSync(process.execPath, [script, '100', '2026'], { encoding: 'utf8' }).split('\n');
  const counts = lines.flatMap((line) => {
    const [, what, right, of] = /^(\w+): (\d+) of (\d+)/.exec(line) ?? [];
    return what === undefined ? [] : [{ what, right: Number(right), of: Number(of) }];
  });
  const kinds = counts.filter(({ what }) => what !== 'all');
  expect(kinds).toHaveLength(10);
  for (const { right, of } of kinds) expect(right).toBeGreaterThan(of / 2);
  const all = counts.find(({ what }) => what === 'all');
  expect(all?.of).toBe(100);
  expect(all?.right).toBeGreaterThanOrEqual(90);
}, 600_000);
