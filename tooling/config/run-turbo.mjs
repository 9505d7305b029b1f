import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Runs turbo with its telemetry off, for which turbo.json has no setting.
 *
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function runTurbo(args, options) {
  const manifestPath = createRequire(import.meta.url).resolve('turbo/package.json');
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8'));
  return spawnSync(process.execPath, [join(dirname(manifestPath), bin.turbo), ...args], {
    ...options,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
}
