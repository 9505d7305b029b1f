import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { googlenet } from '@googlenet/model';
import { fillValues } from '../../inception/src/testing/golden';
import { decodeOnnx } from './onnx/schema';
import { writeHuggingFace } from './hugging-face';
import { readSafetensors } from './safetensors/model';
import { crc32 } from './zip';
import { deflateSync } from 'node:zlib';
import { hasPeer } from './testing/peers';
import { dispose, filledModel, outputs, useQuickCpu, weightValues } from './testing/models';

beforeAll(useQuickCpu);

const isInstalled = hasPeer('@huggingface/transformers');

/** A PNG file of 8-bit pixels, grey or colour. */
function png(pixels: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 1 ? 0 : 2], 8);
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...pixels.subarray(y * width * channels, (y + 1) * width * channels),
  ]);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a Hugging Face folder', () => {
  const classes = ['zero', 'one', 'two', 'three'];
  const record = {
    name: 'Digits',
    variant: 'mnist',
    license: 'mit',
    dataset: 'mnist',
    recipe: [['optimizer', 'adam']] as [string, string][],
    metrics: [{ name: 'accuracy', value: 0.99, protocol: 'last epoch, 10,000 test images' }],
  };

  it('holds the weights, the graph, the labels and the card', async () => {
    const options = {
      widthMultiplier: 0.0625,
      inputShape: [12, 12, 1] as [number, number, number],
      numClasses: 4,
    };
    const model = filledModel(options);
    const files = await writeHuggingFace(model, { classes, record });
    expect([...files.keys()].sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
      'preprocessor_config.json',
    ]);
    const read = (name: string) => new TextDecoder().decode(files.get(name));
    expect(JSON.parse(read('config.json'))).toMatchObject({
      id2label: { 0: 'zero', 3: 'three' },
      label2id: { two: 2 },
    });
    const card = read('README.md');
    expect(card).toMatch(/^---\nlicense: "mit"\n/);
    expect(card).toContain('| accuracy | 0.99 | last epoch, 10,000 test images |');
    expect(card).toContain('- optimizer: adam');
    expect(decodeOnnx(files.get('onnx/model.onnx') as Uint8Array)).toMatchObject({
      inputs: [{ name: 'pixel_values', shape: ['batch', 3, 12, 12] }],
      outputs: [{ name: 'logits' }],
    });
    const other = googlenet(options);
    readSafetensors(files.get('model.safetensors') as Uint8Array, other, { layout: 'pytorch' });
    expect(weightValues(other)).toEqual(weightValues(model));
    dispose(model, other);
  });

  it('is not written with classes that do not fit', async () => {
    const model = filledModel({ widthMultiplier: 0.0625, inputShape: [12, 12, 1], numClasses: 5 });
    await expect(writeHuggingFace(model, { classes })).rejects.toThrow(/expected one input and 5 classes/);
    model.dispose();
  });

  (isInstalled ? it : it.skip).each([
    ['grey digits', 1, {}],
    [
      'colour pictures with a mean for each channel, blue first',
      3,
      { scale: 1, mean: [104, 117, 123], channelOrder: 'BGR' },
    ],
    ['colour pictures, normalized', 3, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
  ] as const)('is opened by the pipeline of transformers.js: %s', async (_, channels, preprocessing) => {
    const size = 24;
    const folder = mkdtempSync(join(tmpdir(), 'hub-'));
    const model = filledModel({ widthMultiplier: 0.0625, inputShape: [size, size, channels], numClasses: 4 });
    try {
      for (const [name, bytes] of await writeHuggingFace(model, { classes, preprocessing, record })) {
        mkdirSync(dirname(join(folder, 'digits', name)), { recursive: true });
        writeFileSync(join(folder, 'digits', name), bytes);
      }
      const pixels = Uint8Array.from(fillValues('picture', size * size * channels, 0, 256));
      writeFileSync(join(folder, 'a.png'), png(pixels, size, size, channels));
      const {
        scale = 1 / 255,
        mean = [0, 0, 0],
        std = [1, 1, 1],
        channelOrder = 'RGB',
      } = preprocessing as Partial<Record<'mean' | 'std', number[]>> & {
        scale?: number;
        channelOrder?: string;
      };
      const input = Float32Array.from(pixels, (_pixel, i) => {
        const channel = i % channels;
        const source = channelOrder === 'BGR' ? i - channel + 2 - channel : i;
        return (pixels[source] * scale - mean[channel]) / std[channel];
      });
      const x = tf.tensor4d(input, [1, size, size, channels]);
      const [expected] = outputs(model, x);
      for (const [dtype, tolerance] of [
        ['fp32', 1e-4],
        ['q8', 0.1],
      ] as const) {
        const out = join(folder, 'out.json');
        execFileSync(
          process.execPath,
          [
            join(__dirname, '..', 'scripts', 'run-pipeline.mjs'),
            folder,
            'digits',
            dtype,
            out,
            join(folder, 'a.png'),
          ],
          { stdio: 'pipe' },
        );
        const [found] = JSON.parse(readFileSync(out, 'utf8')) as { label: string; score: number }[][];
        const scores = classes.map((label) => found.find((one) => one.label === label)?.score ?? NaN);
        scores.forEach((score, i) => expect(Math.abs(score - expected[i])).toBeLessThan(tolerance));
      }
      x.dispose();
    } finally {
      model.dispose();
      rmSync(folder, { recursive: true });
    }
  });
});
