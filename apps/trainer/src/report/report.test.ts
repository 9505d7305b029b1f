import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { resolveConfig } from '../config/resolve';
import { costsOf } from '../cost-table';
import { main } from '../main';
import { RunFolder } from '../run-folder';
import { fakeIo } from '../testing/fake-io';
import { writeIdxFolder } from '../testing/idx-folder';
import { html } from './html';
import { scaleFor } from './scale';

const EVIL = '<img src=x onerror="alert(1)">\u202e';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-report-'));
  writeIdxFolder(join(cwd, 'data'), { train: 30, test: 10, size: 8 });
  makeRun('one', ['training.augment={}', 'training.epochs=2'], {
    testAccuracy: 0.75,
    testLoss: 0.625,
    calibrationError: 0.0425,
    commit: 'c0ffee',
    machine: { processor: EVIL, cores: 2 },
    confusionMatrix: [
      [3, 1],
      [1, 3],
    ],
    perClass: [
      { label: 0, name: EVIL, support: 4, precision: 0.75, recall: 0.7512, f1: 0.7506 },
      { label: 1, name: 'b & c', support: 4, precision: 0.75, recall: 0.75, f1: 0.75 },
    ],
    calibration: [
      { from: 0, to: 0.5, count: 0, confidence: 0, accuracy: 0 },
      { from: 0.5, to: 1, count: 8, confidence: 0.7925, accuracy: 0.75 },
    ],
    mistakes: [{ index: 3, label: 3, predicted: 7, probability: 0.875, trueProbability: 0.1 }],
  });
  makeRun('two', ['training.epochs=2', 'training.batchSize=8']);
});
afterAll(() => rmSync(cwd, { recursive: true }));

function makeRun(name: string, set: readonly string[], summary?: object): void {
  const data = ['data.source=folder', `data.folder=${join(cwd, 'data')}`, 'data.subset=null'];
  const run = RunFolder.create(
    join(cwd, name),
    resolveConfig({ preset: 'quick', set: [...data, ...set] }, cwd),
  );
  run.appendMetrics({ type: 'start', step: 0, engine: { name: 'wasm', detail: 'one thread' } });
  for (let step = 1; step <= 800; step++)
    run.appendMetrics({
      type: 'step',
      step,
      stepsPerEpoch: 400,
      crossEntropy: step % 2,
      accuracy: 0.5,
      learningRate: 0.001,
      images: 8,
      durationMs: 100,
    });
  run.appendMetrics({
    type: 'epoch',
    epoch: 1,
    step: 400,
    loss: 1.23456,
    accuracy: 0.5,
    durationMs: 65_000,
    imagesPerSecond: 80,
    validation: { loss: 0.54321, accuracy: 0.9125 },
  });
  if (summary !== undefined) run.writeSummary(summary);
  run.unlock();
}

async function report(...args: string[]): Promise<string> {
  const io = fakeIo(cwd);
  expect([await main(['report', ...args, '--out', 'page.html', '--verbose'], io), io.out()]).toEqual([
    0,
    expect.stringMatching(/^report page\.html \(\d+ KB\)\n$/),
  ]);
  return readFileSync(join(cwd, 'page.html'), 'utf8');
}

const VOID = ['meta', 'img', 'br'];

/** Every element that was opened is closed, in order; `<path/>` closes itself. */
function unclosed(page: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', self] of page.matchAll(/<(\/?)([a-z]\w*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (VOID.includes(name) || self === '/') continue;
    if (end !== '/') open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}

/** The cells of the tables of a section. */
function rows(page: string, id: string): string[][] {
  const [, section = ''] = new RegExp(`<section id="${id}">(.*?)</section>`, 's').exec(page) ?? [];
  return [...section.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
      cell
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&'),
    ),
  );
}

describe('googlenet report', () => {
  it('shows the numbers of the files of a run', async () => {
    const page = await report('one');
    expect(unclosed(page)).toEqual([]);
    expect(rows(page, 'epochs-1')[1]).toEqual([
      '1',
      '1.2346',
      '50.00 %',
      '0.5432',
      '91.25 %',
      '1:05',
      '80.0',
    ]);
    const [first, second] = [EVIL.slice(0, -1), 'b & c'];
    expect(rows(page, 'confusion-1')).toEqual([
      ['', first, second],
      [first, '3', '1'],
      [second, '1', '3'],
    ]);
    expect(rows(page, 'classes-1').slice(1)).toEqual([
      [first, '4', '75.00 %', '75.12 %', '75.06 %'],
      [second, '4', '75.00 %', '75.00 %', '75.00 %'],
    ]);
    expect(rows(page, 'calibration-1').slice(1)).toEqual([['50.0 % to 100.0 %', '8', '79.25 %', '75.00 %']]);
    expect(page).toContain('Expected calibration error: 4.25 %.');
    expect(rows(page, 'environment-1')).toEqual(
      expect.arrayContaining([
        ['engine', 'wasm: one thread'],
        ['commit', 'c0ffee'],
        ['processor', first],
      ]),
    );
    expect(rows(page, 'configuration-1')).toContainEqual(['training.epochs', '2']);
    expect(page).toContain('A point of training is the mean of 3 steps.');
    expect(page).toContain('<title>validation, 1: 0.543</title>');
  });

  it('carries the pictures of mistakes and of augmentation in itself', async () => {
    const page = await report('one');
    const pictures = [...page.matchAll(/<img\s+src="data:image\/png;base64,([\w+/=]+)"\s+alt="([^"]*)"/g)];
    expect(pictures.filter(([, , alt]) => alt === 'test image 3')).toHaveLength(1);
    // Six training images, each as it is and changed seven times.
    expect(pictures).toHaveLength(1 + 6 * 8);
    const mistake = PNG.sync.read(Buffer.from(pictures[0]?.[1] ?? '', 'base64'));
    // Class 3 is a bright block at the upper right, drawn dark on white.
    expect([mistake.width, mistake.height, mistake.data[4 * 7]]).toEqual([8, 8, 25]);
    expect(page).toMatch(/3, taken for 7<br \/><span\s+class="note"\s*>87\.5 %, #3<\/span/);
  });

  it('needs nothing from elsewhere, and lets no text of a file become markup', async () => {
    const page = await report('one', 'two');
    expect(page).not.toMatch(/<script|<link|<img src=x|url\(|@import|\u202e|(?:src|href)="(?!data:)/);
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(unclosed(page)).toEqual([]);
  });

  it('lays runs over one another and says how their settings differ', async () => {
    const page = await report('one', 'two');
    expect(rows(page, 'differences').map((row) => row.slice(0, 3))).toEqual([
      ['setting', 'one', 'two'],
      ['training.batchSize', '64', '8'],
      ...rows(page, 'differences').filter(([name]) => name?.startsWith('training.augment')),
    ]);
    expect(rows(page, 'results')).toContainEqual(['test accuracy', '75.00 %', '-']);
    const [loss = ''] = /<figure class="chart">.*?<\/figure>/s.exec(page) ?? [];
    expect([...loss.matchAll(/<\/svg\s*>([^<]+)<\/li>/g)].map(([, name]) => name?.trim())).toEqual([
      'one, training',
      'one, validation',
      'two, training',
      'two, validation',
    ]);
  });

  it('says what it leaves out, and why', async () => {
    const page = await report('two');
    expect(page).toContain('The run has not come to its end: nothing is evaluated yet.');
    expect(page).toContain('They come with the network at the end of the run.');
    rmSync(join(cwd, 'data'), { recursive: true });
    expect(await report('one')).toMatch(/The images of the run are not at hand \([^)]*data/);
    writeIdxFolder(join(cwd, 'data'), { train: 30, test: 10, size: 8 });
    writeFileSync(join(cwd, 'one', 'summary.json'), JSON.stringify({ data: { sha256: { some: 'other' } } }));
    expect(await report('one')).toContain(
      'The images are others than those of the run: their checksums differ.',
    );
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('refuses what is no run', async () => {
    const io = fakeIo(cwd);
    expect(await main(['report', 'data'], io)).toBe(2);
    expect(io.err()).toMatch(
      /^googlenet: report: expected a run folder, got data: no run: it has no config\.json/,
    );
  });
});

it('html escapes text and keeps markup', () => {
  expect(html`<b title="${`"'`}">${['<', html`<i>${1}</i>`]}${undefined}${false}</b>`.markup).toBe(
    '<b title="&quot;&#39;">&lt;<i>1</i></b>',
  );
});

it.each([
  [[0.1, 0.93], {}, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [[7, 7], {}, [6, 8]],
  [[0.002, 3], { log: true }, [0.001, 0.01, 0.1, 1, 10]],
  [[1, 3], { log: true }, [1, 1.5, 2, 2.5, 3]],
  [[], {}, [0, 0.2, 0.4, 0.6, 0.8, 1]],
])('an axis for %j with %j has the ticks %j', (values, options, ticks) => {
  const scale = scaleFor(values, options);
  expect([scale.at(scale.ticks[0] ?? Number.NaN), scale.at(scale.ticks.at(-1) ?? Number.NaN)]).toEqual([
    0, 1,
  ]);
  if (values.length !== 2 || values[0] !== 7) expect(scale.ticks).toEqual(ticks);
  for (const value of values) expect(scale.at(value)).toBeLessThanOrEqual(1);
});

it('costs are summed over the layers of a module', () => {
  const row = (name: string, parameters: number, macs: number, size = 7) => ({
    name,
    className: '',
    outputShape: [null, size, size, 8],
    parameters,
    macs,
  });
  expect(
    costsOf([
      row('conv1_conv', 9, 90),
      row('conv1_bn', 4, 0),
      row('conv1', 0, 0),
      row('inception_3a_1x1_conv', 2, 20),
      row('inception_3a', 0, 0, 5),
    ]),
  ).toEqual([
    { name: 'conv1', output: '7x7x8', parameters: 13, macs: 90 },
    { name: 'inception_3a', output: '5x5x8', parameters: 2, macs: 20 },
  ]);
});
