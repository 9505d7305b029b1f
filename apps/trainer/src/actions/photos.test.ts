import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../main';
import { fakeIo, type FakeIo } from '../testing/fake-io';

const shared = join(__dirname, '..', '..', '..', '..', '..', 'shared', 'weights');
const caffemodel = join(shared, 'bvlc_googlenet.caffemodel');
const present = existsSync(caffemodel);
if (!present)
  process.stdout.write(
    'passed over: classify on real weights (no ../shared/weights beside the repository)\n',
  );
const itWithWeights = present ? it : it.skip;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-photos-'));
  mkdirSync(join(cwd, 'pictures', 'deep'), { recursive: true });
  mkdirSync(join(cwd, 'empty'));
  mkdirSync(join(cwd, 'of [2024]'));
  writeFileSync(join(cwd, 'torn.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]));
  writeFileSync(join(cwd, 'text.jpg'), 'no picture');
  writeFileSync(join(cwd, 'text.caffemodel'), '\nname: "GoogleNet"');
  writeFileSync(join(cwd, 'nothing.pth'), '');
  writeFileSync(
    join(cwd, 'pickle.pth'),
    Buffer.from('\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.', 'latin1'),
  );
  writeFileSync(join(cwd, 'a.onnx'), Buffer.from([8, 255]));
  if (!present) return;
  copyFileSync(join(shared, 'coffee.png'), join(cwd, 'pictures', 'coffee.png'));
  copyFileSync(join(shared, 'coffee.png'), join(cwd, 'of [2024]', 'a b.png'));
  copyFileSync(join(shared, 'chelsea.png'), join(cwd, 'pictures', 'deep', 'chelsea.png'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; io: FakeIo }> {
  const io = fakeIo(cwd);
  return { code: await main(args, io), io };
}

interface Line {
  file: string;
  error?: string;
  classes: { index: number; name: string; words: string; probability: number }[];
}

const ENGINE = ['--backend', 'wasm', '--threads', '1'];

describe('googlenet classify', () => {
  itWithWeights(
    'gives the five likeliest classes of the reference, in folders and by patterns',
    async () => {
      const reference = JSON.parse(readFileSync(join(shared, 'reference.json'), 'utf8')) as {
        top5: Record<string, [number, string, number][]>;
      };
      const { code, io } = await run(
        'classify',
        'pictures',
        'torn.png',
        '--weights',
        caffemodel,
        '--json',
        ...ENGINE,
      );
      const lines = JSON.parse(io.out()) as Line[];
      expect(lines.map(({ file }) => file)).toEqual([
        'pictures/coffee.png',
        'pictures/deep/chelsea.png',
        'torn.png',
      ]);
      for (const { file, classes } of lines.slice(0, 2)) {
        const expected = reference.top5[file.replace(/.*\//, '')];
        expect(classes.map(({ index }) => index)).toEqual(expected.map(([index]) => index));
        classes.forEach(({ probability }, i) =>
          expect(Math.abs(probability - expected[i][2])).toBeLessThan(2e-3),
        );
      }
      expect(lines[2].error).toMatch(
        /^expected a whole png file, got one where the file ends inside its header/,
      );
      expect(code).toBe(2);
      expect(io.err()).toBe('');
    },
    180_000,
  );

  itWithWeights(
    'converts the weights to 8 bits, and says the same with them',
    async () => {
      const made = await run('weights', 'convert', caffemodel, '--to', 'web', '--out', 'small.safetensors');
      expect(made.code).toBe(0);
      expect(statSync(join(cwd, 'small.safetensors')).size).toBeLessThan(8e6);
      const { code, io } = await run(
        'classify',
        'pictures/**/chel*.png',
        '--weights',
        'small.safetensors',
        '--top',
        '2',
        ...ENGINE,
      );
      expect(io.out()).toMatch(
        /^pictures\/deep\/chelsea\.png\n +Egyptian cat +4\d\.\d %.*\n +tiger cat +3\d\.\d %/,
      );
      expect(code).toBe(0);
    },
    180_000,
  );

  itWithWeights(
    'looks into the file, and tells that it is not the published one',
    async () => {
      const { io } = await run('weights', 'inspect', caffemodel, '--json');
      expect(JSON.parse(io.out())).toMatchObject({
        container: 'caffe',
        names: 'caffe',
        tensors: 116,
        numbers: 6_998_552,
        classes: 1000,
        auxiliary: false,
      });
      const checked = await run('weights', 'verify', 'caffe', caffemodel, '--json');
      expect(JSON.parse(checked.io.out())).toMatchObject({
        name: 'caffe',
        published: false,
        bytes: 27_997_618,
        algorithm: 'sha1',
        parameters: 6_998_552,
      });
    },
    180_000,
  );

  itWithWeights(
    'takes sets and alternatives in patterns, each picture once',
    async () => {
      const weights = ['--weights', caffemodel, '--top', '1', '--json', ...ENGINE];
      const given = ['pictures/{coffee,tea}.png', 'pictures/[a-d]*.{jpg,png}', 'of [2024]/*.png'];
      const { io } = await run('classify', ...given, ...weights);
      expect((JSON.parse(io.out()) as Line[]).map(({ file }) => file)).toEqual([
        'pictures/coffee.png',
        'of [2024]/a b.png',
      ]);
    },
    180_000,
  );

  it('lists what there is', async () => {
    const { code, io } = await run('weights', 'list', '--cache', cwd);
    expect(code).toBe(0);
    expect(io.out()).toMatch(/caffe +paper +53\.5 MB +68\.7 \/ 88\.9 +no/);
    expect(io.out()).toContain('licence: BSD-3-Clause (torchvision)');
    const { io: json } = await run('weights', 'list', '--json', '--cache', cwd);
    expect((JSON.parse(json.out()) as { name: string }[]).map(({ name }) => name)).toEqual([
      'caffe',
      'torchvision',
      'slim',
      'onnx-zoo',
    ]);
  });

  it.each<[string, string[], RegExp]>([
    ['no picture', ['classify'], /missing required argument 'pictures'/],
    ['a picture that is not there', ['classify', 'a.png'], /got "a\.png", which finds none/],
    ['several that are not there', ['classify', 'a.png', 'b.png'], /2 problems:[^]*a\.png[^]*b\.png/],
    ['a pattern that finds nothing', ['classify', '*.webp'], /got "\*\.webp", which finds none/],
    ['brackets that are no set', ['classify', '[z-a].png'], /got "\[z-a\]\.png", which finds none/],
    ['an empty folder', ['classify', 'empty'], /expected PNG, JPEG or WebP pictures in empty, got none/],
    [
      'weights of no name',
      ['classify', 'text.jpg', '--weights', 'vgg'],
      /expected imagenet, caffe.*got "vgg"/,
    ],
    ['--top 0', ['classify', 'text.jpg', '--top', '0'], /--top: expected a whole number of at least 1/],
    ['--top of more than there are', ['classify', 'text.jpg', '--top', '1001'], /at most 1000, got "1001"/],
    ['a batch of nothing', ['classify', 'text.jpg', '--batch-size', '0'], /--batch-size: expected/],
    [
      'text for weights',
      ['classify', 'text.jpg', '--weights', 'text.caffemodel'],
      /expected a protobuf message/,
    ],
    ['an empty file for weights', ['classify', 'text.jpg', '--weights', 'nothing.pth'], /got an empty file/],
    [
      'a pickle that would run a program',
      ['weights', 'inspect', 'pickle.pth'],
      /got another magic number|"os\.system"/,
    ],
    ['a torn ONNX file', ['weights', 'inspect', 'a.onnx'], /expected/],
    ['a picture for weights', ['weights', 'inspect', 'torn.png'], /begins with 89 50 4e 47/],
    [
      'an unknown action',
      ['weights', 'get'],
      /expected one of list, fetch, verify, inspect, convert, got "get"/,
    ],
    ['an action of Object.prototype', ['weights', 'constructor'], /got "constructor"/],
    ['no action', ['weights'], /missing required argument 'action'/],
    ['fetch of nothing', ['weights', 'fetch'], /expected the name of a set, got 0 words/],
    ['fetch of an unknown set', ['weights', 'fetch', 'vgg'], /expected one of caffe.*got "vgg"/],
    ['fetch of what is not served', ['weights', 'fetch', 'slim'], /Published as a TensorFlow checkpoint/],
    ['verify of an unknown set', ['weights', 'verify', 'vgg'], /got vgg/],
    ['verify of a file that is not there', ['weights', 'verify', 'caffe', 'x.pth'], /got "x\.pth"/],
    [
      'inspect of a folder',
      ['weights', 'inspect', 'empty'],
      /expected a file of weights, got .*empty \(it is a folder\)/,
    ],
    ['inspect of two', ['weights', 'inspect', 'a', 'b'], /got 2 words/],
    [
      'convert to an unknown form',
      ['weights', 'convert', 'x', '--to', 'keras'],
      /--to: expected one of tfjs, safetensors, web/,
    ],
    [
      '8 bits in plain safetensors',
      ['weights', 'convert', 'x', '--to', 'safetensors', '--quantize', 'uint8'],
      /Use --to web/,
    ],
    ['convert of what is not there', ['weights', 'convert', 'x.pth'], /got "x\.pth"/],
  ])('refuses %s', async (_, args, message) => {
    const { code, io } = await run(...args);
    expect(io.err()).toMatch(message);
    expect(io.err()).not.toMatch(/\n +at /);
    expect(code).toBe(2);
  });
});
