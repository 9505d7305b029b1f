import * as tf from '@tensorflow/tfjs';
import { inception } from '@googlenet/inception';

const layer = inception({ filters: [64, 96, 128, 16, 32, 32] });
const output = layer.apply(tf.zeros([1, 28, 28, 192]));
console.log(JSON.stringify({ outputShape: output.shape }));
