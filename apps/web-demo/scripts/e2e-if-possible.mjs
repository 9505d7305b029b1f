// Runs the browser tests where there is a browser; says how to get one where there is none.
import { spawnSync } from 'node:child_process';
import { chromiumHint, findChromium } from './chromium.cjs';

if (!findChromium()) {
  console.log(`web-demo: the browser tests did not run. ${chromiumHint}`);
  process.exit(process.env.REQUIRE_BROWSER ? 1 : 0);
}
const { status } = spawnSync('npm', ['run', 'test:e2e', '--silent'], { stdio: 'inherit' });
process.exit(status ?? 1);
