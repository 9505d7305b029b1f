import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { main } from '../main';
import { readRun } from '../runs/read-run';
import { BACKEND, ENGINE, ONE_THREAD } from '../testing/engine';
import { fakeIo, interruptAt, type FakeIo } from '../testing/fake-io';
import { writeIdxFolder } from '../testing/idx-folder';

const TINY = [
  'train',
  '--backend',
  ENGINE,
  '--threads',
  '1',
  '--data-folder',
  'data',
  '--config',
  'tiny.json',
];
const STEPS = 6;
const WITHOUT_BEST = ['--set', 'training.earlyStopping.restoreBest=false'];

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-train-'));
  writeIdxFolder(join(cwd, 'data'), { train: 30, test: 20, size: 4 });
  const config = {
    seed: 3,
    data: { subset: 30, validationFraction: 0.2 },
    model: { widthMultiplier: 0.01, dropout: 0.2 },
    training: {
      epochs: 2,
      batchSize: 8,
      schedule: { kind: 'constant', learningRate: 0.003 },
      checkpointEverySteps: 2,
      ema: { decay: 0.5 },
    },
  };
  writeFileSync(join(cwd, 'tiny.json'), JSON.stringify(config));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(io: FakeIo, ...args: string[]): Promise<number> {
  return main([...args, '--verbose'], io);
}

const summaryOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(cwd, name, 'summary.json'), 'utf8')) as Record<string, unknown>;
const weightsOf = (name: string): Buffer => readFileSync(join(cwd, name, 'model', 'weights.bin'));
const metricsOf = (name: string): { type: string; step: number; loss: number }[] =>
  readFileSync(join(cwd, name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; step: number; loss: number });

describe('googlenet train', () => {
  let io: FakeIo;
  let tensors: number;

  it('trains, evaluates, saves and says where', async () => {
    io = fakeIo(cwd);
    expect([await run(io, ...TINY, '--out', 'whole'), io.err()]).toEqual([0, '']);
    tensors = tf.memory().numTensors;
    expect(io.out()).toMatch(
      new RegExp(
        `^engine ${ENGINE} \\(.*${ONE_THREAD}\\)\ndata: 24 training of 30, 6 validation, 20 test images\nrun whole\n`,
      ),
    );
    expect(io.out()).toMatch(/\nepoch 2\/2 {2}loss \d\.\d{4} .* validation \d+\.\d\d % /);
    expect(io.out()).toMatch(/\ntest accuracy \d+\.\d\d % {2}\(\d+ of 20 wrong\)\n/);
    expect(io.out()).toContain('confusion matrix');
    expect(io.out()).toMatch(/\nmodel +whole\/model\/model\.json\n/);
    expect(io.out()).toMatch(
      /\nThis run used 0\.01 of the filters and 24 of 30 training images\. .* --preset source\n$/,
    );
  });

  it('writes down everything that a claim about the run needs', () => {
    const { accuracy: _none, ...summary } = summaryOf('whole');
    expect(summary).toMatchObject({
      seed: 3,
      steps: STEPS,
      epochs: 2,
      images: { training: 24, validation: 6, test: 20 },
      engine: { name: ENGINE, backend: BACKEND },
      versions: {
        googlenet: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        node: process.versions.node,
        tfjs: tf.version_core,
      },
      history: metricsOf('whole')
        .filter(({ type }) => type === 'epoch')
        .map(({ loss }, i) => ({ epoch: i + 1, step: (STEPS / 2) * (i + 1), loss })),
      data: { name: 'data', source: 'folder' },
      times: { resumed: 0 },
    });
    const { testAccuracy, data, confusionMatrix } = summary as {
      testAccuracy: number;
      data: { sha256: Record<string, string> };
      confusionMatrix: number[][];
    };
    const right = confusionMatrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    expect(testAccuracy).toBeCloseTo(right / 20, 10);
    expect(Object.keys(data.sha256)).toHaveLength(4);
  });

  it('keeps one line for each step, with losses below the first', () => {
    const steps = metricsOf('whole').filter(({ type }) => type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const [first, ...later] = steps.map(({ loss }) => loss ?? Number.NaN);
    expect(Math.min(...later)).toBeLessThan(0.9 * (first ?? 0));
  });

  it('saves a model that stock TensorFlow.js loads without our layers', () => {
    const json = JSON.parse(readFileSync(join(cwd, 'whole', 'model', 'model.json'), 'utf8')) as {
      modelTopology: unknown;
      userDefinedMetadata: unknown;
    };
    expect(JSON.stringify(json.modelTopology)).not.toMatch(
      /"class_name":"(Inception|ConvBatchNorm|SeededDropout)"/,
    );
    expect(json.userDefinedMetadata).toMatchObject({
      googlenet: { dataset: 'mnist', normalize: 'unit', classNames: [...'0123456789'] },
    });
  });

  it('draws the mistakes as a PNG', () => {
    const { width, height } = PNG.sync.read(readFileSync(join(cwd, 'whole', 'mistakes.png')));
    expect(width).toBeGreaterThan(400);
    expect(height).toBeGreaterThan(100);
  });

  it('says so when it is interrupted while it reads the data, and saves nothing', async () => {
    const io = fakeIo(cwd);
    interruptAt(io, /^engine /);
    expect(await run(io, ...TINY, '--out', 'early')).toBe(130);
    expect(io.err()).toMatch(
      /^googlenet: stopped before anything was trained\. The same command begins anew\.\n/,
    );
    expect(existsSync(join(cwd, 'early'))).toBe(false);
  });

  it('ends with the same weights when it was interrupted, killed while writing, and resumed', async () => {
    const stopping = fakeIo(cwd);
    interruptAt(stopping, /step 3\//);
    expect(await run(stopping, ...TINY, '--out', 'parts')).toBe(130);
    expect(stopping.out()).toMatch(/finishing the step and saving; once more to stop at once\n/);
    expect(stopping.out()).toMatch(/Stopped and saved\. Go on with: googlenet train --resume parts\n$/);
    expect(existsSync(join(cwd, 'parts', 'summary.json'))).toBe(false);

    // As a kill in the middle of a write leaves it: the newest checkpoint torn, half a line of metrics.
    const newest =
      readdirSync(join(cwd, 'parts', 'checkpoints'))
        .filter((name) => name.startsWith('step-'))
        .sort()
        .at(-1) ?? '';
    truncateSync(join(cwd, 'parts', 'checkpoints', newest), 1000);
    appendFileSync(join(cwd, 'parts', 'metrics.jsonl'), '{"type":"step","st');

    const resumed = fakeIo(cwd);
    expect([await run(resumed, 'train', '--resume', 'parts', '--threads', '1'), resumed.err()]).toEqual([
      0,
      '',
    ]);
    expect(resumed.out()).toMatch(
      /checkpoint step-\d+\.ckpt is damaged and passed over: .*\ngoing on after step 2 of 6\n/,
    );
    expect(weightsOf('parts').equals(weightsOf('whole'))).toBe(true);
    expect(
      metricsOf('parts')
        .filter(({ type }) => type === 'step')
        .map(({ step }) => step),
    ).toEqual([1, 2, 3, 4, 5, 6]);
    expect(summaryOf('parts')).toMatchObject({
      times: { resumed: 1 },
      testAccuracy: summaryOf('whole').testAccuracy,
    });
  });

  it('refuses to go on with settings, images or a network that were changed by hand', async () => {
    const path = join(cwd, 'parts', 'config.json');
    const before = readFileSync(path, 'utf8');
    const config = JSON.parse(before) as { model: object; training: object };
    writeFileSync(
      path,
      JSON.stringify({
        ...config,
        model: { ...config.model, dropout: 0.3 },
        training: { ...config.training, labelSmoothing: 0.1 },
      }),
    );
    const changed = fakeIo(cwd);
    expect(await main(['train', '--resume', 'parts', '--threads', '1'], changed)).toBe(2);
    expect(changed.err()).toMatch(
      /expected the run that the checkpoint is of \(labelSmoothing 0, now 0\.1; network mnist \w+, now mnist \w+\)/,
    );
    writeFileSync(path, before);

    const images = join(cwd, 'data', 'train-images-idx3-ubyte');
    const pixels = readFileSync(images);
    writeFileSync(
      images,
      pixels.map((byte, i) => (i < 16 ? byte : 255 - byte)),
    );
    const other = fakeIo(cwd);
    expect(await main(['train', '--resume', 'parts', '--threads', '1'], other)).toBe(2);
    writeFileSync(images, pixels);
    expect(other.err()).toMatch(/\(images \w+, now \w+\)/);
  });

  it('goes on for more epochs when they are named, keeps them, and writes down the engine of each stretch', async () => {
    const longer = fakeIo(cwd);
    expect([
      await run(longer, 'train', '--resume', 'parts', '--threads', '1', '--epochs', '3'),
      longer.err(),
    ]).toEqual([0, '']);
    expect(summaryOf('parts')).toMatchObject({
      epochs: 3,
      steps: 9,
      config: { training: { epochs: 3 } },
      stretches: [
        { step: 0, engine: { name: ENGINE } },
        { step: 2, engine: { name: ENGINE } },
        { step: 6, engine: { name: ENGINE, backend: BACKEND } },
      ],
    });
    expect(JSON.parse(readFileSync(join(cwd, 'parts', 'config.json'), 'utf8'))).toMatchObject({
      training: { epochs: 3 },
    });
  });

  it('says that the best weights are lost instead of ending with others', async () => {
    rmSync(join(cwd, 'parts', 'checkpoints', 'best.ckpt'));
    const lost = fakeIo(cwd);
    expect(await main(['train', '--resume', 'parts', '--threads', '1'], lost)).toBe(2);
    expect(lost.err()).toMatch(/expected the weights of epoch \d, the best so far, got none\./);
    expect(await main(['train', '--resume', 'parts', '--threads', '1', ...WITHOUT_BEST], fakeIo(cwd))).toBe(
      0,
    );
  });

  it('lets one process at a time work on a run, and takes over from a dead one', async () => {
    const lock = join(cwd, 'parts', 'run.lock');
    const started = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), started }));
    const locked = fakeIo(cwd);
    expect(await main(['train', '--resume', 'parts', '--threads', '1'], locked)).toBe(2);
    expect(locked.err()).toMatch(/expected a run that no process works on, got .*parts, which process \d+/);
    for (const dead of [
      { pid: 2 ** 22 - 1, host: hostname(), started: '1' },
      { pid: process.pid, host: hostname(), started: '1' },
    ]) {
      writeFileSync(lock, JSON.stringify(dead));
      expect(await main(['train', '--resume', 'parts', '--threads', '1', ...WITHOUT_BEST], fakeIo(cwd))).toBe(
        0,
      );
      expect(existsSync(lock)).toBe(false);
    }
  });

  it('finds a folder that cannot be written before it trains', async () => {
    for (const out of ['/proc/nope', 'tiny.json', 'tiny.json/below']) {
      const nowhere = fakeIo(cwd);
      expect(await main([...TINY, '--out', out], nowhere)).toBe(2);
      expect(nowhere.err()).toMatch(/--out: expected a folder that can be written, got /);
      expect(nowhere.out()).not.toMatch(/step 1/);
    }
  });

  it('ends with advice when its folder is removed under it', async () => {
    const removed = fakeIo(cwd);
    const write = removed.stdout.write.bind(removed.stdout);
    Object.assign(removed.stdout, {
      write(text: string) {
        write(text);
        if (text.includes('step 3/')) rmSync(join(cwd, 'removed'), { recursive: true });
      },
    });
    expect(await main([...TINY, '--out', 'removed'], removed)).toBe(2);
    expect(removed.err()).toMatch(
      /expected the file or folder to be there for .*, got ENOENT\..* --resume removed/,
    );
  });

  it.each([
    ['one image', ['--subset', '1'], /expected .*, got /],
    ['augmentation that does not exist', ['--set', 'training.augment={"shfit":1}'], /expected .*shfit/],
    ['augmentation out of range', ['--set', 'training.augment.shift=-1'], /expected .*shift/],
  ])('refuses %s with exit code 2', async (_, args, message) => {
    const refused = fakeIo(cwd);
    expect(await main([...TINY, '--out', 'refused', ...args], refused)).toBe(2);
    expect(refused.err()).toMatch(message);
    rmSync(join(cwd, 'refused'), { recursive: true, force: true });
  });

  it('leaves no tensors behind', () => expect(tf.memory().numTensors).toBe(tensors));

  it('gives programs every event and the summary as JSON lines, and exits with 4 below the target', async () => {
    const json = fakeIo(cwd);
    expect(
      await run(json, ...TINY, '--out', 'json', '--json', '--epochs', '1', '--target-accuracy', '1'),
    ).toBe(4);
    const records = json
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    const types = records.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['start', 'checkpoint', 'step']);
    expect(types).toEqual(expect.arrayContaining(['epoch', 'best', 'done']));
    expect(records.at(-1)).toMatchObject({
      type: 'summary',
      model: join(cwd, 'json', 'model', 'model.json'),
      epochs: 1,
    });
    expect(json.err()).toBe('');
  });

  it('stops with exit code 3 when the loss is no number, and says what to do', async () => {
    const diverging = fakeIo(cwd);
    const code = await main(
      [
        ...TINY,
        '--out',
        'diverged',
        '--learning-rate',
        '1e38',
        '--optimizer',
        'sgd',
        '--set',
        'training.ema=null',
      ],
      diverging,
    );
    expect(code).toBe(3);
    expect(diverging.err()).toMatch(
      /^googlenet: train\(step \d\): expected a finite .*, got (NaN|-?Infinity)\. .*Lower the learning rate/,
    );
    expect(readRun(join(cwd, 'diverged')).state).toBe('diverged');
  });
});

describe('--input-shape', () => {
  const variant = ['--variant', 'cifar', '--input-shape', '12x16'];

  it('trains on resized images, and evaluate resizes them as training did', async () => {
    const io = fakeIo(cwd);
    expect([await run(io, ...TINY, ...variant, '--epochs', '1', '--out', 'resized'), io.err()]).toEqual([
      0,
      '',
    ]);
    expect(io.out()).toContain('20 test images, resized to 12x16\n');
    const { testAccuracy } = summaryOf('resized');
    const evaluated = fakeIo(cwd);
    const args = ['evaluate', '--model', 'resized', '--data-folder', 'data', '--backend', ENGINE, '--json'];
    expect([await main(args, evaluated), evaluated.err()]).toEqual([0, '']);
    expect(JSON.parse(evaluated.out())).toMatchObject({ accuracy: testAccuracy });
  });
});

describe('the preset quick', () => {
  it('takes the images that there are, as often as makes up for it', async () => {
    const io = fakeIo(cwd);
    const args = ['train', '--backend', ENGINE, '--threads', '1', '--data-folder', 'data', '--width', '0.01'];
    expect([await run(io, ...args, '--out', 'own'), io.err()]).toEqual([0, '']);
    expect(io.out()).toContain('data: 28 training, 2 validation, 20 test images\n');
    expect(summaryOf('own')).toMatchObject({ preset: 'quick', epochs: 50 });
  }, 120_000);
});

describe("files of a person under MNIST's names", () => {
  it.each([2, 12])(
    'have the %d classes of their labels',
    async (classes) => {
      const name = `classes-${classes}`;
      writeIdxFolder(join(cwd, name), { train: 36, test: 12, size: 4, classes });
      const io = fakeIo(cwd);
      const options = ['--backend', ENGINE, '--threads', '1'];
      const args = ['train', ...options, '--data-folder', name, '--width', '0.01', '--epochs', '1'];
      expect([await run(io, ...args, '--out', `${name}-run`), io.err()]).toEqual([0, '']);
      expect(io.out()).toContain(`${name}: 34 training, 2 validation, 12 test images\n`);
      const { confusionMatrix } = summaryOf(`${name}-run`) as unknown as { confusionMatrix: number[][] };
      expect(confusionMatrix).toHaveLength(classes);
      // Other files of the same task that lack some of its classes.
      writeIdxFolder(join(cwd, `${name}-part`), { train: 2, test: 2, size: 4, classes: 1 });
      const evaluated = ['evaluate', ...options, '--model', `${name}-run`, '--data-folder', `${name}-part`];
      expect(await run(fakeIo(cwd), ...evaluated)).toBe(0);
    },
    120_000,
  );
});

describe('googlenet evaluate', () => {
  it('reports the accuracy that training reported, from the newest run and its own data', async () => {
    const io = fakeIo(cwd);
    expect(
      await run(io, 'evaluate', '--model', 'whole', '--backend', ENGINE, '--threads', '1', '--out', 'report'),
    ).toBe(0);
    expect(io.err()).toContain(`model whole/model/model.json, engine ${ENGINE}`);
    const report = JSON.parse(readFileSync(join(cwd, 'report', 'evaluation.json'), 'utf8')) as {
      accuracy: number;
      size: number;
    };
    expect(report).toMatchObject({ accuracy: summaryOf('whole').testAccuracy, size: 20 });
    expect(existsSync(join(cwd, 'report', 'mistakes.png'))).toBe(true);
  });

  it('evaluates a part, and gives programs JSON alone', async () => {
    const io = fakeIo(cwd);
    expect(
      await run(
        io,
        'evaluate',
        '--model',
        'whole',
        '--backend',
        ENGINE,
        '--threads',
        '1',
        '--limit',
        '10',
        '--json',
        '--out',
        'report',
      ),
    ).toBe(0);
    expect(JSON.parse(io.out())).toMatchObject({ size: 10, dataset: 'mnist', engine: { name: ENGINE } });
    expect(io.err()).toBe('');
  });

  it.each<[string, (model: Record<string, unknown>) => void, RegExp]>([
    [
      'no topology',
      (model) => delete model.modelTopology,
      /--model .*: expected a TensorFlow.js layers model, got a file without modelTopology and weightsManifest\./,
    ],
    [
      'a graph model',
      (model) => Object.assign(model, { format: 'graph-model', modelTopology: undefined }),
      /got a graph model\. Save it with model\.save\(\)/,
    ],
    [
      'weights that are not there',
      (model) => Object.assign(model, { weightsManifest: [{ paths: ['gone.bin'], weights: [] }] }),
      /--model .*: expected its weights in .*, got no .*gone\.bin\. Copy the whole folder\./,
    ],
    [
      'an unknown layer',
      (model) =>
        Object.assign(
          model,
          JSON.parse(JSON.stringify(model).replace('"class_name":"Dense"', '"class_name":"Dence"')) as object,
        ),
      /--model .*: expected layers that TensorFlow\.js can build, got its error "Unknown layer: Dence\."\. Save/,
    ],
  ])('refuses a model with %s', async (_, change, message) => {
    const text = readFileSync(join(cwd, 'whole', 'model', 'model.json'), 'utf8');
    const model = JSON.parse(text) as Record<string, unknown>;
    change(model);
    const path = join(cwd, 'whole', 'model', 'changed.json');
    writeFileSync(path, JSON.stringify(model));
    const io = fakeIo(cwd);
    expect(await main(['evaluate', '--model', path, '--backend', ENGINE, '--threads', '1'], io)).toBe(2);
    expect(io.err()).toMatch(message);
  });

  it('refuses a model file that is no JSON, and weights that are torn', async () => {
    const copy = join(cwd, 'torn');
    writeFileSync(join(cwd, 'half.json'), '{"modelTopology":');
    const io = fakeIo(cwd);
    expect(await main(['evaluate', '--model', 'half.json', '--backend', ENGINE, '--threads', '1'], io)).toBe(
      2,
    );
    expect(io.err()).toMatch(/--model .*half\.json: expected JSON, got /);
    const { saveModel } = await import('../model-files');
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [4, 4, 1] }),
        tfl.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    await saveModel(model, copy, { dataset: 'mnist', classNames: [], normalize: 'unit' });
    model.dispose();
    truncateSync(join(copy, 'weights.bin'), 100);
    const torn = fakeIo(cwd);
    expect(await main(['evaluate', '--model', 'torn', '--backend', ENGINE, '--threads', '1'], torn)).toBe(2);
    expect(torn.err()).toMatch(
      /--model .*: expected 680 bytes of weights, got 100\. The files are torn or of two models/,
    );
  });
});

describe('googlenet predict', () => {
  it('ranks the classes of pictures, and refuses a model of another size', async () => {
    const png = new PNG({ width: 20, height: 20 });
    for (let i = 0; i < 400; i++)
      png.data.set(i % 20 > 8 && i % 20 < 12 ? [0, 0, 0, 255] : [255, 255, 255, 255], 4 * i);
    writeFileSync(join(cwd, 'one.png'), PNG.sync.write(png));
    const wrong = fakeIo(cwd);
    expect(await main(['predict', 'one.png', '--model', 'whole', '--threads', '1'], wrong)).toBe(2);
    expect(wrong.err()).toMatch(/--model: expected a model of 28x28 images, got one of 4x4\./);

    const { saveModel } = await import('../model-files');
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [28, 28, 1] }),
        tfl.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    await saveModel(model, join(cwd, 'flat'), {
      dataset: 'mnist',
      classNames: ['zero', 'one', 'two'],
      normalize: 'unit',
    });
    model.dispose();
    const io = fakeIo(cwd);
    expect(await run(io, 'predict', 'one.png', '--model', 'flat', '--threads', '1', '--json')).toBe(0);
    const [{ file, classes }] = JSON.parse(io.out()) as [
      { file: string; classes: { name: string; probability: number }[] },
    ];
    expect(file).toBe('one.png');
    expect(classes.map(({ name }) => name).sort()).toEqual(['one', 'two', 'zero']);
    expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    expect(classes[0]?.probability).toBeGreaterThanOrEqual(classes[1]?.probability ?? 1);

    const shown = fakeIo(cwd);
    expect(await run(shown, 'predict', 'one.png', '--model', 'flat', '--threads', '1', '--top', '1')).toBe(0);
    expect(shown.out()).toMatch(/^one\.png\n {2}(zero|one|two) +\d+\.\d %/);
  });
});
