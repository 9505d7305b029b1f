import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useWasm } from '@googlenet/backend-wasm';
import { writeKeras } from '@googlenet/formats';
import { googlenet, logitsModel } from '@googlenet/model';
import { fill } from '../../inception/src/testing/golden';
import slim from '../../model/src/__fixtures__/tf-slim.json';
import names from './__fixtures__/source-names.json';
import { shapeInFile, weightsOf } from './apply-table';
import { loadWeights, readWeightsFile } from './index';
import { pretrained } from './node/index';
import { TABLES } from './tables/index';
import { itWithOracle } from './testing/oracle';

beforeAll(() => useWasm());

const run = (model: tfl.LayersModel, images: tf.Tensor): tf.Tensor[] =>
  tf.tidy(() => [model.predict(images)].flat());

/** The largest difference between what a model says and what it should say. */
async function worst(outputs: tf.Tensor[], expected: ArrayLike<number>): Promise<number> {
  const found = await Promise.all(outputs.map((output) => output.data()));
  tf.dispose(outputs);
  const values = found.flatMap((head) => Array.from(head));
  expect(values).toHaveLength(expected.length);
  return Math.max(...values.map((value, i) => Math.abs(value - expected[i])));
}

describe.each(['torchvision', 'onnx-zoo'] as const)('the table %s', (table) => {
  it("has the source's own names, all of them, and the shapes that these have there", () => {
    const { rows, ignored } = TABLES[table];
    const theirs = Object.entries<number[]>(names[table]).filter(([name]) => !ignored?.(name));
    const ofFile = new Map(theirs);
    const model = googlenet({
      variant: table === 'torchvision' ? 'torchvision' : 'paper',
      auxiliary: table === 'torchvision',
    });
    const variables = weightsOf(model);
    const used = rows.filter(({ auxiliary, source }) => auxiliary !== true || ofFile.has(source));
    expect(used.map(({ source }) => source).sort()).toEqual([...ofFile.keys()].sort());
    for (const row of used) {
      const shape = shapeInFile(variables.get(row.target)?.shape as number[], row, TABLES[table]);
      const theirs = ofFile.get(row.source) ?? [];
      // Caffe's old form has axes of 1 before those of a dense kernel.
      const leading = new Array<number>(theirs.length - shape.length).fill(1);
      expect([row.source, ...leading, ...shape]).toEqual([row.source, ...theirs]);
    }
    model.dispose();
  });
});

itWithOracle(
  "torchvision's state_dict gives the probabilities of torchvision, all three heads, from each of PyTorch's files",
  'torch_pretrained.py',
  ['torch', 'torchvision', 'safetensors'],
  async ({ path, floats }) => {
    const images = tf.tensor4d(floats('images.bin'), [1, 224, 224, 3]);
    const expected = floats('probabilities.bin');
    for (const [file, auxiliary] of [
      ['zip.pth', true],
      ['legacy.pth', false],
      ['model.safetensors', true],
    ] as const) {
      const model = await pretrained({ weights: 'torchvision', file: path(file), auxiliary });
      expect(await worst(run(model, images), auxiliary ? expected : expected.subarray(0, 1000))).toBeLessThan(
        1e-5,
      );
      model.dispose();
    }
    images.dispose();
  },
);

itWithOracle(
  "the ONNX zoo's graph gives the probabilities of onnxruntime",
  'onnx_pretrained.py',
  ['onnx', 'onnxruntime'],
  async ({ path, floats }) => {
    const model = await pretrained({ weights: 'onnx-zoo', file: path('zoo.onnx') });
    const images = tf.tensor4d(floats('images.bin'), [1, 224, 224, 3]);
    expect(await worst(run(model, images), floats('probabilities.bin'))).toBeLessThan(1e-5);
    images.dispose();
    model.dispose();
  },
);

itWithOracle(
  "h5py's file of TF-slim's variables gives the logits of TensorFlow, without the background",
  'slim_h5.py',
  ['h5py'],
  async ({ path }) => {
    const { widthMultiplier, inputShape, pixels, logits } = slim.slim;
    const [height, width, channels] = inputShape;
    const model = googlenet({
      variant: 'slim',
      widthMultiplier,
      inputShape: [height, width, channels],
      numClasses: slim.classes,
    });
    const file = await readWeightsFile(new Uint8Array(await readFile(path('slim.h5'))));
    expect([file.container, file.table?.name]).toEqual(['hdf5', 'slim']);
    loadWeights(model, file);
    const image = fill('slim images', [1, ...inputShape], pixels[0], pixels[1]);
    const largest = Math.max(...logits[0].map(Math.abs));
    expect(await worst(run(logitsModel(model), image), logits[0])).toBeLessThan(1e-4 * largest);
    image.dispose();
    model.dispose();
  },
);

describe.each(['paper', 'torchvision'] as const)('the variant %s', (variant) => {
  const options = { variant, widthMultiplier: 0.125, numClasses: 7 };
  itWithOracle(
    "comes back from Keras's own .h5 file with its weights",
    'keras_h5.py',
    ['keras', 'h5py', 'tensorflow'],
    async ({ path }) => {
      const [before, after] = [googlenet({ ...options, seed: 3 }), googlenet({ ...options, seed: 4 })];
      const file = await readWeightsFile(new Uint8Array(await readFile(path('model.h5'))));
      expect(file.container).toBe('hdf5');
      loadWeights(after, file);
      const image = fill('keras image', [1, 224, 224, 3], -1, 1);
      const [expected] = run(before, image);
      expect(await worst(run(after, image), await expected.data())).toBeLessThan(1e-6);
      tf.dispose([image, expected]);
      before.dispose();
      after.dispose();
    },
    async (folder) => {
      const model = googlenet({ ...options, seed: 3 });
      await writeFile(join(folder, 'model.keras'), await writeKeras(model));
      model.dispose();
    },
  );
});
