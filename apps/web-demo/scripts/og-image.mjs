// Writes public/og-image.jpg, what chat programs show of a link to the page: the page itself with a digit drawn. Build first.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exampleDrawing } from './example-drawing.mjs';
import { launchChromium } from './launch-chromium.mjs';
import { serveFolder } from './static-server.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const browser = await launchChromium();
const server = await serveFolder({ root: join(root, 'dist'), isolated: true });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, reducedMotion: 'reduce' });
  await page.goto(`${server.url}#/draw?d=${exampleDrawing}`);
  await page.waitForSelector('.bars .best');
  await page.waitForTimeout(1000);
  // The time that this machine took is nobody's business.
  await page.locator('.answer .card-head .number').evaluate((facts) => facts.remove());
  await page.screenshot({ path: join(root, 'public/og-image.jpg'), type: 'jpeg', quality: 80 });
} finally {
  await browser.close();
  await server.close();
}
