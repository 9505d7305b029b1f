import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { useWasm } from '@googlenet/backend-wasm';
import { decodeImage } from '@googlenet/images/node';
import { decodePredictions, preprocess, toCompact } from './index';
import { pretrained } from './node/index';
import { itWithWeights } from './testing/shared-weights';

/** What a float32 forward pass in numpy gives on these weights; OpenCV agrees to 1.5e-6. */
interface Reference {
  top5: Record<string, [index: number, name: string, probability: number][]>;
}

async function classify(model: tfl.LayersModel, path: string): Promise<Float32Array> {
  const pixels = preprocess(await decodeImage(await readFile(path)), 'caffe');
  const output = tf.tidy(() => model.predict(tf.tensor4d(pixels, [1, 224, 224, 3])) as tf.Tensor);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

beforeAll(async () => {
  await useWasm();
});

itWithWeights("Caffe's weights give the five likeliest classes of the reference", async (folder) => {
  const before = tf.memory().numTensors;
  const model = await pretrained({ file: join(folder, 'bvlc_googlenet.caffemodel') });
  expect(model.countParams()).toBe(6_998_552);
  const reference = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as Reference;
  const answers: Record<string, Float32Array> = {};
  for (const [picture, expected] of Object.entries(reference.top5)) {
    answers[picture] = await classify(model, join(folder, picture));
    const found = decodePredictions(answers[picture]);
    expect(found.map(({ index }) => index)).toEqual(expected.map(([index]) => index));
    found.forEach(({ probability, words }, i) => {
      expect(Math.abs(probability - expected[i][2])).toBeLessThan(2e-3);
      expect(words).toBe(expected[i][1]);
    });
  }

  const compact = await toCompact(model, 'caffe');
  expect(compact.length).toBeLessThan(8e6);
  const small = await pretrained({ file: compact });
  for (const [picture, full] of Object.entries(answers)) {
    const rounded = await classify(small, join(folder, picture));
    expect(decodePredictions(rounded, 1)[0].index).toBe(decodePredictions(full, 1)[0].index);
    expect(Math.max(...rounded.map((value, i) => Math.abs(value - full[i])))).toBeLessThan(0.05);
  }
  small.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

itWithWeights('other classes take the trunk and new heads', async (folder) => {
  const file = join(folder, 'bvlc_googlenet.caffemodel');
  const model = await pretrained({ file, numClasses: 2, seed: 1, dropout: 0.2 });
  expect(model.outputs[0].shape).toEqual([null, 2]);
  const bias = model.getLayer('logits').getWeights()[1];
  expect([...(await bias.data())]).toEqual([0, 0]);
  model.dispose();
});

itWithWeights('auxiliary heads that the file lacks are named, all of them', async (folder) => {
  const before = tf.memory().numTensors;
  const failed = pretrained({ file: join(folder, 'bvlc_googlenet.caffemodel'), auxiliary: true });
  await expect(failed).rejects.toMatchObject({ code: 'MISMATCH' });
  await expect(failed).rejects.toThrow(
    /got 12 that do not\.[^]*aux1_conv\/kernel: missing[^]*aux2_logits\/bias: missing/,
  );
  expect(tf.memory().numTensors).toBe(before);
});
