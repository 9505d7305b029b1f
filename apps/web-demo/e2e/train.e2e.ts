import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dist, dropFiles, openSite, type Site } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const phase = (page: Page) => page.getByTestId('run-status').getAttribute('data-phase');
const step = async (page: Page) => Number(await page.getByTestId('run-status').getAttribute('data-step'));

async function waitForStep(page: Page, wanted: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number(document.querySelector('[data-testid=run-status]')?.getAttribute('data-step')) >= least,
    wanted,
    { timeout: 100_000 },
  );
}

async function waitForPhase(page: Page, wanted: string): Promise<void> {
  await page.locator(`[data-testid=run-status][data-phase=${wanted}]`).waitFor({ timeout: 60_000 });
}

/** The smallest run: width 1/16, 500 images, batches of 8. */
async function chooseSmallRun(page: Page): Promise<void> {
  await page.getByLabel('Engine').selectOption('wasm');
  await page.locator('[data-engine=wasm]').waitFor({ timeout: 30_000 });
  await page.getByLabel('Width', { exact: true }).selectOption('0.0625');
  await page.getByLabel('Training images', { exact: true }).selectOption('500');
  await page.getByLabel('Batch size', { exact: true }).selectOption('8');
  await page.getByLabel('Epochs', { exact: true }).fill('2');
  await page.getByLabel('Epochs', { exact: true }).blur();
}

describe('training in the page', () => {
  it('runs on the wasm engine, pauses, goes on, survives a reload and holds no more tensors after 50 steps', async () => {
    const { page, problems } = await site.open('#/train');
    await page.getByRole('heading', { name: 'The run' }).waitFor();
    await chooseSmallRun(page);
    await page.getByRole('button', { name: 'Start training' }).click();
    await waitForStep(page, 3);
    const before = await page.evaluate(() => globalThis.googlenetMemory?.training());

    await page.getByRole('button', { name: 'Pause' }).click();
    await waitForPhase(page, 'paused');
    const pausedAt = await step(page);
    await page.waitForTimeout(1500);
    expect(await step(page)).toBe(pausedAt);
    await page.getByRole('button', { name: 'Go on' }).click();
    await waitForStep(page, pausedAt + 50);
    const after = await page.evaluate(() => globalThis.googlenetMemory?.training());
    // A memory report may fall into a step, whose own tensors come and go; 50 leaking steps would show as 50 or more.
    expect(Math.abs(after!.tensors - before!.tensors)).toBeLessThan(50);

    await page.getByRole('heading', { name: 'What it takes for what' }).waitFor();
    await page.getByRole('heading', { name: 'Its worst mistakes' }).waitFor();
    const counted = await page
      .locator('.matrix tbody td')
      .evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
    expect(counted).toBe(300);

    await page.reload();
    await page.getByRole('button', { name: 'Go on with it' }).waitFor();
    const kept = Number(/step (\d+)/.exec(await page.locator('.kept-run').innerText())?.[1]);
    expect(kept).toBeGreaterThanOrEqual(pausedAt);
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await waitForStep(page, kept + 2);
    expect(await step(page)).toBeLessThan(kept + 40);
    await page.getByRole('button', { name: 'Stop' }).click();
    await waitForPhase(page, 'stopped');
    expect(problems).toEqual([]);

    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    await page.getByRole('button', { name: 'Download' }).click();
    await page.getByRole('button', { name: 'Use it for drawing' }).click();
    await page.getByTestId('loaded-model').getByText('Loaded: trained here').waitFor();
    expect(downloads).toContain('model.json');
    await page.context().close();
  });

  it('says what is wrong with a broken model file, keeps the network, and takes the files of a good one', async () => {
    const { page } = await site.open('#/train');
    await networkReadyOnTrain(page);
    const input = page.getByLabel('Model files');
    const json = readFileSync(join(dist, 'model/model.json'));
    const weights = readFileSync(join(dist, 'model/weights.bin'));
    const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

    const broken = { name: 'model.json', type: 'application/json', bytes: [...Buffer.from('{ "broken')] };
    await dropFiles(page, '[data-testid=model-drop]', [broken]);
    await page.getByRole('alert').getByText('loadModel(model.json): expected JSON').waitFor();
    await input.setInputFiles([file('model.json', Buffer.from('{"name": "another"}'))]);
    await page.getByRole('alert').getByText('expected a TensorFlow.js layers model').waitFor();
    await input.setInputFiles([file('model.json', json)]);
    await page.getByRole('alert').getByText('expected the file weights.bin beside it').waitFor();
    await input.setInputFiles([file('model.json', json), file('weights.bin', weights.subarray(0, 1000))]);
    await page
      .getByRole('alert')
      .getByText(/expected \d+ bytes of weights, got 1000/)
      .waitFor();
    expect(await page.getByTestId('loaded-model').innerText()).toContain('Loaded: shipped');

    await input.setInputFiles([file('model.json', json), file('weights.bin', weights)]);
    await page.getByTestId('loaded-model').getByText('Loaded: model.json').waitFor();
    await page.getByLabel('Begin with', { exact: true }).selectOption('loaded');
    expect(await page.getByLabel('Width', { exact: true }).isDisabled()).toBe(true);
    expect(await phase(page)).toBe('idle');

    await page.getByLabel('Training images', { exact: true }).selectOption('500');
    await page.getByLabel('Batch size', { exact: true }).selectOption('8');
    await page.getByRole('button', { name: 'Start training' }).click();
    await waitForStep(page, 2);
    // A trained network's loss: one that has begun anew would be at 2.3, the logarithm of ten.
    const loss = await page.locator('.facts div', { hasText: 'Loss' }).locator('dd').innerText();
    expect(Number(loss)).toBeLessThan(2);
    await page.getByRole('button', { name: 'Stop' }).click();
    await waitForPhase(page, 'stopped');
    await page.context().close();
  });
});

async function networkReadyOnTrain(page: Page): Promise<void> {
  await page.getByTestId('loaded-model').waitFor({ timeout: 60_000 });
}
