import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@googlenet/formats';
import { googlenet } from '@googlenet/model';
import { main } from '../main';
import { ENGINE } from '../testing/engine';
import { fakeIo, interruptAt } from '../testing/fake-io';
import { madePicture } from '../testing/made-picture';

jest.setTimeout(900_000);

const PER_CLASS = 10;
const root = join(__dirname, '../../../..');
const realWeights = join(root, '../shared/weights/bvlc_googlenet.caffemodel');
const cwd = mkdtempSync(join(tmpdir(), 'tutorial-'));
afterAll(() => rmSync(cwd, { recursive: true }));

/** The commands of the README's tutorial, in their order. */
const commands = (() => {
  const readme = readFileSync(join(root, 'packages/images/README.md'), 'utf8');
  const [, section = ''] = /## Your own pictures in ten minutes\n([^]*?)\n## /.exec(readme) ?? [];
  return [...section.matchAll(/^googlenet (.+)$/gm)].map(([, words]) => words.split(/\s+/));
})();

const json = (...path: string[]) =>
  JSON.parse(readFileSync(join(cwd, ...path), 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  ['cat', 'dog'].forEach((name, kind) => {
    mkdirSync(join(cwd, 'pets', name), { recursive: true });
    for (let i = 0; i < PER_CLASS; i++)
      writeFileSync(join(cwd, 'pets', name, `${i}.png`), madePicture(kind, i));
  });
  writeFileSync(join(cwd, 'photo.jpg'), madePicture(1, 77));
  const file = join(cwd, 'bvlc_googlenet.caffemodel');
  if (existsSync(realWeights)) symlinkSync(realWeights, file);
  else {
    process.stdout.write(
      'the tutorial runs on random weights (no ../shared/weights beside the repository)\n',
    );
    await import('@tensorflow/tfjs-backend-cpu');
    const model = googlenet({ variant: 'paper', seed: 1 });
    writeFileSync(file, await writeSafetensors(model));
    model.dispose();
  }
});

it('every command of "your own pictures in ten minutes" does what the text says, on made-up pictures', async () => {
  expect(commands.map(([command]) => command)).toEqual([
    'classify',
    'train',
    'predict',
    'evaluate',
    'train',
    'train',
    'train',
    'train',
  ]);
  const said: string[] = [];
  for (const words of commands) {
    const io = fakeIo(cwd);
    const stops = words.includes('runs/deeper') && words.includes('--no-augment');
    if (words.includes('skip')) writeFileSync(join(cwd, 'pets/dog/broken.png'), 'no picture');
    else rmSync(join(cwd, 'pets/dog/broken.png'), { force: true });
    if (stops) interruptAt(io, /^epoch 1\//);
    const code = await main([...words, '--backend', ENGINE, '--threads', '1'], io);
    expect([words.join(' '), code, code === 0 ? '' : io.err()]).toEqual([
      words.join(' '),
      stops ? 130 : 0,
      stops ? io.err() : '',
    ]);
    said.push(io.out() + io.err());
  }
  const [classified, taught, predicted, evaluated, balanced, stopped, resumed] = said;

  expect(classified.match(/^pets\/cat\/\d\.png$/gm)).toHaveLength(PER_CLASS);
  expect(taught).toContain('2 classes (cat, dog): 16 training, 4 validation, 0 test pictures');
  expect(json('runs/pets/summary.json')).toMatchObject({ evaluatedOn: 'validation', steps: 0 });
  expect(json('runs/pets/pictures.json')).toMatchObject({ classNames: ['cat', 'dog'], skipped: [] });
  expect(predicted).toMatch(/photo\.jpg\n +(cat|dog) +[\d.]+ %/);
  expect(evaluated).toContain('validation accuracy');
  expect(balanced).toContain('1 skipped');
  expect(json('runs/balanced/pictures.json').skipped).toEqual([
    expect.objectContaining({ file: 'dog/broken.png' }),
  ]);
  expect(stopped).toContain('layers up to inception_4e computed once for 20 pictures');
  expect(resumed).toContain('epoch 3/3');
  const models = ['pets', 'deeper', 'deepest'].map((run) => json('runs', run, 'model/model.json'));
  for (const model of models)
    expect(model.userDefinedMetadata).toMatchObject({
      googlenet: { classNames: ['cat', 'dog'], preprocessing: { size: 224 } },
    });
});
