import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeOnnx, decodeSafetensors, readZip } from '@googlenet/formats';
import type { Page } from 'playwright-core';
import { builtSite, dropFiles, openSite, patience, seriousProblems, type Site } from './site';

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
    { timeout: 100_000 * patience },
  );
}

async function waitForPhase(page: Page, wanted: string): Promise<void> {
  await page
    .locator(`[data-testid=run-status][data-phase=${wanted}]`)
    .waitFor({ timeout: 60_000 * patience });
}

/** A second tab of the same browser may not train while the first does. */
async function refusedInAnotherTab(page: Page): Promise<void> {
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Start training' }).click();
  await other.getByRole('alert').getByText('Another tab of this page is training.').waitFor();
  await other.close();
}

/** The smallest run: width 1/16, 500 images, batches of 8. */
async function chooseSmallRun(page: Page, epochs = 2): Promise<void> {
  await page.getByLabel('Engine').selectOption('wasm');
  await page.locator('[data-engine=wasm]').waitFor({ timeout: 30_000 * patience });
  await page.getByLabel('Width', { exact: true }).selectOption('0.0625');
  await page.getByLabel('Training images', { exact: true }).selectOption('500');
  await page.getByLabel('Batch size', { exact: true }).selectOption('8');
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByLabel('Epochs', { exact: true }).blur();
}

describe('training in the page', () => {
  it('runs on the wasm engine, pauses, goes on, survives a reload and holds no more tensors after 50 steps', async () => {
    const { page, problems } = await site.open('#/train');
    await page.getByRole('heading', { name: 'A run of your own' }).waitFor();
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
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousProblems(page)).toEqual([]);
    }

    await page.reload();
    const run = page.getByTestId('run');
    await run.getByRole('button', { name: 'Go on' }).waitFor();
    const kept = Number(/step (\d+)/.exec(await run.innerText())?.[1]);
    expect(kept).toBeGreaterThanOrEqual(pausedAt);
    await run.getByRole('button', { name: 'Go on' }).click();
    await waitForStep(page, kept + 2);
    expect(await step(page)).toBeLessThan(kept + 40);
    await page.getByTestId('run-status').getByRole('button', { name: 'Stop' }).click();
    await waitForPhase(page, 'stopped');
    expect(problems).toEqual([]);

    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    await run.getByRole('button', { name: 'Download' }).click();
    await run.getByRole('button', { name: 'TensorFlow.js' }).click();
    await run.getByRole('button', { name: 'Close' }).click();
    await run.getByRole('button', { name: 'Draw with it' }).click();
    await page.getByRole('heading', { name: 'Draw a digit' }).waitFor();
    expect(downloads).toContain('model.json');
    await page.context().close();
  });

  it('keeps every run: two of them side by side, one at a time over all tabs, renamed, and deleted after a question', async () => {
    const { page } = await site.open('#/train');
    await chooseSmallRun(page, 1);
    const runs = page.getByTestId('run');
    for (const rate of ['0.002', '0.004']) {
      await page.getByLabel('Learning rate').fill(rate);
      await page.getByRole('button', { name: 'Start training' }).click();
      await waitForStep(page, 2);
      if (rate === '0.002') await refusedInAnotherTab(page);
      await waitForPhase(page, 'done');
    }
    await page.reload();
    await runs.nth(1).waitFor();
    expect(await runs.evaluateAll((all) => all.map((run) => run.getAttribute('data-run')))).toEqual([
      'Width 1/16, 500 images, 1 epoch (2)',
      'Width 1/16, 500 images, 1 epoch',
    ]);
    for (const box of await runs.getByRole('checkbox').all()) await box.check();
    const comparison = page.getByTestId('comparison');
    expect(await comparison.locator('.line-chart').count()).toBe(2);
    const accuracies = await comparison
      .getByRole('row', { name: 'Validation accuracy' })
      .locator('td')
      .allInnerTexts();
    expect(accuracies).toHaveLength(2);
    for (const accuracy of accuracies) expect(accuracy).toMatch(/^\d+\.\d %$/);

    await runs.first().getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('New name of').fill('Faster');
    await page.getByRole('button', { name: 'Save the name' }).click();
    await page.locator('[data-run=Faster]').waitFor();
    await runs.first().getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await runs.count()).toBe(2);
    await runs.first().getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.locator('[data-run=Faster]').waitFor({ state: 'detached' });
    await page.reload();
    await runs.first().waitFor();
    expect(await runs.count()).toBe(1);

    await page.getByLabel('Epochs', { exact: true }).fill('2.5');
    await page.getByRole('alert').getByText('Epochs: a whole number from 1 to 100.').waitFor();
    await page.getByLabel('Epochs', { exact: true }).blur();
    expect(await page.getByLabel('Epochs', { exact: true }).inputValue()).toBe('3');
    await page.context().close();
  });

  it('takes over the run that an earlier version of the page kept', async () => {
    const { page } = await site.open('#/train');
    await page.evaluate(() => {
      const history = { step: [1, 2], loss: [2.3, 2], accuracy: [0.1, 0.3], validation: [] };
      const run = { settings: { epochs: 2 }, modelTopology: { a: 1 }, history, step: 2, totalSteps: 9 };
      localStorage.setItem('googlenet-run', JSON.stringify(run));
    });
    await page.reload();
    await page.locator('[data-run="Earlier run"]').getByText('kept at step 2 of 9').waitFor();
    await page.reload();
    await page.locator('[data-run="Earlier run"]').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('googlenet-run'))).toBeNull();
    await page.context().close();
  });

  it('hands out the shipped network for other programs', async () => {
    const { page, problems } = await site.open('#/train');
    await networkReadyOnTrain(page);
    await page.getByRole('button', { name: 'Download “shipped”' }).click();
    const menu = page.getByRole('group', { name: 'Download shipped' });
    const get = async (button: string): Promise<[name: string, bytes: Uint8Array]> => {
      const [download] = await Promise.all([
        page.waitForEvent('download', { timeout: 90_000 * patience }),
        menu.getByRole('button', { name: button }).click(),
      ]);
      return [download.suggestedFilename(), new Uint8Array(readFileSync(await download.path()))];
    };
    const record = JSON.parse(readFileSync(join(builtSite, 'model/run.json'), 'utf8')) as {
      shipped: { parameters: number };
    };

    const [onnxName, onnx] = await get('ONNX');
    expect(onnxName).toBe('shipped.onnx');
    const graph = decodeOnnx(onnx);
    expect(graph.inputs).toEqual([{ name: expect.any(String) as string, shape: ['batch', 1, 28, 28] }]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([['batch', 10]]);
    expect(JSON.parse(graph.metadata.classes ?? '')).toEqual([...'0123456789']);
    expect(graph.nodes.filter(({ opType }) => opType === 'Conv').length).toBeGreaterThanOrEqual(9 * 6);
    if (process.env.KEEP_DOWNLOADS) writeFileSync(join(process.env.KEEP_DOWNLOADS, onnxName), onnx);

    const [safetensorsName, safetensors] = await get('safetensors');
    expect(safetensorsName).toBe('shipped.safetensors');
    const { tensors } = decodeSafetensors(safetensors);
    const sizes = [...tensors.entries()]
      .filter(([name]) => !name.endsWith('num_batches_tracked'))
      .map(([, { shape }]) => shape.reduce((product, side) => product * side, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(record.shipped.parameters);

    const [kerasName, keras] = await get('Keras 3');
    expect([kerasName, [...readZip(keras).keys()]]).toEqual([
      'shipped.keras',
      ['metadata.json', 'config.json', 'model.weights.h5'],
    ]);
    const [, folder] = await get('Hugging Face');
    const card = await readZip(folder).get('shipped/README.md')?.read();
    expect(new TextDecoder().decode(card)).toContain('arXiv:1409.4842');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('says what is wrong with a broken model file, keeps the network, and takes the files of a good one', async () => {
    const { page } = await site.open('#/train');
    await networkReadyOnTrain(page);
    const input = page.getByLabel('Model files');
    const json = readFileSync(join(builtSite, 'model/model.json'));
    const weights = readFileSync(join(builtSite, 'model/weights.bin'));
    const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

    const broken = { name: 'model.json', type: 'application/json', bytes: [...Buffer.from('{ "broken')] };
    await dropFiles(page, '[data-testid=model-drop]', [broken]);
    await page.getByRole('alert').getByText('model.json: expected JSON').waitFor();
    await input.setInputFiles([file('model.json', Buffer.from('{"name": "another"}'))]);
    await page.getByRole('alert').getByText('expected a TensorFlow.js layers model').waitFor();
    await input.setInputFiles([file('model.json', json)]);
    await page.getByRole('alert').getByText('expected the file weights.bin beside it').waitFor();
    await input.setInputFiles([file('model.json', json), file('weights.bin', weights.subarray(0, 1000))]);
    await page
      .getByRole('alert')
      .getByText(/expected \d+ bytes of weights, got 1000/)
      .waitFor();
    await input.setInputFiles([
      file('model.json', withoutChecksums(json)),
      file('weights.bin', withOneNaN(weights, json)),
    ]);
    await page
      .getByRole('alert')
      .getByText(/expected finite weights, got NaN or infinity in/)
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

interface Manifest {
  weightsManifest: { weights: { shape: number[]; quantization?: { dtype: string } }[] }[];
}

/** A little-endian weight file in which the first number that is kept as float32 is none. */
function withOneNaN(weights: Buffer, json: Buffer): Buffer {
  const [{ weights: entries }] = (JSON.parse(json.toString()) as Manifest).weightsManifest;
  const first = entries.findIndex(({ quantization }) => quantization === undefined);
  const sizes = entries.slice(0, first).map(({ shape, quantization }) => {
    expect(quantization?.dtype).toBe('uint8');
    return shape.reduce((product, side) => product * side, 1);
  });
  const broken = Buffer.from(weights);
  broken.writeFloatLE(
    Number.NaN,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  return broken;
}

/** So that a changed weight file is refused for what is in it, and not for its checksum. */
function withoutChecksums(json: Buffer): Buffer {
  const model = JSON.parse(json.toString()) as { userDefinedMetadata?: { googlenet?: object } };
  if (model.userDefinedMetadata?.googlenet)
    model.userDefinedMetadata.googlenet = { ...model.userDefinedMetadata.googlenet, sha256: undefined };
  return Buffer.from(JSON.stringify(model));
}

async function networkReadyOnTrain(page: Page): Promise<void> {
  await page.getByTestId('loaded-model').waitFor({ timeout: 60_000 * patience });
}
