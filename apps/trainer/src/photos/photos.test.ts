import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { main } from '../main';
import { ENGINE } from '../testing/engine';
import { fakeIo, interruptAt, type FakeIo } from '../testing/fake-io';
import { madePicture } from '../testing/made-picture';
import { savePhotoNetwork } from '../testing/photo-network';

jest.setTimeout(240_000);

const cwd = mkdtempSync(join(tmpdir(), 'photos-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function write(name: string, content: Buffer | string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

const ENGINE_OPTIONS = ['--backend', ENGINE, '--threads', '1'];

async function run(...args: string[]): Promise<{ io: FakeIo; code: number }> {
  const io = fakeIo(cwd);
  return { io, code: await main(args, io) };
}

/** The numbers of a weight in a saved model, by its name. */
function weightOf(folder: string, name: string): number[] {
  const json = JSON.parse(readFileSync(join(cwd, folder, 'model.json'), 'utf8')) as {
    weightsManifest: { weights: { name: string; shape: number[] }[] }[];
  };
  const bytes = new Uint8Array(readFileSync(join(cwd, folder, 'weights.bin')));
  let at = 0;
  for (const { name: found, shape } of json.weightsManifest[0].weights) {
    const size = 4 * shape.reduce((product, side) => product * side, 1);
    if (found === name) return [...new Float32Array(bytes.slice(at, at + size).buffer)];
    at += size;
  }
  throw new Error(`weightOf: expected ${name}, got none`);
}

const summaryOf = (folder: string) =>
  JSON.parse(readFileSync(join(cwd, folder, 'summary.json'), 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  for (let i = 0; i < 20; i++) {
    write(`pets/lying/${i}.png`, madePicture(0, i));
    write(`pets/standing/${i}.png`, madePicture(1, i));
  }
  write('pets/standing/broken.png', 'no picture');
  // The engine is chosen by the first command; a network can be saved on any.
  await import('@tensorflow/tfjs-backend-cpu');
  await savePhotoNetwork(join(cwd, 'base'));
});

describe('pictures of your own', () => {
  it('learns, predicts with the class names, and evaluates what it did not learn from', async () => {
    const trained = await run(
      'train',
      '--data',
      'pets',
      '--from',
      'base',
      '--corrupt',
      'skip',
      '--out',
      'own',
      ...ENGINE_OPTIONS,
    );
    expect(trained.io.err()).toBe('');
    expect(trained.code).toBe(0);
    expect(trained.io.out()).toContain(
      '2 classes (lying, standing): 32 training, 8 validation, 0 test pictures; 1 skipped',
    );
    const summary = summaryOf('own');
    expect(summary).toMatchObject({
      preset: 'finetune',
      evaluatedOn: 'validation',
      classNames: ['lying', 'standing'],
    });
    expect(summary.testAccuracy).toBeGreaterThanOrEqual(0.75);
    const pictures = JSON.parse(readFileSync(join(cwd, 'own/pictures.json'), 'utf8')) as {
      skipped: { file: string }[];
    };
    expect(pictures.skipped).toEqual([expect.objectContaining({ file: 'standing/broken.png' })]);

    const predicted = await run(
      'predict',
      'pets/lying/3.png',
      'pets/standing/4.png',
      '--model',
      'own',
      '--json',
      ...ENGINE_OPTIONS,
    );
    expect(predicted.code).toBe(0);
    const [lying, standing] = JSON.parse(predicted.io.out()) as {
      classes: { name: string; probability: number }[];
    }[];
    expect([lying.classes[0].name, standing.classes[0].name]).toEqual(['lying', 'standing']);
    expect(lying.classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4);

    const evaluated = await run('evaluate', '--model', 'own', '--json', ...ENGINE_OPTIONS);
    expect(evaluated.code).toBe(0);
    const report = JSON.parse(evaluated.io.out()) as { accuracy: number; part: string; size: number };
    expect(report).toMatchObject({ part: 'validation', size: 8 });
    expect(report.accuracy).toBeCloseTo(summary.testAccuracy as number, 5);

    expect((await run('export', 'own', '--to', 'hf', '--out', 'hub', ...ENGINE_OPTIONS)).code).toBe(0);
    const hub = (name: string) => readFileSync(join(cwd, 'hub', name), 'utf8');
    expect(JSON.parse(hub('preprocessor_config.json'))).toMatchObject({
      size: { shortest_edge: 18 },
      do_center_crop: true,
      crop_size: { height: 16, width: 16 },
      rescale_factor: 1 / 255,
      do_normalize: false,
    });
    expect(JSON.parse(hub('config.json'))).toMatchObject({ id2label: { 0: 'lying', 1: 'standing' } });
    expect(hub('README.md')).toContain('| 8 validation images, which may have chosen the weights too');
  });

  it('goes on with a run that was interrupted before it had a last layer', async () => {
    const io = fakeIo(cwd);
    interruptAt(io, / test pictures/);
    const options = ['--data', 'pets', '--from', 'base', '--corrupt', 'skip', '--out', 'early'];
    expect(await main(['train', ...options, ...ENGINE_OPTIONS], io)).toBe(130);
    expect(io.err()).toBe('googlenet: stopped. To go on: googlenet train --resume early\n');
    expect((await run('train', '--resume', 'early', ...ENGINE_OPTIONS)).code).toBe(0);
    const weights = (name: string) => readFileSync(join(cwd, name, 'model/weights.bin'));
    expect(weights('early').equals(weights('own'))).toBe(true);
  });

  it('trains further layers, keeps them only if they help, and resumed equals uninterrupted', async () => {
    const options = [
      '--data',
      'pets',
      '--from',
      'base',
      '--corrupt',
      'skip',
      '--freeze',
      'stem',
      '--epochs',
      '3',
      '--batch-size',
      '8',
    ];
    const settings = [
      '--learning-rate',
      '0.05',
      '--class-weights',
      'balanced',
      '--set',
      'training.earlyStopping.patience=9',
    ];
    const whole = await run('train', ...options, ...settings, '--out', 'whole', ...ENGINE_OPTIONS);
    expect(whole.code).toBe(0);
    expect(whole.io.out()).toMatch(/epoch 3/);
    expect(weightOf('whole/model', 'stem/kernel')).toEqual(weightOf('base', 'stem/kernel'));
    expect(weightOf('whole/head', 'block/kernel')).toEqual(weightOf('base', 'block/kernel'));
    expect(whole.io.out()).not.toContain('only the last layer is kept');
    expect(weightOf('whole/model', 'block/kernel')).not.toEqual(weightOf('base', 'block/kernel'));
    const { times } = summaryOf('whole') as { times: { trainingMs: number; waitedForDataMs: number } };
    expect(times.waitedForDataMs).toBeGreaterThanOrEqual(0);
    expect(times.waitedForDataMs).toBeLessThan(times.trainingMs);

    const io = fakeIo(cwd);
    const { stdout } = io;
    const toScreen = stdout.write.bind(stdout);
    let steps = 0;
    Object.assign(io.stdout, {
      write: (text: string) => {
        if (/"type":"step"/.test(text) && ++steps === 6) io.interrupt();
        return toScreen(text);
      },
    });
    expect(
      await main(['train', ...options, ...settings, '--out', 'parts', '--json', ...ENGINE_OPTIONS], io),
    ).toBe(130);
    expect(io.err()).toBe('');
    const resumed = await run('train', '--resume', 'parts', '--json', ...ENGINE_OPTIONS);
    expect(resumed.code).toBe(0);
    expect(
      readFileSync(join(cwd, 'parts/model/weights.bin')).equals(
        readFileSync(join(cwd, 'whole/model/weights.bin')),
      ),
    ).toBe(true);
    expect(summaryOf('parts').testLoss).toBe(summaryOf('whole').testLoss);
  });

  it('a run is the start of the next one', async () => {
    const again = await run(
      'train',
      '--data',
      'pets',
      '--from',
      'own',
      '--corrupt',
      'skip',
      '--out',
      'next',
      ...ENGINE_OPTIONS,
    );
    expect(again.code).toBe(0);
    expect(existsSync(join(cwd, 'next/model/model.json'))).toBe(true);
  });

  it('does not go on with other pictures', async () => {
    write('pets/lying/new.png', madePicture(0, 77));
    const resumed = await run('train', '--resume', 'own', ...ENGINE_OPTIONS);
    rmSync(join(cwd, 'pets/lying/new.png'));
    expect(resumed.code).toBe(2);
    expect(resumed.io.err()).toContain('expected the pictures that the run began with');
  });

  it.each<[string, string[], RegExp]>([
    ['no folder', ['--preset', 'finetune'], /Add --data FOLDER/],
    [
      'a missing folder',
      ['--data', 'nowhere', '--from', 'base'],
      /--data: expected a folder of pictures, got .*nowhere/,
    ],
    ['one class', ['--data', 'pets/lying', '--from', 'base'], /--data: expected a folder for each class/],
    [
      'a damaged picture',
      ['--data', 'pets', '--from', 'base'],
      /--data: expected pictures that can be read, got 1 of 41[^]*standing\/broken.png/,
    ],
    [
      'a missing start',
      ['--data', 'pets', '--from', 'imagenett'],
      /--from: expected imagenet, scratch, a run or a file/,
    ],
    ['a start that is no weights', ['--data', 'pets', '--from', 'pets/lying/0.png'], /--from: /],
    [
      'an unknown endpoint',
      ['--data', 'pets', '--from', 'base', '--freeze', 'blok'],
      /--freeze: expected none or one of stem, block.*Did you mean "block"/,
    ],
    [
      'an unknown choice',
      ['--data', 'pets', '--corrupt', 'ignore', '--class-weights', 'some'],
      /2 problems[^]*config.photos.corrupt[^]*config.photos.classWeights/,
    ],
    ['a wrong part', ['--data', 'pets', '--test-fraction', '0.9'], /config.photos.testFraction/],
  ])('refuses %s', async (_, args, message) => {
    const { io, code } = await run('train', ...args, ...ENGINE_OPTIONS);
    expect(code).toBe(2);
    expect(io.err()).toMatch(message);
  });

  it('refuses pictures that are none, and folders of other classes', async () => {
    const predicted = await run('predict', 'pets/standing/broken.png', '--model', 'own', ...ENGINE_OPTIONS);
    expect(predicted.code).toBe(2);
    expect(predicted.io.err()).toMatch(/broken.png: expected a JPEG, PNG or WebP/);
    write('others/cats/a.png', madePicture(0, 1));
    write('others/dogs/a.png', madePicture(1, 1));
    const evaluated = await run('evaluate', '--data', 'others', '--model', 'own', ...ENGINE_OPTIONS);
    expect(evaluated.code).toBe(2);
    expect(evaluated.io.err()).toMatch(
      /expected folders of the classes that the network knows \(lying, standing\), got cats, dogs/,
    );
  });
});
