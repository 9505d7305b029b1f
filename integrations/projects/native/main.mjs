import * as tf from '@tensorflow/tfjs';
import { isAvailable } from '@googlenet/backend-onednn';
import { googlenet } from '@googlenet/model';

const { available, reason, hint } = isAvailable();
if (!available) {
  console.log(JSON.stringify({ available, reason, hint }));
} else {
  const model = googlenet({ widthMultiplier: 0.125, seed: 1 });
  const digits = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 7);
  const results = [];
  for (const backend of ['cpu', 'onednn']) {
    await tf.setBackend(backend);
    results.push(await model.predict(digits).data());
  }
  const largestDifference = Math.max(...results[0].map((value, i) => Math.abs(value - results[1][i])));
  console.log(JSON.stringify({ available, backend: tf.getBackend(), largestDifference }));
}
