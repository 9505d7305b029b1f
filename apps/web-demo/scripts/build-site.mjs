import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside `dist`, so that a build of the site while the tests run takes nothing from them. */
const SITE = 'build/e2e-site';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds the site that the tests drive; `E2E_REUSE_BUILD=1` takes the one that is there. */
export default function buildSite() {
  if (process.env.E2E_REUSE_BUILD === '1' && existsSync(join(root, SITE, 'index.html'))) return;
  // The photo network, where the development weights lie beside the repository.
  const weights = join(root, '../../../shared/weights/bvlc_googlenet.caffemodel');
  if (existsSync(weights) && !existsSync(join(root, 'public/weights/weights.json')))
    execFileSync('node', ['scripts/make-weights.mjs', weights], { cwd: root, stdio: 'inherit' });
  execFileSync('npm', ['run', 'build', '--silent', '--', '--outDir', SITE, '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
    // Jest sets NODE_ENV to test, with which Vite builds a development page.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
