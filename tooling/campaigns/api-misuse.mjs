// Libraries called with wrong types and sizes: an error that says what was expected, never one from deep inside, and nothing endless.
import * as images from '../../packages/images/dist/index.js';
import * as inception from '../../packages/inception/dist/index.js';
import * as mnist from '../../packages/mnist/dist/index.js';
import * as model from '../../packages/model/dist/index.js';
import * as training from '../../packages/training/dist/index.js';

const WRONG = [
  undefined,
  null,
  -1,
  0.5,
  NaN,
  Infinity,
  1e9,
  'x',
  '',
  true,
  [],
  {},
  new Uint8Array(3),
  () => 1,
];

/** Each call takes one wrong value. */
const CALLS = {
  'googlenet numClasses': (v) => model.googlenet({ numClasses: v }),
  'googlenet widthMultiplier': (v) => model.googlenet({ widthMultiplier: v }),
  'googlenet variant': (v) => model.googlenet({ variant: v }),
  'googlenet inputShape': (v) => model.googlenet({ inputShape: v }),
  'googlenet dropout': (v) => model.googlenet({ dropout: v }),
  'googlenet options': (v) => model.googlenet(v),
  'inception filters': (v) => inception.inception({ filters: v }),
  'ImageDataset': (v) => new mnist.ImageDataset(v),
  'arrayData images': (v) => mnist.arrayData({ images: v, labels: [0, 1], shape: [2, 2] }),
  'arrayData labels': (v) => mnist.arrayData({ images: new Uint8Array(8), labels: v, shape: [2, 2] }),
  'arrayData shape': (v) => mnist.arrayData({ images: new Uint8Array(8), labels: [0, 1], shape: v }),
  'subset': (v) => small().subset(v),
  'split': (v) => small().split({ fraction: v }),
  'batches batchSize': (v) => drain(small().batches({ batchSize: v })),
  'batches augment': (v) => drain(small().batches({ batchSize: 1, augment: { shift: v } })),
  'readIdx': (v) => mnist.readIdx(v),
  'writeIdx': (v) => mnist.writeIdx({ shape: v, data: new Uint8Array(3) }),
  'preprocessDrawing': (v) => mnist.preprocessDrawing({ data: new Uint8Array(16), width: v, height: 2, channels: 4 }),
  'readImageHeader': (v) => images.readImageHeader(v),
  'resize': (v) => images.resize(picture(), { height: v, width: 4 }),
  'toFloat32': (v) => images.toFloat32(picture(), { scale: v }),
  'decodeCheckpoint': (v) => training.decodeCheckpoint(v),
}; // prettier-ignore

/** What is right for one call and so no mistake there. */
const RIGHT = {
  'googlenet numClasses': [undefined, null],
  'googlenet widthMultiplier': [undefined, null, 0.5],
  'googlenet variant': [undefined],
  'googlenet inputShape': [undefined, null],
  'googlenet dropout': [undefined, null, 0.5],
  'googlenet options': [undefined, {}],
  split: [0.5, undefined],
  'batches batchSize': [1e9],
  'batches augment': [undefined, 0.5],
  toFloat32: [undefined, 0.5],
};

const small = () => mnist.arrayData({ images: new Uint8Array(8), labels: [0, 1], shape: [2, 2] });
const picture = () => ({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 });
async function drain(batches) {
  for await (const batch of batches) if (batch === undefined) return;
}

export default async function apiMisuse() {
  const failures = [];
  let calls = 0;
  for (const [name, call] of Object.entries(CALLS)) {
    for (const value of WRONG) {
      if (
        RIGHT[name]?.some(
          (right) => Object.is(right, value) || (isEmptyObject(right) && isEmptyObject(value)),
        )
      )
        continue;
      calls++;
      const shown = `${name}(${typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'undefined')})`;
      try {
        await call(value);
        failures.push(`${shown}: taken`);
      } catch (error) {
        if (!/expected/.test(error.message))
          failures.push(`${shown}: ${error.name}: ${error.message.split('\n')[0]}`);
      }
    }
  }
  return { counts: { calls }, failures };
}

const isEmptyObject = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  Object.keys(value).length === 0;
