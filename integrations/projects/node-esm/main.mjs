import * as tf from '@tensorflow/tfjs';
import { useWasm } from '@googlenet/backend-wasm';
import { inceptionCost } from '@googlenet/inception';
import { ImageDataset } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { pretrainedMnist } from '@googlenet/mnist-weights';
import { googlenet } from '@googlenet/model';
import { predict, train } from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';

const { backend } = await useWasm();
if (tf.getBackend() !== backend) throw new Error(`the engine is ${tf.getBackend()}, not ${backend}`);

const count = 4;
const images = Uint8Array.from({ length: count * 28 * 28 }, (_, i) => (i * 37) % 256);
const data = new ImageDataset({
  name: 'stripes',
  images,
  labels: Uint8Array.from([0, 1, 2, 3]),
  count,
  height: 28,
  width: 28,
  numClasses: 10,
  classNames: Array.from({ length: 10 }, (_, i) => String(i)),
});

const model = googlenet({ widthMultiplier: 0.125, seed: 1 });
const losses = [];
for await (const event of train({
  model,
  data,
  config: { epochs: 1, batchSize: 2, seed: 1 },
  store: folderStore('run'),
})) {
  if (event.type === 'step') losses.push(event.loss);
}
const [probabilities] = await predict(
  model,
  Float32Array.from(images.subarray(0, 784), (byte) => byte / 255),
);

const bar = Float32Array.from({ length: 784 }, (_, i) =>
  Number(Math.abs((i % 28) - 14) < 2 && Math.abs(i / 28 - 14) < 9),
);
const [reading] = await predict(await pretrainedMnist(), bar);

const { macs } = inceptionCost({
  height: 28,
  width: 28,
  inputChannels: 192,
  filters: [64, 96, 128, 16, 32, 32],
});
console.log(
  JSON.stringify({
    losses,
    sum: probabilities.reduce((total, value) => total + value, 0),
    parameters: googlenet().countParams(),
    macs,
    readsBarAs: reading.indexOf(Math.max(...reading)),
    loadDataset: typeof loadDataset,
  }),
);
