// Runs turbo with its telemetry off: it has no setting for that in turbo.json.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const manifestPath = createRequire(import.meta.url).resolve('turbo/package.json');
const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8'));
const { status } = spawnSync(
  process.execPath,
  [join(dirname(manifestPath), bin.turbo), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  },
);
process.exit(status ?? 1);
