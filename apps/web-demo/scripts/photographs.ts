import '@tensorflow/tfjs-backend-cpu';
import { useWasm } from '@googlenet/backend-wasm';
import { ImageDataset, preprocessDrawing } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { predict } from '@googlenet/training';
import { photographedDigit } from '../src/testing/photographed-digits';
import { loadModel } from '../src/worker/model-store';
import { pageModel } from './page-model';

/** Makes photographs of test digits by a seed, and counts which the shipped network reads. */
export async function measurePhotographs(count: number, seed: number): Promise<void> {
  await useWasm();
  const model = await loadModel(await pageModel());
  const { test } = await loadDataset({ name: 'mnist', source: 'package' });
  const digits = new ImageDataset(test);
  const kinds = new Map<string, { right: number; all: number }>();
  let slowest = 0;
  for (let index = 0; index < count; index++) {
    const { kind, label, picture } = photographedDigit(digits, seed, index);
    const before = process.cpuUsage().user;
    const { image } = preprocessDrawing(picture);
    slowest = Math.max(slowest, (process.cpuUsage().user - before) / 1000);
    const [probabilities] = await predict(
      model,
      Float32Array.from(image, (byte) => byte / 255),
    );
    const answer = probabilities.indexOf(Math.max(...probabilities));
    const tally = kinds.get(kind) ?? { right: 0, all: 0 };
    kinds.set(kind, { right: tally.right + Number(answer === label), all: tally.all + 1 });
    if (answer !== label) console.log(`${index} ${kind}: ${label} read as ${answer}`);
  }
  for (const [kind, { right, all }] of kinds) console.log(`${kind}: ${right} of ${all}`);
  const right = [...kinds.values()].reduce((sum, tally) => sum + tally.right, 0);
  console.log(`all: ${right} of ${count}; the slowest took ${slowest.toFixed(0)} ms of processor time`);
  model.dispose();
}
