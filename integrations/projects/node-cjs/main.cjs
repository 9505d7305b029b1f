const tf = require('@tensorflow/tfjs');
const { convolutionCost } = require('@googlenet/inception');
const { googlenet } = require('@googlenet/model');
const { ImageDataset } = require('@googlenet/mnist');
const { evaluate } = require('@googlenet/training');

const { macs } = ['reduce', 'expand'].reduce(
  (total, part) => {
    const options =
      part === 'reduce'
        ? { inputChannels: 192, filters: 16, kernelSize: 1 }
        : { inputChannels: 16, filters: 32, kernelSize: 5 };
    return { macs: total.macs + convolutionCost({ height: 28, width: 28, ...options }).macs };
  },
  { macs: 0 },
);
const model = googlenet({ widthMultiplier: 0.125 });
const output = model.predict(tf.zeros([1, 28, 28, 1]));
if (typeof ImageDataset !== 'function' || typeof evaluate !== 'function')
  throw new TypeError('an export is missing');
console.log(JSON.stringify({ macs, outputShape: output.shape }));
