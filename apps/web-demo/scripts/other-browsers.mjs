// `npm run other-browsers`: a page with the WebAssembly engine in Firefox and WebKit, without a driver; its prediction must be Node's. A
// browser that is not installed is passed over with one line (Debian: apt install firefox-esr; libwebkit2gtk-4.1-0 with MiniBrowser, and
// xvfb). Run by hand.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { serveFolder } from './static-server.cjs';
import { predict, setups } from './prediction/predict.mjs';

/** Probabilities may differ by what the browsers' exponential functions do. */
const TOLERANCE = 1e-6;
const MOST_SECONDS = Number(process.env.MOST_SECONDS ?? 120);

const miniBrowser = readdirSync('/usr/lib/x86_64-linux-gnu', { withFileTypes: true })
  .filter((entry) => /^webkit2gtk-/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name, 'MiniBrowser'))
  .find((path) => existsSync(path));

/** Names of browsers, what must be there, and the command that opens an address with a profile of its own. */
const browsers = {
  Firefox: {
    needs: ['/usr/bin/firefox-esr'],
    command: (url, profile) => [
      '/usr/bin/firefox-esr',
      '--headless',
      '--no-remote',
      '--profile',
      profile,
      url,
    ],
  },
  WebKit: {
    needs: [miniBrowser, '/usr/bin/xvfb-run'],
    command: (url) => ['/usr/bin/xvfb-run', '-a', miniBrowser, url],
  },
};

/** What a fresh Firefox would ask its makers for. */
const quiet = {
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
  'toolkit.telemetry.enabled': false,
};

async function resultsOf(browser, site) {
  const profile = mkdtempSync(join(tmpdir(), 'browser-profile-'));
  const lines = Object.entries(quiet).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const before = site.requests.length;
  const [file, ...args] = browser.command(site.url, profile);
  const child = spawn(file, args, {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, HOME: profile, WEBKIT_DISABLE_DMABUF_RENDERER: '1' },
  });
  try {
    const deadline = Date.now() + MOST_SECONDS * 1000;
    for (;;) {
      const results = site.requests
        .slice(before)
        .filter((path) => path.startsWith('/result/'))
        .map((path) => JSON.parse(path.slice('/result/'.length)));
      if (results.length === setups.length || results.some(({ error }) => error)) return results;
      if (Date.now() > deadline || child.exitCode !== null)
        return [...results, { error: `no answer after ${results.length} predictions` }];
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    // With its children, which the browser started in the same group.
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'prediction-'));
const expected = [];
for (const setup of setups) expected.push(await predict(setup));
await build({
  configFile: false,
  root: fileURLToPath(new URL('prediction', import.meta.url)),
  logLevel: 'error',
  base: './',
  worker: { format: 'es' },
  build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
});
const site = await serveFolder({ root: folder, isolated: true });
for (const [name, browser] of Object.entries(browsers)) {
  const missing = browser.needs.filter((path) => !path || !existsSync(path));
  if (missing.length > 0) {
    console.log(`${name}: passed over, it is not installed`);
    continue;
  }
  for (const [i, { error, simd, threads, probabilities }] of (await resultsOf(browser, site)).entries()) {
    const differences = probabilities?.map((value, k) => Math.abs(value - expected[i].probabilities[k]));
    const worst = differences ? Math.max(...differences) : NaN;
    const what =
      error ?? `${simd} SIMD, ${threads} threads, ${worst.toExponential(1)} from Node's prediction`;
    console.log(`${name}: ${what.replace('simd SIMD', 'plain SIMD').replace('1 threads', '1 thread')}`);
    if (!(worst <= TOLERANCE)) process.exitCode = 1;
  }
}
await site.close();
rmSync(folder, { recursive: true, force: true });
process.exit();
