import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import {
  builtSite,
  drawDigit,
  networkReady,
  openSite,
  seriousProblems,
  settledAnswer,
  type Site,
} from './site';

const VIEWS = ['draw', 'photo', 'inside', 'inside/story', 'cost', 'train'];

async function viewIsThere(page: Page, view: string): Promise<void> {
  const names = {
    draw: ['Draw a digit', 'Draw'],
    photo: ['A photograph', 'Photo'],
    inside: ['Nine modules', 'Look inside'],
    'inside/story': ['From a pixel', 'Look inside'],
    cost: ['The 1×1 convolution', 'Cost'],
    train: ['Train it here', 'Train'],
  };
  const [heading, title] = names[view as keyof typeof names];
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  expect(await page.title()).toBe(`${title} · GoogLeNet in the browser`);
}

describe('the site, on a host with isolation headers', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  it.each([
    ['wide', { viewport: { width: 1280, height: 900 } }],
    ['in dark mode', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' as const }],
    ['in colours of the system', { viewport: { width: 1280, height: 900 }, forcedColors: 'active' as const }],
    ['at phone width', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
  ])('is accessible and fits its window, %s', async (_, options) => {
    const { page, problems } = await site.open('#/draw', { ...options, reducedMotion: 'reduce' });
    await networkReady(page);
    await page.getByRole('button', { name: 'Test digit 8' }).click();
    await settledAnswer(page);
    for (const view of VIEWS) {
      await page.evaluate((name) => (location.hash = `#/${name}`), view);
      await viewIsThere(page, view);
      if (view === 'inside') await page.locator('[data-testid=module-panel][data-module]').waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([view, overflow]).toEqual([view, Math.min(0, overflow)]);
    }
    // The photo view asks whether the site has weights.
    expect(problems.filter((problem) => !/404/.test(problem))).toEqual([]);
    await page.context().close();
  });

  it.each([
    [320, 700],
    [768, 1024],
    [1024, 768],
  ])('fits a window %d pixels wide, in every view', async (width, height) => {
    const { page } = await site.open('#/draw', { viewport: { width, height } });
    await networkReady(page);
    for (const view of VIEWS) {
      await page.evaluate((name) => (location.hash = `#/${name}`), view);
      await viewIsThere(page, view);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([view, overflow]).toEqual([view, Math.min(0, overflow)]);
    }
    await page.context().close();
  });

  it('moves hardly anything while it loads', async () => {
    const { page } = await site.open('about:blank');
    await page.addInitScript(() => {
      const shifts: { value: number; hadRecentInput: boolean }[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        shifts.push(...(list.getEntries() as unknown as typeof shifts));
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(site.url);
    await networkReady(page);
    await page.waitForTimeout(1500);
    const shift = await page.evaluate(() =>
      (globalThis as unknown as { shifts: { value: number; hadRecentInput: boolean }[] }).shifts
        .filter(({ hadRecentInput }) => !hadRecentInput)
        .reduce((sum, { value }) => sum + value, 0),
    );
    console.log(`Layout shift while loading: ${shift.toFixed(4)}`);
    expect(shift).toBeLessThan(0.02);
    await page.context().close();
  });

  it('says what network it has, with the numbers of the record beside it, and where it is from', async () => {
    const { page } = await site.open();
    await networkReady(page);
    const record = JSON.parse(readFileSync(join(builtSite, 'model/run.json'), 'utf8')) as {
      testAccuracy: number;
    };
    await page
      .getByTestId('about-facts')
      .getByText(`${(100 * record.testAccuracy).toFixed(2)} %`)
      .first()
      .waitFor();
    const footer = page.locator('footer');
    for (const file of ['Licences', 'Notices']) {
      const address = await footer.getByRole('link', { name: file }).getAttribute('href');
      expect(existsSync(join(builtSite, address ?? 'nothing'))).toBe(true);
    }
    await page.context().close();
  });

  it('ships its network in 8 bits a weight', () => {
    const { weightsManifest } = JSON.parse(readFileSync(join(builtSite, 'model/model.json'), 'utf8')) as {
      weightsManifest: { weights: { name: string; quantization?: { dtype: string } }[] }[];
    };
    const kernels = weightsManifest
      .flatMap(({ weights }) => weights)
      .filter(({ name }) => name.endsWith('kernel'));
    expect(kernels.length).toBeGreaterThan(50);
    for (const { quantization } of kernels) expect(quantization?.dtype).toBe('uint8');
    expect(readFileSync(join(builtSite, 'model/weights.bin')).length).toBeLessThan(500_000);
  });

  it('names a picture and a text for previews of its link', () => {
    const html = readFileSync(join(builtSite, 'index.html'), 'utf8');
    const meta = (name: string) =>
      new RegExp(`<meta\\s+(?:property|name)="${name}"\\s+content="([^"]+)"`).exec(html)?.[1] ?? '';
    expect(existsSync(join(builtSite, meta('og:image').replace(/^.*\//, '')))).toBe(true);
    for (const name of ['og:title', 'og:description', 'og:image:alt', 'twitter:card'])
      expect(meta(name)).not.toBe('');
  });

  it('fetches its copy for use without a network only after the first answer', async () => {
    const { page } = await site.open('?first');
    const from = site.requests.length;
    await networkReady(page);
    await page.waitForTimeout(1000);
    expect(site.requests.slice(from).filter((path) => path.endsWith('sw.js'))).toEqual([]);
    await drawDigit(page, 1);
    await settledAnswer(page);
    await page.getByText('This page now also opens without a network.').waitFor();
    expect(site.requests.slice(from).some((path) => path.endsWith('sw.js'))).toBe(true);
    await page.context().close();
  });

  it('shows dark colours when the system or the visitor asks for them', async () => {
    const { page } = await site.open('', { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await background()).toBe('rgb(18, 20, 26)');
    await page.getByRole('button', { name: 'Colours: auto' }).click();
    expect(await background()).toBe('rgb(246, 244, 239)');
    await page.reload();
    expect(await background()).toBe('rgb(246, 244, 239)');
    await page.context().close();
  });

  it('says which engine computes, lets one choose, and falls through to the next where one fails', async () => {
    const { page } = await site.open();
    await networkReady(page);
    expect(await page.getByLabel('Engine').inputValue()).toBe('wasm');
    await page
      .getByText('WebGPU found no graphics processor')
      .or(page.getByText('this browser has no WebGPU'))
      .waitFor();
    // WebGL is emulated here: compiling its shaders takes a while on a busy machine.
    for (const [engine, digit] of [
      ['cpu', '3'],
      ['webgl', '6'],
    ] as const) {
      await page.getByLabel('Engine').selectOption(engine);
      await page.locator(`[data-engine=${engine}]`).waitFor({ timeout: 150_000 });
      await page.getByRole('button', { name: `Test digit ${digit}` }).click();
      await page.getByText(`Right: its writer meant ${digit}.`).waitFor({ timeout: 150_000 });
    }
    await page.getByLabel('Engine').selectOption('webgpu');
    await page.locator('[data-engine=wasm]').waitFor();
    await page.context().close();
  }, 300_000);

  it('needs at most 600 KB of JavaScript, gzipped, for its first prediction', async () => {
    const { page } = await site.open('?budget', { serviceWorkers: 'block' });
    const scripts = new Set<string>();
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.add(new URL(response.url()).pathname);
    });
    const from = site.requests.length;
    await page.reload();
    await networkReady(page);
    await drawDigit(page, 1);
    await settledAnswer(page);
    for (const path of site.requests.slice(from))
      if (path.endsWith('.js') && !path.endsWith('sw.js')) scripts.add(path);
    expect(scripts.size).toBeGreaterThan(2);
    const sizes = [...scripts].map(
      (path) => [path, gzipSync(readFileSync(join(builtSite, path))).length] as const,
    );
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    console.log(
      `JavaScript before the first prediction: ${(total / 1000).toFixed(0)} KB gzipped in ${sizes.length} files`,
    );
    expect(total).toBeLessThanOrEqual(600_000);
    await page.context().close();
  });
});

describe('the site, on a plain static host under a base path', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite({ isolated: false, base: '/some/where/' });
  });
  afterAll(() => site?.close());

  it('works without isolation headers, on one thread, and gains threads with the second visit', async () => {
    const { page, problems } = await site.open();
    await networkReady(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByText('WebAssembly (1 thread)').waitFor();
    await drawDigit(page, 7);
    expect(await settledAnswer(page)).toBe('7');
    await page.getByText('This page now also opens without a network.').waitFor();
    await page.reload();
    await networkReady(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('opens without a network after the first visit, every view and the network with it', async () => {
    const { page } = await site.open();
    await page.getByText('This page now also opens without a network.').waitFor({ timeout: 60_000 });
    await page.context().setOffline(true);
    await page.reload();
    await networkReady(page);
    await drawDigit(page, 2);
    expect(await settledAnswer(page)).toBe('2');
    for (const view of VIEWS) {
      await page.evaluate((name) => (location.hash = `#/${name}`), view);
      await viewIsThere(page, view);
    }
    await page.context().close();
  });

  it('has a strict policy in its page and no inline script', () => {
    const html = readFileSync(join(builtSite, 'index.html'), 'utf8');
    const policy = (/Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll(
      '&#39;',
      "'",
    );
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:/);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(readdirSync(builtSite)).toContain('sw.js');
  });
});
