import '@tensorflow/tfjs-backend-cpu';
import { decodeOnnx, decodeSafetensors, decodeTorchFile } from '@googlenet/formats';
import { googlenet } from '@googlenet/model';
import { WEIGHTS } from '@googlenet/pretrained';
import * as tf from '@tensorflow/tfjs-core';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CONFIG } from '../presets';
import { main } from '../main';
import { saveModel } from '../model-files';
import { fakeIo } from '../testing/fake-io';
import { writeIdxFolder } from '../testing/idx-folder';

const classNames = Array.from({ length: 10 }, (_, i) => `digit ${i}`);

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-export-'));
  writeIdxFolder(join(cwd, 'data'), { train: 10, test: 20, size: 12 });
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const model = googlenet({ widthMultiplier: 0.0625, inputShape: [12, 12, 1], seed: 1 });
  await saveModel(model, join(cwd, 'run', 'model'), { dataset: 'mnist', classNames, normalize: 'unit' });
  model.dispose();
  const config = {
    ...DEFAULT_CONFIG,
    data: { ...DEFAULT_CONFIG.data, source: 'folder', folder: join(cwd, 'data') },
  };
  writeFileSync(join(cwd, 'run', 'config.json'), JSON.stringify(config));
  const summary = { testAccuracy: 0.5, images: { test: 20 }, preset: 'quick', config };
  writeFileSync(join(cwd, 'run', 'summary.json'), JSON.stringify(summary));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(...args: string[]) {
  const io = fakeIo(cwd);
  return { code: await main(['export', ...args, '--backend', 'cpu'], io), io };
}

const read = (...path: string[]) => new Uint8Array(readFileSync(join(cwd, ...path)));

describe('googlenet export', () => {
  it('writes an ONNX file with the classes into the run', async () => {
    const { code, io } = await run('run', '--to', 'onnx');
    expect([code, io.out()]).toEqual([
      0,
      expect.stringMatching(/^onnx: run\/export\/model\.onnx, \d+\.\d MiB\n$/),
    ]);
    const { inputs, metadata } = decodeOnnx(read('run', 'export', 'model.onnx'));
    expect(inputs).toEqual([{ name: 'input', shape: ['batch', 1, 12, 12] }]);
    expect(JSON.parse(metadata.classes)).toEqual(classNames);
  });

  it('writes safetensors with the names of PyTorch, or its own', async () => {
    expect((await run('run', '--to', 'safetensors', '--out', 'a.safetensors')).code).toBe(0);
    expect(
      (
        await run(
          '--model',
          'run',
          '--to',
          'safetensors',
          '--layout',
          'keras',
          '--quantize',
          'float16',
          '--out',
          'b.safetensors',
        )
      ).code,
    ).toBe(0);
    const [torch, own] = ['a', 'b'].map((name) => decodeSafetensors(read(`${name}.safetensors`)).tensors);
    expect(torch.get('fc.weight')).toMatchObject({ shape: [10, 64], dtype: 'F32' });
    expect(own.get('logits/kernel')).toMatchObject({ shape: [64, 10], dtype: 'F16' });
  });

  it("writes a Hugging Face folder with the run's record on its card", async () => {
    expect((await run('run', '--to', 'hf')).code).toBe(0);
    expect(readdirSync(join(cwd, 'run', 'export', 'hf')).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'onnx',
      'preprocessor_config.json',
    ]);
    const card = new TextDecoder().decode(read('run', 'export', 'hf', 'README.md'));
    expect(card).toContain('| accuracy | 0.5 | 20 test images; nothing was chosen on them');
    expect(card).toContain('digit 3');
    expect(card).toContain('mnist, CC BY-SA 3.0.');
  });

  it.each([
    ['caffe', { scale: 1, mean: [104, 117, 123], channelOrder: 'BGR', resize: 12, filter: 'bicubic' }],
    [
      'torchvision',
      { scale: 1 / 127.5, mean: [1, 1, 1], channelOrder: 'RGB', resize: 256, filter: 'bilinear' },
    ],
    ['slim', { scale: 1 / 127.5, mean: [1, 1, 1], channelOrder: 'RGB', resize: 14, filter: 'bilinear' }],
  ] as const)('writes how photographs become the input, as %s has it', async (weights, expected) => {
    const preprocessing = { ...WEIGHTS[weights].preprocessing, size: 12 };
    const model = googlenet({ widthMultiplier: 0.0625, inputShape: [12, 12, 3] });
    await saveModel(model, join(cwd, weights), { dataset: 'photographs', classNames, preprocessing });
    model.dispose();
    expect((await run(weights, '--to', 'onnx', '--out', 'photos.onnx')).code).toBe(0);
    const { metadata } = decodeOnnx(read('photos.onnx'));
    expect(JSON.parse(metadata.preprocessing)).toEqual({ ...expected, centerCrop: true });
    expect((await run(weights, '--to', 'hf', '--out', 'photos')).code).toBe(0);
    const isBlueFirst = expected.channelOrder === 'BGR';
    const config = JSON.parse(new TextDecoder().decode(read('photos', 'preprocessor_config.json'))) as object;
    expect(config).toMatchObject({
      size: { shortest_edge: expected.resize },
      do_center_crop: true,
      crop_size: { height: 12, width: 12 },
      resample: expected.filter === 'bicubic' ? 3 : 2,
      do_rescale: expected.scale !== 1,
      rescale_factor: expected.scale,
      do_normalize: true,
      image_mean: isBlueFirst ? [123, 117, 104] : [1, 1, 1],
      image_std: [1, 1, 1],
    });
    expect('do_flip_channel_order' in config).toBe(isBlueFirst);
  });

  it('writes an ONNX file with its batch norm and a state_dict', async () => {
    expect((await run('run', '--to', 'onnx', '--batch-norm', 'keep', '--out', 'kept.onnx')).code).toBe(0);
    const operations = decodeOnnx(read('kept.onnx')).nodes.map(({ opType }) => opType);
    expect(operations).toContain('BatchNormalization');
    expect((await run('run', '--to', 'torch')).code).toBe(0);
    const state = await decodeTorchFile(read('run', 'export', 'model.pth'));
    expect(state.get('fc.weight')).toMatchObject({ shape: [10, 64], dtype: 'F32' });
  });

  it.each(['onnx', 'keras'])('writes an .%s file that other commands take as a model', async (format) => {
    expect((await run('run', '--to', format)).code).toBe(0);
    const evaluate = async (model: string) => {
      const io = fakeIo(cwd);
      const data = ['--data-folder', 'data', '--limit', '5', '--out', 'report'];
      const args = ['evaluate', '--model', model, ...data, '--backend', 'cpu', '--json'];
      expect([await main(args, io), io.err()]).toEqual([0, '']);
      return JSON.parse(io.out()) as { loss: number; accuracy: number };
    };
    const [found, expected] = [await evaluate(`run/export/model.${format}`), await evaluate('run')];
    expect(found.loss).toBeCloseTo(expected.loss, 4);
    expect(found.accuracy).toBe(expected.accuracy);
  });

  it.each([
    ['a.onnx', /--model .*a\.onnx: .*expected an ONNX model/],
    ['a.keras', /--model .*a\.keras: .*expected a zip file/],
    ['a.h5', /--model .*a\.h5: .*expected a zip file/],
  ])('says what is wrong with a file %s that is none', async (name, message) => {
    writeFileSync(join(cwd, name), '');
    const io = fakeIo(cwd);
    const code = await main(['summary', '--model', name], io);
    expect([code, io.err()]).toEqual([2, expect.stringMatching(message)]);
  });

  it.each(['float16', 'uint8'])(
    'writes model.json in %s, which evaluates, and says what it costs',
    async (quantize) => {
      const { code, io } = await run('run', '--to', 'tfjs', '--quantize', quantize);
      expect([code, io.err()]).toEqual([0, expect.not.stringContaining('not measured')]);
      expect(io.out()).toMatch(
        new RegExp(
          `test accuracy on 20 images: \\d+\\.\\d+ % in float32, \\d+\\.\\d+ % in ${quantize} \\(-?\\d\\.\\d\\d points\\)`,
        ),
      );
      const other = fakeIo(cwd);
      const evaluated = await main(
        [
          'evaluate',
          '--model',
          `run/export/tfjs-${quantize}`,
          '--data-folder',
          'data',
          '--out',
          'report',
          '--backend',
          'cpu',
          '--json',
        ],
        other,
      );
      expect([evaluated, other.err()]).toEqual([0, '']);
      expect(JSON.parse(other.out())).toMatchObject({ size: 20 });
    },
  );

  it('gives programs JSON alone', async () => {
    const { io } = await run('run', '--to', 'tfjs', '--quantize', 'uint8', '--json', '--out', 'small');
    expect(io.err()).toBe('');
    expect(JSON.parse(io.out())).toMatchObject({
      format: 'tfjs',
      quantize: 'uint8',
      out: join(cwd, 'small'),
      accuracy: { images: 20 },
    });
  });

  it.each<[string, string[], RegExp]>([
    [
      'no format',
      ['run'],
      /--to: expected one of onnx, safetensors, keras, hf, tfjs, torch, got none\. Say which\./,
    ],
    [
      'an unknown format',
      ['run', '--to', 'onx'],
      /--to: expected one of .*, got "onx"\. Did you mean "onnx"\?/,
    ],
    [
      'two models',
      ['run', '--model', 'run', '--to', 'onnx'],
      /expected one model, got "run" and --model "run"/,
    ],
    [
      '8 bits where there are none',
      ['run', '--to', 'safetensors', '--quantize', 'uint8'],
      /--quantize uint8: expected onnx, hf or tfjs with it, got --to safetensors/,
    ],
    [
      'a place that is a file',
      ['run', '--to', 'hf', '--out', 'data/t10k-labels-idx1-ubyte'],
      /--out: expected a place that can be written/,
    ],
  ])('says what is wrong with %s', async (_, args, message) => {
    mkdirSync(join(cwd, 'data'), { recursive: true });
    const { code, io } = await run(...args);
    expect([code, io.err().split('\n').filter(Boolean).at(-1)]).toEqual([2, expect.stringMatching(message)]);
  });
});
