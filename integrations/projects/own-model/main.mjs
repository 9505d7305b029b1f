import * as tf from '@tensorflow/tfjs';
import { inception } from '@googlenet/inception';

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      inputShape: [12, 12, 1],
      filters: 8,
      kernelSize: 3,
      activation: 'relu',
      padding: 'same',
    }),
    inception({
      name: 'mixed',
      filters: { conv1x1: 4, reduce3x3: 4, conv3x3: 8, reduce5x5: 2, conv5x5: 4, poolProj: 4 },
    }),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.01), loss: 'sparseCategoricalCrossentropy' });

const x = tf.randomUniform([6, 12, 12, 1], 0, 1, 'float32', 7);
const y = tf.tensor1d([0, 1, 2, 0, 1, 2]);
const lossBefore = await model.trainOnBatch(x, y);
let lossAfter = lossBefore;
for (let step = 0; step < 5; step++) lossAfter = await model.trainOnBatch(x, y);

let saved;
await model.save(
  tf.io.withSaveHandler(
    async (artifacts) => (
      (saved = artifacts),
      { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
    ),
  ),
);
const reloaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
const largestDifference = tf.max(tf.abs(tf.sub(model.predict(x), reloaded.predict(x)))).dataSync()[0];
console.log(JSON.stringify({ lossBefore, lossAfter, largestDifference }));
