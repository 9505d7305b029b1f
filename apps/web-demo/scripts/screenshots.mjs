// Takes pictures of the built site: `npm run screenshots -- FOLDER` writes every view, wide, dark and at phone
// width; without a folder only the picture of the README. Build first.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exampleDrawing } from './example-drawing.mjs';
import { launchChromium } from './launch-chromium.mjs';
import { serveFolder } from './static-server.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2];
const only = process.argv[3];

const looks = {
  wide: { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  phone: {
    viewport: { width: 390, height: 844 },
    colorScheme: 'light',
    deviceScaleFactor: 2,
    hasTouch: true,
  },
};
const views = ['draw', 'photo', 'inside', 'cost', 'train'];

const browser = await launchChromium();
const server = await serveFolder({ root: join(root, 'dist'), isolated: true });
try {
  const wanted = folder
    ? Object.entries(looks).flatMap(([look, options]) => views.map((view) => ({ look, options, view })))
    : [{ look: 'wide', options: { ...looks.wide, viewport: { width: 1280, height: 1420 } }, view: 'inside' }];
  const target = folder ?? join(root, 'docs');
  mkdirSync(target, { recursive: true });
  for (const { look, options, view } of wanted) {
    if (only && !`${view}-${look}`.includes(only)) continue;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) console.log(view, look, message.text());
    });
    page.on('pageerror', (error) => console.log(view, look, error.message));
    await page.goto(`${server.url}#/${view}?d=${exampleDrawing}`);
    if (view === 'draw') await page.waitForSelector('.bars .best', { timeout: 15_000 });
    if (view === 'inside')
      await page.waitForSelector('[data-testid=module-panel][data-module]', { timeout: 15_000 });
    if (view === 'cost') await page.waitForSelector('.cost-table');
    if (view === 'train') await page.waitForSelector('form');
    await page.waitForTimeout(view === 'inside' ? 6000 : 700);
    const path = join(target, folder ? `${view}-${look}.png` : 'look-inside.png');
    await page.screenshot({ path, fullPage: Boolean(folder) });
    console.log(path);
  }
} finally {
  await browser.close();
  await server.close();
}
