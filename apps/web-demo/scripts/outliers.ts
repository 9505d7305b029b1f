import { gunzipSync } from 'node:zlib';
import '@tensorflow/tfjs-backend-cpu';
import { useWasm } from '@googlenet/backend-wasm';
import { optimizeForInference } from '@googlenet/model';
import { ImageDataset, preprocessDrawing } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import type { OutlierRule } from '@googlenet/training';
import { KeyedRandom } from '../../../packages/mnist/src/random';
import hands from '../src/testing/__fixtures__/handwriting-fonts.json';
import hershey from '../src/testing/__fixtures__/hershey-letters.json';
import { letter, lookalikes, shape, shapes, type Outlier } from '../src/testing/outliers';
import { loadModel } from '../src/worker/model-store';
import { doubterOf, predictOne } from '../src/worker/predict';
import { pageModel, readBeside } from './page-model';

/** How many test digits, letters and shapes the shipped network doubts. */
export async function measureDoubt(digits: number, seed: number): Promise<void> {
  await useWasm();
  const model = optimizeForInference(await loadModel(await pageModel()));
  const doubter = doubterOf(model, readBeside<OutlierRule>('outliers.json'));
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
  const imagesOf = (outliers: readonly Outlier[]) => outliers.map(({ image }) => image);
  const countLetters = async (what: string, letters: readonly Outlier[]) => {
    await count(what, imagesOf(letters));
    const alike = letters.filter(({ name }) => lookalikes.has(name));
    await count('  that look like no digit', imagesOf(letters.filter((one) => !alike.includes(one))));
    await count(`  that may be digits (${[...lookalikes].join(' ')})`, imagesOf(alike));
  };
  await countLetters('letters of twelve hands, as fonts', handwrittenLetters());
  await countLetters(
    'letters of the Hershey fonts',
    Object.values(hershey.fonts).flatMap((font, i) =>
      Object.entries(font).map(([name, path], j) => letter(name, path, new KeyedRandom(seed, i, j))),
    ),
  );
  const drawn = Object.keys(shapes).map((name, i) => ({
    name,
    images: Array.from({ length: 8 }, (_, k) => shape(name, new KeyedRandom(seed, 1000 + i, k)).image),
  }));
  const isScribble = ({ name }: { name: string }) => SCRIBBLES.includes(name);
  await count(
    'scribbles',
    drawn.filter(isScribble).flatMap(({ images }) => images),
  );
  await count(
    'hearts, stars and other shapes, of which the rule knows none',
    drawn.filter((kind) => !isScribble(kind)).flatMap(({ images }) => images),
  );
  model.dispose();
}

const SCRIBBLES = ['scribble', 'zigzag', 'tangle'];

/** Each letter of fonts that were made from hands. */
function handwrittenLetters(): Outlier[] {
  const { fonts, letters, side } = hands;
  const bits = gunzipSync(Buffer.from(hands.bits, 'base64'));
  const bytesOfRow = Math.ceil(side / 8);
  return fonts.flatMap((_, font) =>
    [...letters].map((name, i) => {
      const start = (font * letters.length + i) * side * bytesOfRow;
      const data = Uint8Array.from({ length: side * side }, (_unused, at) => {
        const column = at % side;
        const byte = bits[start + Math.floor(at / side) * bytesOfRow + (column >> 3)];
        return (byte >> (7 - (column & 7))) & 1 ? 255 : 0;
      });
      return { name, image: preprocessDrawing({ data, width: side, height: side, channels: 1 }).image };
    }),
  );
}
