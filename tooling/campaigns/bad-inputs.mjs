// Whatever a person gives, the command ends with exit code 2 and says what to do: never a stack, never "not expected".
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { inProcess, TINY, writeData } from './workshop.mjs';

/** Where a run cannot be: what gets past every check ends there. */
const NOWHERE = [
  '--out',
  process.platform === 'linux' ? '/proc/nope' : join('data', 'train-labels-idx1-ubyte', 'x'),
];
const train = (...args) => ['train', ...TINY, ...NOWHERE, ...args];

const SETTINGS = (
  'seed threads backend precision preset targetAccuracy data data.dataset data.source data.subset data.validationFraction model ' +
  'model.variant model.widthMultiplier model.dropout model.auxiliary model.inputShape model.batchNormMomentum model.numClasses ' +
  'training training.batchSize training.epochs training.optimizer training.optimizer.kind training.optimizer.beta1 ' +
  'training.schedule training.schedule.kind training.schedule.learningRate training.schedule.warmupSteps training.augment ' +
  'training.augment.shift training.augment.elastic training.labelSmoothing training.emaDecay training.clipNorm training.seed ' +
  'photos photos.folder photos.freeze __proto__.x constructor.prototype.x x.y.z'
).split(' ');
const VALUES = [
  '1e9', '1e400', '-1', '0', '0.5', '-0', 'NaN', 'Infinity', 'null', 'true', '"x"', '""', '"__proto__"', '"\\u0000"', '[]', '{}',
  '[[[[]]]]', '{"kind":5}', '{"kind":"__proto__"}', '{"__proto__":{"x":1}}', '9007199254740993', `"${'long '.repeat(2000)}"`,
]; // prettier-ignore

export default async function badInputs({ random, cases: count, folder }) {
  const cases = fixedCases(folder);
  for (let i = 0; i < count(30, 300); i++) {
    const sets = Array.from(
      { length: 1 + random.below(3) },
      () => `${random.pick(SETTINGS)}=${random.pick(VALUES)}`,
    );
    cases.push(train(...sets.flatMap((set) => ['--set', set])));
  }
  const failures = [];
  for (const args of cases) {
    const started = Date.now();
    const { code, out, err } = await inProcess(folder, args).catch((error) => ({
      code: 'thrown',
      out: '',
      err: String(error),
    }));
    const shown = args.join(' ').slice(0, 160);
    if (code !== 2) failures.push(`${shown}: exit code ${code}: ${(err || out).slice(0, 200)}`);
    else if (!/expected|unknown|too many|required/.test(err) || /not expected|\n {4}at /.test(err))
      failures.push(`${shown}: no advice: ${err.slice(0, 200)}`);
    if (Date.now() - started > 60_000) failures.push(`${shown}: ${Date.now() - started} ms`);
  }
  if ({}.x !== undefined) failures.push('something reached into Object.prototype');
  return { counts: { inputs: cases.length }, failures };
}

function fixedCases(folder) {
  const file = (name, content) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  writeData(join(folder, 'data'));
  writeData(join(folder, 'two-sizes'), { size: 28, testSize: 56 });
  writeData(join(folder, 'bomb'));
  file('bomb/train-images-idx3-ubyte', '');
  file(
    'bomb/train-images-idx3-ubyte',
    gzipSync(
      Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 4]), Buffer.alloc(2 ** 26)]),
    ),
  );
  file('huge', '');
  truncateSync(join(folder, 'huge'), 1e12);
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'run/config.json'), { recursive: true });
  mkdirSync(join(folder, 'list'));
  file('list/config.json', '[1]');
  const endless = process.platform === 'win32' ? [] : ['/dev/zero', 'pipe'];
  if (endless.length > 0) execFileSync('mkfifo', [join(folder, 'pipe')]);
  const files = [
    ...endless,
    'huge',
    'empty',
    'none',
    file('blank', ''),
    file('text', 'hello'),
    'a\u001b[2Jb',
  ];
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DAwPAfAAcAAf9+CLHQAAAAAElFTkSuQmCC',
    'base64',
  );
  for (const side of [8000, 100_000]) {
    png.writeUInt32BE(side, 16);
    png.writeUInt32BE(side, 20);
    files.push(file(`claims-${side}.png`, png));
  }
  const model = writeModels(folder);
  return [
    ...['model.numClasses=1e9', 'model.widthMultiplier=1e6', 'training.augment="yes"', 'training.augment.nope=1', 'training.augment=[]'].map((set) => train('--set', set)),
    ...['1', '0', '-1', '1e9', 'x'].map((subset) => train('--subset', subset)),
    ...files.flatMap((name) => [
      ['predict', name, '--model', model.whole],
      ['classify', name],
      ['train', '--config', name],
      ['train', '--resume', name],
      ['train', '--data', name, ...NOWHERE],
      ['train', '--data-folder', name, ...NOWHERE],
      ['train', '--data', 'empty', '--from', name, ...NOWHERE],
      ['train', ...TINY, '--distributed', 'runs', '--sweep', name, '--out', 'sweep'],
      ['evaluate', '--model', name],
      ['export', '--model', name, '--to', 'onnx'],
      ['summary', '--model', name],
      ['weights', 'inspect', name],
      ['compare', name, name],
    ]),
    ...['two-sizes', 'bomb'].map((name) => ['train', ...TINY, '--data-folder', name, ...NOWHERE]),
    ['train', '--resume', 'run'],
    ['train', '--resume', 'list'],
    ['train', ...TINY, '--out', join('text', 'x')],
    ['train', ...TINY, '--out', 'a\0b'],
    ['train', '--config', file('proto.json', '{"__proto__":{"x":1}}')],
    ['train', '--config', file('preset.json', '{"preset":5}')],
    ['train', '--config', file('deep.json', '{"training":'.repeat(5000) + '1' + '}'.repeat(5000))],
    ['train', '--config', file('array.json', '[]')],
    ...model.odd.map((name) => ['summary', '--model', name]),
    ['trian'],
    ['train', '--widht', '1'],
    ['export', '--model', model.whole, '--to', 'nope'],
    ['data', 'nope'],
    ['data', 'mnist', '--data-folder', 'two-sizes'],
  ]; // prettier-ignore
}

/** A dense model's files, and the same with one part made odd. */
function writeModels(folder) {
  const json = (units, manifest) => ({
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'm', layers: [
        { class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 28, 28, 1] } },
        { class_name: 'Dense', config: { name: 'd', units, use_bias: false } },
      ] },
    },
    weightsManifest: manifest,
  }); // prettier-ignore
  const weights = (units) => [{ name: 'd/kernel', shape: [784, units], dtype: 'float32' }];
  const write = (name, value) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'model.json'), JSON.stringify(value));
    writeFileSync(join(folder, name, 'weights.bin'), new Uint8Array(784 * 10 * 4));
    return name;
  };
  const right = [{ paths: ['weights.bin'], weights: weights(10) }];
  const odd = [
    undefined, null, 5, {}, 'x', [], [null], [{}], [{ paths: 5, weights: [] }], [{ paths: [5], weights: weights(10) }],
    [{ paths: ['../blank'], weights: weights(10) }], [{ paths: ['/etc/passwd'], weights: weights(10) }], [{ paths: ['weights.bin'], weights: 'x' }],
    [{ paths: ['weights.bin'], weights: [{ name: 'd/kernel', shape: [784, -10], dtype: 'float32' }] }],
    [{ paths: ['weights.bin'], weights: [{ name: 'd/kernel', shape: 'x', dtype: 'float32' }] }],
    [{ paths: ['weights.bin'], weights: [{ name: 'd/kernel', shape: [784, 10], dtype: 'x' }] }],
    [{ paths: ['weights.bin'], weights: weights(1e9) }],
  ].map((manifest, i) => write(`odd-${i}`, json(10, manifest))); // prettier-ignore
  odd.push(
    write('units', json(1e9, right)),
    write('negative', json(-1, right)),
    write('fraction', json(1.5, right)),
  );
  const whole = write('whole', json(10, right));
  cpSync(join(folder, whole), join(folder, 'torn'), { recursive: true });
  const text = readFileSync(join(folder, whole, 'model.json'), 'utf8');
  writeFileSync(join(folder, 'torn', 'model.json'), text.slice(0, 100));
  return { whole, odd: [...odd, 'torn'] };
}
