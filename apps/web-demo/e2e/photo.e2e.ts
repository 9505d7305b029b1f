import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../trainer/src/main';
import { fakeIo } from '../../trainer/src/testing/fake-io';
import { madePicture } from '../../trainer/src/testing/made-picture';
import { builtSite, dropFiles, openSite, patience, type Site } from './site';

const shared = join(__dirname, '../../../../shared/weights');
const weights = join(builtSite, 'weights');
const present = existsSync(join(weights, 'weights.json')) && existsSync(join(shared, 'reference.json'));
if (!present)
  process.stdout.write(
    'passed over: the photo view on real weights (no ../shared/weights beside the repository)\n',
  );
const itWithWeights = present ? it : it.skip;

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const picture = (name: string, type = 'image/png') => ({
  name,
  type,
  bytes: [...readFileSync(join(shared, name))],
});

itWithWeights('names a dropped photograph, explains it, and looks into its modules', async () => {
  const { page, problems } = await site.open('#/photo');
  await page.getByText('Drop or paste a photograph here.').waitFor({ timeout: 90_000 });
  await dropFiles(page, '[data-testid=photo-drop]', [picture('chelsea.png')]);
  const best = page.getByTestId('photo-best');
  await best.filter({ hasText: 'Egyptian cat' }).waitFor({ timeout: 30_000 });
  const reference = JSON.parse(readFileSync(join(shared, 'reference.json'), 'utf8')) as {
    top5: Record<string, [number, string, number][]>;
  };
  const found = await page
    .getByTestId('photo-classes')
    .locator('li')
    .evaluateAll((items) =>
      items.map((item) => [
        Number(item.getAttribute('data-class')),
        Number(item.getAttribute('data-probability')),
      ]),
    );
  const expected = reference.top5['chelsea.png'];
  expect(found.map(([index]) => index)).toEqual(expected.map(([index]) => index));
  // 8-bit weights: a few hundredths from the float32 reference.
  found.forEach(([, probability], i) => expect(Math.abs(probability - expected[i][2])).toBeLessThan(0.05));

  await page.locator('[data-testid=photo-cam][data-module=inception_4e]').waitFor({ timeout: 60_000 });
  expect(await page.locator('.photo-modules .module-tile').count()).toBe(9);
  await page.getByRole('button', { name: /^Module 3b/ }).click();
  await page.locator('[data-testid=photo-module][data-module=inception_3b]').waitFor({ timeout: 60_000 });
  expect(await page.getByTestId('photo-module').locator('[data-branch]').count()).toBe(4);
  await page.getByLabel('Evidence for the class').selectOption({ label: 'tiger cat' });
  await page.getByRole('heading', { name: 'Why “tiger cat”?' }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

itWithWeights('takes a sample picture of the site, and says when a file is no picture', async () => {
  const { page } = await site.open('#/photo');
  await page.getByRole('button', { name: 'Sample picture coffee' }).click({ timeout: 90_000 });
  await page.getByTestId('photo-best').filter({ hasText: 'espresso' }).waitFor({ timeout: 30_000 });
  await dropFiles(page, '[data-testid=photo-drop]', [{ name: 'a.png', type: 'image/png', bytes: [1, 2, 3] }]);
  await page.getByRole('alert').filter({ hasText: 'expected' }).waitFor();
  await page.context().close();
});

itWithWeights('loads the weights only when it is opened, and they are at most 8 MB', async () => {
  const { page } = await site.open('');
  await page
    .getByText(/ weights/)
    .first()
    .waitFor({ timeout: 60_000 });
  site.requests.length = 0;
  await page.getByRole('link', { name: 'Photo' }).click();
  await page.getByText('Drop or paste a photograph here.').waitFor({ timeout: 90_000 });
  expect(site.requests.filter((path) => /safetensors/.test(path)).length).toBeLessThanOrEqual(1);
  const [file] = readdirSync(weights).filter((name) => name.endsWith('.safetensors'));
  expect(readFileSync(join(weights, file)).length).toBeLessThan(8e6);
  await page.context().close();
});

it('says how to get the weights where the site has none', async () => {
  const { page } = await site.open('', { serviceWorkers: 'block' });
  await page.route('**/weights/weights.json', (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByRole('link', { name: 'Photo' }).click();
  await page.getByTestId('photo-missing').filter({ hasText: 'npm run weights' }).waitFor();
  await page.context().close();
});

/** A run of the trainer on made-up pictures: a small network of random features under a fitted last layer. */
async function trainOnPictures(cwd: string): Promise<void> {
  ['lying', 'standing'].forEach((name, kind) => {
    mkdirSync(join(cwd, 'stripes', name), { recursive: true });
    for (let i = 0; i < 8; i++) writeFileSync(join(cwd, 'stripes', name, `${i}.png`), madePicture(kind, i));
  });
  const train = ['train', '--data', 'stripes', '--backend', 'wasm', '--threads', '1'];
  const scratch = [
    '--from',
    'scratch',
    '--width',
    '0.125',
    '--epochs',
    '1',
    '--batch-size',
    '8',
    '--out',
    'base',
  ];
  for (const words of [scratch, ['--from', 'base', '--out', 'run']]) {
    const io = fakeIo(cwd);
    expect([await main([...train, ...words], io), io.err()]).toEqual([0, '']);
  }
}

it(
  "opens a network that the trainer has taught, with or without ImageNet's, and answers as googlenet predict does",
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'photo-run-'));
    try {
      await trainOnPictures(cwd);
      const shown = madePicture(1, 50);
      writeFileSync(join(cwd, 'shown.png'), shown);
      const io = fakeIo(cwd);
      await main(
        ['predict', 'shown.png', '--model', 'run', '--json', '--backend', 'wasm', '--threads', '1'],
        io,
      );
      const [{ classes }] = JSON.parse(io.out()) as { classes: { name: string; probability: number }[] }[];

      const { page, problems } = await site.open('', { serviceWorkers: 'block' });
      await page.route('**/weights/weights.json', (route) => route.fulfill({ status: 404, body: '' }));
      await page.getByRole('link', { name: 'Photo' }).click();
      await page.getByTestId('photo-missing').waitFor();
      const files = ['model.json', 'weights.bin'].map((name) => ({
        name,
        type: '',
        bytes: [...readFileSync(join(cwd, 'run/model', name))],
      }));
      await dropFiles(page, '[data-testid=own-network]', files);
      await page
        .getByTestId('own-classes')
        .filter({ hasText: '“stripes” of 2 classes, lying, standing' })
        .waitFor();
      await dropFiles(page, '[data-testid=photo-drop]', [
        { name: 'a.png', type: 'image/png', bytes: [...shown] },
      ]);
      await page.getByTestId('photo-best').filter({ hasText: classes[0].name }).waitFor();
      const found = await page
        .getByTestId('photo-classes')
        .locator('li')
        .evaluateAll((items) =>
          items.map((item) => [
            item.querySelector('.photo-class-name')?.textContent,
            Number(item.getAttribute('data-probability')),
          ]),
        );
      expect(found.map(([name]) => name)).toEqual(classes.map(({ name }) => name));
      found.forEach(([, probability], i) =>
        expect(Math.abs(Number(probability) - classes[i].probability)).toBeLessThan(2e-3),
      );
      await page.locator('[data-testid=photo-cam][data-module=inception_4e]').waitFor({ timeout: 60_000 });
      expect(await page.locator('.photo-modules .module-tile').count()).toBe(9);

      await dropFiles(page, '[data-testid=own-network]', [files[0]]);
      await page.getByRole('alert').filter({ hasText: 'expected the file weights.bin beside it' }).waitFor();
      await page.getByTestId('own-classes').waitFor();
      expect(problems.filter((problem) => !/404/.test(problem))).toEqual([]);
      await page.context().close();
    } finally {
      rmSync(cwd, { recursive: true });
    }
  },
  240_000 * patience,
);
