import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors';
import { train } from '../commands/train';
import { readOptions } from '../options/option';
import { resolveConfig } from './resolve';
import type { TrainerConfig } from './schema';

/** What commander makes of a command line: texts by name. */
type Given = Readonly<Record<string, unknown>>;

function resolved(given: Given): TrainerConfig {
  return resolveConfig(readOptions(train.options, given), folder);
}

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'googlenet-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, content);
  return path;
}

function fitted(given: Given, images: number): TrainerConfig {
  return resolveConfig(readOptions(train.options, given), folder, images);
}

function problemOf(request: Given): string {
  try {
    resolved(request);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('expected a UserError, got a configuration');
}

describe('resolveConfig', () => {
  it('takes defaults, then the preset, then the file, then the flags', () => {
    const config = file(
      JSON.stringify({ training: { epochs: 7, batchSize: 16 }, model: { widthMultiplier: 0.5 } }),
    );
    const merged = resolved({ preset: 'quick', config, epochs: '9' });
    expect(merged.training.epochs).toBe(9);
    expect(merged.training.batchSize).toBe(16);
    expect(merged.model.widthMultiplier).toBe(0.5);
    expect(merged.model.variant).toBe('mnist');
    expect(merged.preset).toBe('quick');
  });

  it('uses the quick preset where nothing names one, and the file may name one', () => {
    expect(resolved({}).preset).toBe('quick');
    expect(resolved({ config: file('{"preset": "source"}') })).toMatchObject({
      preset: 'source',
      model: { widthMultiplier: 1 },
    });
  });

  it('adapts the quick preset to data of fewer images than it was made for, and nothing that was asked for', () => {
    expect(fitted({}, 60_000)).toEqual(resolved({}));
    expect(fitted({}, 5000)).toMatchObject({ data: { validationFraction: 0.05 }, training: { epochs: 9 } });
    expect(fitted({}, 5000).data.subset).toBeUndefined();
    expect(fitted({}, 20).training.epochs).toBe(50);
    expect(fitted({ subset: '100', epochs: '2' }, 5000)).toMatchObject({
      data: { subset: 100 },
      training: { epochs: 2 },
    });
    expect(fitted({ preset: 'source' }, 5000).training.epochs).toBe(5);
  });

  it('takes smaller batches in the quick preset where few images are asked for', () => {
    const batches = (request: Parameters<typeof resolved>[0]) => resolved(request).training.batchSize;
    expect([batches({}), batches({ subset: '10000' }), batches({ subset: '2000' })]).toEqual([64, 64, 16]);
    expect(batches({ config: file('{"data": {"subset": 2000}}') })).toBe(16);
    expect(batches({ subset: '2000', batchSize: '64' })).toBe(64);
    expect(resolved({ subset: '2000' }).training.epochs).toBe(1);
  });

  it('reads the size of --input-shape', () => {
    expect(resolved({ inputShape: '224x192' }).model.inputShape).toEqual([224, 192]);
    expect(resolved({ inputShape: '32' }).model.inputShape).toEqual([32, 32]);
  });

  it('gives the source preset exactly the run of the program that the variant comes from', () => {
    const config = resolved({ preset: 'source' });
    expect(config.data).toEqual({ dataset: 'mnist', source: 'package', validationFraction: 0 });
    expect(config.training.earlyStopping).toBeUndefined();
    expect(config.training.augment).toBeUndefined();
    expect(config).toMatchObject({
      model: { variant: 'mnist', widthMultiplier: 1, auxiliary: false },
      training: {
        epochs: 5,
        batchSize: 32,
        optimizer: { kind: 'adam' },
        schedule: { kind: 'constant', learningRate: 0.001 },
      },
    });
  });

  it('gives the paper recipe the numbers of the paper', () => {
    expect(resolved({ preset: 'paper-recipe' })).toMatchObject({
      model: { auxiliary: true },
      training: {
        batchSize: 32,
        auxiliaryWeight: 0.3,
        optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 2e-4 },
        schedule: { kind: 'paper', learningRate: 0.01 },
      },
    });
  });

  it('drops the old optimizer settings when a flag names another kind', () => {
    const { optimizer, schedule } = resolved({
      preset: 'paper-recipe',
      optimizer: 'adamw',
      schedule: 'cosine',
    }).training;
    expect(optimizer).toEqual({ kind: 'adamw', weightDecay: 2e-4 });
    expect(schedule).toEqual({ kind: 'cosine', learningRate: 0.01 });
  });

  it('reaches every other setting with --set, and null takes one away', () => {
    const { training } = resolved({
      preset: 'quick',
      set: ['training.optimizer.beta1=0.8', 'training.ema=null'],
    });
    expect(training.optimizer).toMatchObject({ kind: 'adam', beta1: 0.8 });
    expect(training.ema).toBeUndefined();
  });

  it('understands a data folder without a source as the source folder', () => {
    expect(resolved({ dataFolder: 'x' }).data).toMatchObject({ source: 'folder', folder: 'x' });
  });

  it.each<[string, Given, RegExp]>([
    [
      'an unknown preset',
      { preset: 'quik' },
      /--preset: expected one of quick, source, accurate, paper-recipe, finetune, got "quik"\. Did you mean "quick"\?/,
    ],
    [
      'a missing file',
      { config: 'none.json' },
      /--config: expected a readable JSON file, got .*none\.json .*ENOENT/,
    ],
    [
      'an unknown engine',
      { backend: 'wsam' },
      /config\.backend: expected one of auto, onednn, wasm, tensorflow, cpu, got "wsam"\. Did you mean "wasm"\?/,
    ],
    ['threads below one', { threads: '0' }, /config\.threads: expected at least 1, got 0\./],
    [
      'words for a number',
      { epochs: 'many' },
      /config\.training\.epochs: expected a positive integer, got "many"\./,
    ],
    ['half an epoch', { epochs: '0.5' }, /config\.training\.epochs: expected a positive integer, got 0\.5\./],
    ['a width of nothing', { width: '0' }, /config\.model\.widthMultiplier: expected more than 0, got 0\./],
    ['a huge width', { width: '40' }, /config\.model\.widthMultiplier: expected at most 4, got 40\./],
    [
      'an unknown variant',
      { variant: 'papper' },
      /config\.model\.variant: expected one of .*, got "papper"\. Did you mean "paper"\?/,
    ],
    [
      'an unknown data set',
      { dataset: 'mist' },
      /config\.data\.dataset: expected one of mnist, .*, got "mist"\. Did you mean "mnist"\?/,
    ],
    [
      'a validation part of everything',
      { validationFraction: '1' },
      /config\.data\.validationFraction: expected less than 0\.5, got 1\./,
    ],
    [
      'a size in words',
      { inputShape: 'large' },
      /^--input-shape: expected HEIGHTxWIDTH in pixels, such as 224x224, got "large"\./,
    ],
    [
      'a size for photographs',
      { data: 'photos', inputShape: '64' },
      /config\.model\.inputShape: expected nothing for pictures of your own/,
    ],
    ['a negative subset', { subset: '-5' }, /config\.data\.subset: expected at least 1, got -5\./],
    [
      'an unknown optimizer',
      { optimizer: 'adagrad' },
      /config\.training\.optimizer\.kind: expected one of adam, adamw, sgd, got "adagrad"\./,
    ],
    [
      'an unknown schedule',
      { schedule: 'square' },
      /config\.training\.schedule\.kind: expected one of .*oneCycle, got "square"\./,
    ],
    [
      'a learning rate of nothing',
      { learningRate: '0' },
      /config\.training\.schedule\.learningRate: expected a positive number, got 0\./,
    ],
    ['a dropout of everything', { dropout: '1' }, /config\.model\.dropout: expected less than 1, got 1\./],
    ['a negative seed', { seed: '-1' }, /config\.seed: expected at least 0, got -1\./],
    ['a target above one', { targetAccuracy: '99' }, /config\.targetAccuracy: expected at most 1, got 99\./],
    [
      'a setting that does not exist',
      { set: ['training.epoch=3'] },
      /config\.training\.epoch: .*there is no such field/,
    ],
    [
      'a group that does not exist',
      { set: ['modle.width=1'] },
      /config: expected only known settings, got "modle"\./,
    ],
    [
      'a --set without a value',
      { set: ['training.epochs'] },
      /--set: expected NAME=VALUE .*, got "training\.epochs"\./,
    ],
    [
      'a seed in the wrong place',
      { set: ['training.seed=3'] },
      /config\.training\.seed: expected the seed one level up/,
    ],
    [
      'a folder source without a folder',
      { source: 'folder' },
      /config\.data\.folder: expected a folder .* Add --data-folder PATH\./,
    ],
    [
      'a package of another data set',
      { dataset: 'kmnist', source: 'package' },
      /config\.data\.source: expected folder or download for kmnist/,
    ],
  ])('refuses %s', (_, request, message) => {
    expect(problemOf(request)).toMatch(message);
  });

  it.each([
    ['no JSON', '{epochs', /--config: expected JSON in .*config\.json, got /],
    ['an array', '[1]', /--config: expected a JSON object in .*, got an array\./],
    ['a text for a group', '{"model": "wide"}', /config\.model: expected an? object, got "wide"\./],
  ])('refuses a file with %s', (_, content, message) => {
    expect(problemOf({ config: file(content) })).toMatch(message);
  });

  it.each<[string, Given, RegExp]>([
    ['--set __proto__', { set: ['__proto__.x=1'] }, /--set: expected a setting, got "__proto__\.x"\./],
    ['--set constructor', { set: ['model.constructor.x=1'] }, /--set: expected a setting, got /],
    ['--set of an object with __proto__', { set: ['model={"__proto__":{"x":1}}'] }, /got "__proto__"/],
  ])('refuses %s, which would reach into JavaScript itself', (_, given, message) => {
    expect(problemOf(given)).toMatch(message);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each([
    ['__proto__', '{"__proto__": {"seed": 9}}', /config\.__proto__: expected only known settings/],
    ['a preset that is no name', '{"preset": 5}', /config\.preset: expected one of quick, .*, got 5\./],
    [
      'a hundred thousand levels',
      `{"model": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /expected at most 16 levels/,
    ],
  ])('refuses a file with %s', (_, content, message) => {
    expect(problemOf({ config: file(content) })).toMatch(message);
  });

  it('reports every problem at once, one a line', () => {
    const message = problemOf({ epochs: '0', width: '-1', backend: 'gpu', dataset: 'x' });
    expect(message.split('\n')).toHaveLength(5);
    expect(message).toMatch(/^4 problems:\n/);
  });
});
