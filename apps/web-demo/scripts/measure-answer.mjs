// Measures how long the Photo view takes from the drop of a picture to its answer on the page. Build first, with the weights.
//   node apps/web-demo/scripts/measure-answer.mjs PICTURE [TIMES]
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './launch-chromium.mjs';
import { serveFolder } from './static-server.cjs';

const [picture, times = '11'] = process.argv.slice(2);
if (picture === undefined) {
  console.error('measure-answer.mjs PICTURE [TIMES]');
  process.exit(2);
}

/** In the page: drops the picture, and gives the milliseconds until the next frame that shows the answer. */
async function dropAndWait({ base64, name }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  const type = `image/${name.endsWith('.png') ? 'png' : 'jpeg'}`;
  dataTransfer.items.add(new File([bytes], name, { type }));
  const classes = document.querySelector('[data-testid=photo-classes]');
  const card = classes.closest('section');
  const started = performance.now();
  const answered = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (card.getAttribute('aria-busy') === 'true' || classes.children.length === 0) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
    });
    setTimeout(() => observer.observe(card, { attributes: true, subtree: true, childList: true }));
  });
  const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector('[data-testid=photo-drop]').dispatchEvent(drop);
  return answered;
}

const root = fileURLToPath(new URL('../dist', import.meta.url));
const browser = await launchChromium();
const server = await serveFolder({ root, isolated: true });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${server.url}#/photo`);
  await page.getByText('Drop or paste a photograph here.').waitFor({ timeout: 120_000 });
  const file = { base64: readFileSync(picture).toString('base64'), name: basename(picture) };
  const found = [];
  for (let i = 0; i < Number(times); i++) {
    found.push(await page.evaluate(dropAndWait, file));
    // The look into the modules follows by itself.
    await page.waitForTimeout(3000);
  }
  const [first, ...later] = found;
  later.sort((a, b) => a - b);
  console.log(
    `first ${first.toFixed(0)} ms, then ${later[later.length >> 1].toFixed(0)} ms (median of ${later.length})`,
  );
} finally {
  await browser.close();
  await server.close();
}
