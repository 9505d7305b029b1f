// Looks for what goes wrong: `npm run campaigns` is the short form that CI runs, `npm run campaigns -- --long --seed 7` the long one.
// Options: --long, --seed NUMBER (default 1), --cases NUMBER (how many are drawn), --only NAME. Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomOf } from './workshop.mjs';

const CAMPAIGNS = [
  'bad-inputs',
  'api-misuse',
  'bit-flips',
  'model-json',
  'kills',
  'rank-kills',
  'equality',
  'disk-full',
];
/** A campaign that takes longer hangs. */
const MOST_MS = { short: 5 * 60_000, long: 3 * 3_600_000 };

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string' },
    only: { type: 'string' },
    within: { type: 'string' },
  },
});

/** Each campaign has a process of its own, so that one which hangs or dies is told. */
function runAll() {
  const chosen = values.only === undefined ? CAMPAIGNS : [values.only];
  let failed = false;
  for (const name of chosen) {
    const flags = [
      '--within',
      name,
      '--seed',
      values.seed,
      ...(values.long ? ['--long'] : []),
      ...(values.cases ? ['--cases', values.cases] : []),
    ];
    const { status, signal } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...flags], {
      stdio: 'inherit',
      timeout: MOST_MS[values.long ? 'long' : 'short'],
    });
    if (signal !== null) process.stdout.write(`${name}: ended by ${signal}\n`);
    failed ||= status !== 0;
  }
  process.exitCode = failed ? 1 : 0;
}

async function runOne(name) {
  const { default: campaign } = await import(`./${name}.mjs`);
  const folder = mkdtempSync(join(tmpdir(), `campaign-${name}-`));
  const start = Date.now();
  try {
    const { counts, failures, passedOver } = await campaign({
      random: randomOf(Number(values.seed)),
      // Of each campaign its own number, unless one was given.
      cases: (short, long) => Number(values.cases ?? (values.long ? long : short)),
      folder,
    });
    if (passedOver) {
      process.stdout.write(`${name}: passed over, ${passedOver}\n`);
      return;
    }
    const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    const seconds = Math.round((Date.now() - start) / 1000);
    process.stdout.write(`${name}: ${told.join(', ')}, ${failures.length} failures, ${seconds} s\n`);
    for (const failure of failures) process.stdout.write(`  ${failure}\n`);
    process.exitCode = failures.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.within === undefined) runAll();
else await runOne(values.within);
