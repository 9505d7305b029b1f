// Images augmented in a second on one core, with every change on:
//   npm run build -w @googlenet/mnist && node packages/mnist/scripts/augment-speed.mjs
import { ImageDataset } from '../dist/index.js';
import { loadDataset } from '../dist/node.js';

const { train } = await loadDataset({ name: 'mnist' });
const dataset = new ImageDataset(train).subset(20_000);

async function measure(title, options) {
  let fastest = 0;
  for (let epoch = 0; epoch < 4; epoch++) {
    const start = performance.now();
    for await (const batch of dataset.batches({ batchSize: 128, shuffle: true, epoch, ...options }))
      void batch;
    fastest = Math.max(fastest, (dataset.size / (performance.now() - start)) * 1000);
  }
  console.log(`${title}: ${Math.round(fastest)} images/s`);
}

await measure('no augmentation', {});
await measure('affine', { augment: { elastic: 0 } });
await measure('affine and elastic', { augment: {} });
