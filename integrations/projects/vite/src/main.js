import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { pretrainedMnist } from '@googlenet/mnist-weights';
import { googlenet } from '@googlenet/model';
import { preprocessDrawing } from '@googlenet/mnist';
import { predict } from '@googlenet/training';
import { useWasm } from '@googlenet/backend-wasm';

const engine = await useWasm();
const model = googlenet({ widthMultiplier: 0.125 });
const digits = await pretrainedMnist();
const output = model.predict(tf.zeros([1, 28, 28, 1]));
document.querySelector('#result').textContent = JSON.stringify({
  engine,
  outputShape: output.shape,
  sum: (await output.data()).reduce((total, value) => total + value, 0),
  digits: digits.outputShape,
  functions: [preprocessDrawing, predict].every((value) => typeof value === 'function'),
});
