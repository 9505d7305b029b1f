import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useWasm } from '@googlenet/backend-wasm';
import { optimizeForInference } from '@googlenet/model';
import { ImageDataset } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import type { OutlierRule } from '@googlenet/training';
import { KeyedRandom } from '../../../packages/mnist/src/random';
import hershey from '../src/testing/__fixtures__/hershey-letters.json';
import { letter, lookalikes, shape, shapes, type Outlier } from '../src/testing/outliers';
import { loadModel } from '../src/worker/model-store';
import { doubterOf, predictOne } from '../src/worker/predict';

/** How many test digits, letters and shapes the shipped network doubts. */
export async function measureDoubt(digits: number, seed: number): Promise<void> {
  await useWasm();
  const read = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../../packages/mnist-weights/model/${name}`, import.meta.url)));
  const json = JSON.parse(read('model.json').toString()) as tf.io.ModelJSON;
  const model = optimizeForInference(
    await loadModel({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: Uint8Array.from(read('weights.bin')).buffer,
    }),
  );
  const doubter = doubterOf(model, JSON.parse(read('outliers.json').toString()) as OutlierRule);
  const count = async (what: string, images: readonly Uint8Array[]) => {
    let doubted = 0;
    for (const image of images) if ((await predictOne(model, image, doubter)).doubtful) doubted++;
    console.log(`${what}: ${doubted} of ${images.length}, ${((100 * doubted) / images.length).toFixed(1)} %`);
  };
  const { test } = await loadDataset({ name: 'mnist', source: 'package' });
  const some = new ImageDataset(test).subset(digits, { seed });
  await count(
    'test digits',
    Array.from({ length: some.size }, (_, i) => some.image(i) as Uint8Array),
  );
  const letters = Object.values(hershey.fonts).flatMap((font, i) =>
    Object.entries(font).map(([name, path], j) => letter(name, path, new KeyedRandom(seed, i, j))),
  );
  const imagesOf = (outliers: readonly Outlier[]) => outliers.map(({ image }) => image);
  const alike = letters.filter(({ name }) => lookalikes.has(name));
  await count('letters that look like no digit', imagesOf(letters.filter((one) => !alike.includes(one))));
  await count(`letters that may be digits (${[...lookalikes].join(' ')})`, imagesOf(alike));
  const drawn = Object.keys(shapes).flatMap((name, i) =>
    Array.from({ length: 8 }, (_, k) => shape(name, new KeyedRandom(seed, 1000 + i, k))),
  );
  await count('hearts, stars, scribbles and other shapes', imagesOf(drawn));
  model.dispose();
}
