// Measures the first run that the Train view offers, from the click to the trained network, with the download of MNIST. Build first.
//   node apps/web-demo/scripts/measure-first-run.mjs [TIMES]
import { fileURLToPath } from 'node:url';
import { launchChromium } from './launch-chromium.mjs';
import { serveFolder } from './static-server.cjs';

const MOST_SECONDS = 900;
const [times = '1'] = process.argv.slice(2);

const root = fileURLToPath(new URL('../dist', import.meta.url));
const browser = await launchChromium();
const server = await serveFolder({ root, isolated: true });
try {
  for (let i = 0; i < Number(times); i++) {
    const page = await browser.newPage();
    await page.goto(`${server.url}#/train`);
    await page.getByTestId('loaded-model').waitFor({ timeout: 60_000 });
    const status = page.getByTestId('run-status');
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    await page.getByRole('button', { name: 'Train a first network' }).click();
    await status.and(page.locator('[data-step]')).waitFor({ timeout: MOST_SECONDS * 1000 });
    const firstStep = seconds();
    await status.and(page.locator('[data-phase=done]')).waitFor({ timeout: MOST_SECONDS * 1000 });
    const all = seconds();
    const outcome = await status.getByText('held-back digits').innerText();
    const engine = await page.locator('.engine-notice').innerText();
    console.log(`${all} s to the end, ${firstStep} s of it to the first step. ${outcome} ${engine}`);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
