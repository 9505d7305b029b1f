import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumFlags, chromiumHint, findChromium } from '../scripts/chromium.cjs';
import { serveFolder } from '../scripts/static-server.cjs';
import { digitStrokes } from './digit-strokes';

const axePath = createRequire(__filename).resolve('axe-core/axe.min.js');

export const builtSite = join(__dirname, '../build/e2e-site');

/** How much longer than usual to wait; see jest.e2e.config.mjs. */
export const patience = Number(process.env.E2E_PATIENCE ?? 1);

export interface Site {
  url: string;
  /** Every path that was asked for. */
  requests: string[];
  browser: Browser;
  /** A page in a context of its own; `problems` collects errors and policy violations. */
  open: (path?: string, options?: BrowserContextOptions) => Promise<{ page: Page; problems: string[] }>;
  close: () => Promise<void>;
}

/** Serves the built site and starts a browser. */
export async function openSite(options: { isolated?: boolean; base?: string } = {}): Promise<Site> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(chromiumHint);
  const server = await serveFolder({ root: builtSite, isolated: true, ...options });
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  return {
    url: server.url,
    requests: server.requests,
    browser,
    async open(path = '', contextOptions = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
      context.setDefaultTimeout(30_000 * patience);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(path === 'about:blank' ? path : server.url + path);
      return { page, problems };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

/** What axe finds that is serious or critical, one line each. */
export async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<AxeResult> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
    );
}

/** Waits until the shipped network can answer. */
export async function networkReady(page: Page): Promise<void> {
  await page
    .getByText(/ weights/)
    .first()
    .waitFor({ timeout: 60_000 * patience });
}

/** Draws a digit with the mouse. */
export async function drawDigit(page: Page, digit: number): Promise<void> {
  const canvas = page.getByLabel('Drawing canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('drawDigit: expected a visible canvas, got none.');
  for (const stroke of digitStrokes[digit] ?? []) {
    const [first, ...rest] = stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
    if (!first) continue;
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point);
    await page.mouse.up();
  }
}

/** The digit that the page shows as its answer, once it has settled. */
export async function settledAnswer(page: Page): Promise<string> {
  const answer = page.getByTestId('answer');
  let last = '';
  for (let i = 0; i < 40; i++) {
    await page.waitForTimeout(150);
    const bars = await page
      .locator('.bars li')
      .evaluateAll((items) => items.map((item) => item.getAttribute('data-probability')).join());
    const now = `${await answer.innerText()}|${bars}`;
    if (now === last && !now.startsWith('?')) break;
    last = now;
  }
  return (await answer.innerText()).trim().slice(-1);
}

/** Drops files on an element, as a hand with a mouse would. */
export async function dropFiles(
  page: Page,
  selector: string,
  files: { name: string; type: string; bytes: number[] }[],
): Promise<void> {
  await page.locator(selector).evaluate((element, dropped) => {
    const dataTransfer = new DataTransfer();
    for (const { name, type, bytes } of dropped)
      dataTransfer.items.add(new File([Uint8Array.from(bytes)], name, { type }));
    for (const type of ['dragover', 'drop']) {
      element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, files);
}

/** Draws a digit with a finger. */
export async function touchDigit(page: Page, digit: number): Promise<void> {
  const canvas = page.getByLabel('Drawing canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('touchDigit: expected a visible canvas, got none.');
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  for (const stroke of digitStrokes[digit] ?? []) {
    const points = stroke.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height }));
    await touch('touchStart', points.slice(0, 1));
    for (const point of points.slice(1)) await touch('touchMove', [point]);
    await touch('touchEnd', []);
  }
}
