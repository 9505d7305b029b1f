// One rank of equality.mjs: node equality-rank.mjs VARIANT OUT [nudge]. Trains 52 steps on made-up images; rank 0 writes all weights to OUT.
// `nudge` moves one weight by the distance to the next float32 before the first step.
import * as tf from '@tensorflow/tfjs-core';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { useWasm } from '../../packages/backend-wasm/dist/index.js';
import { openMpi } from '../../packages/collective-mpi/dist/index.js';
import { ImageDataset } from '../../packages/mnist/dist/index.js';
import { googlenet } from '../../packages/model/dist/index.js';
import { train } from '../../packages/training/dist/index.js';
import { randomOf } from './workshop.mjs';

const [variant, out, nudge] = process.argv.slice(2);
// The last batch of an epoch has 4 images.
const [IMAGES, BATCH, EPOCHS] = [40, 12, 13];
const SIDE = { mnist: 28, paper: 64 }[variant];

await useWasm({ threads: 1 });
const mpi = openMpi();
const random = randomOf(5);
const labels = Uint8Array.from({ length: IMAGES }, (_, i) => i % 10);
const images = Uint8Array.from({ length: IMAGES * SIDE * SIDE }, (_, i) => {
  const [image, row] = [Math.floor(i / SIDE / SIDE), Math.floor(i / SIDE) % SIDE];
  return 100 * random.next() + (Math.floor((10 * row) / SIDE) === labels[image] ? 120 : 0);
});
const data = new ImageDataset({
  images,
  labels,
  height: SIDE,
  width: SIDE,
  classNames: [...'0123456789'],
  count: IMAGES,
  numClasses: 10,
  name: 'made up',
});
const model = googlenet({
  variant,
  widthMultiplier: 0.125,
  numClasses: 10,
  inputShape: [SIDE, SIDE, 1],
  seed: 3,
});
if (nudge !== undefined) {
  const weights = model.getWeights().map((weight) => weight.clone());
  const kernel = weights[0].dataSync().slice();
  new Int32Array(kernel.buffer)[0]++;
  weights[0] = tf.tensor(kernel, weights[0].shape);
  model.setWeights(weights);
}
const config = {
  epochs: EPOCHS,
  batchSize: BATCH,
  seed: 3,
  // Steps that are small enough for rounding not to grow by orders of magnitude.
  optimizer: { kind: 'sgd', momentum: 0 },
  schedule: { kind: 'constant', learningRate: 0.001 },
};
const together = mpi.size > 1 ? { collective: mpi, syncBatchNorm: variant === 'mnist' } : {};
for await (const event of train({ model, data, config, ...together })) {
  if (event.type === 'step' && event.step === 1 && mpi.rank === 0) process.stdout.write(`${event.loss}\n`);
}
if (mpi.rank === 0) {
  const values = await Promise.all(model.getWeights().map((weight) => weight.data()));
  writeFileSync(out, Buffer.concat(values.map((one) => Buffer.from(Float32Array.from(one).buffer))));
}
await mpi.close();
