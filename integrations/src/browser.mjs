import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { root } from './packages.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Serves a folder on the loopback address, cross-origin isolated as threads in a page need it. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response
      .writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      })
      .end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/**
 * Opens a built site in a headless browser and reads an element's text as soon as it has some.
 *
 * @param {string} folder - with an index.html
 * @param {string} selector
 * @returns {Promise<string | undefined>} undefined where no browser is installed
 * @throws {Error} if the page reports an error first
 */
export async function readPage(folder, selector) {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (!existsSync(executablePath)) return undefined;
  const { chromium } = createRequire(join(root, 'apps', 'web-demo', 'package.json'))('playwright-core');
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    const failed = new Promise((_, reject) => page.once('pageerror', reject));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const filled = page.waitForFunction((at) => document.querySelector(at)?.textContent, selector, {
      timeout: 60_000,
    });
    return await (await Promise.race([filled, failed])).jsonValue();
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
