import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { GoogLeNetOptions } from '@googlenet/model';
import { fill } from '../../../inception/src/testing/golden';
import h5 from '../__fixtures__/keras_h5.json';
import v3 from '../__fixtures__/keras_v3.json';
import { FormatError } from '../errors';
import {
  dispose,
  filledModel,
  images,
  maxDifference,
  outputs,
  SMALL_VARIANTS,
  useQuickCpu,
} from '../testing/models';
import { itWithPython, type Ask } from '../testing/python';
import { unpacked } from '../testing/unpacked';
import { readZip, writeZip } from '../zip';
import { readKeras } from './read';
import { writeKeras } from './write';

beforeAll(useQuickCpu);

/** The code of the `FormatError` that a file gives, which leaves no tensors. */
async function codeOfReading(file: Uint8Array): Promise<unknown> {
  const before = tf.memory().numTensors;
  const code = await readKeras(file).then(
    () => 'read',
    (error: unknown) => (error instanceof FormatError ? error.code : error),
  );
  expect(tf.memory().numTensors).toBe(before);
  return code;
}

describe('a .keras file', () => {
  it.each(SMALL_VARIANTS)('of %s comes back with the same predictions', async (_, options) => {
    const model = filledModel(options);
    const x = images('images', model);
    const before = tf.memory().numTensors;
    const file = await writeKeras(model);
    expect(tf.memory().numTensors).toBe(before);
    const other = await readKeras(file);
    expect(other.outputNames).toEqual(model.outputNames);
    const [found, expected] = [outputs(other, x), outputs(model, x)];
    found.forEach((values, i) => expect(maxDifference(values, expected[i])).toBeLessThan(1e-6));
    other.dispose();
    expect(tf.memory().numTensors).toBe(before);
    dispose(model, x);
  });

  it('is refused with layers that are not known, weights that do not fit, and other files', async () => {
    const { layers } = tfl;
    const lstm = tfl.sequential({
      layers: [layers.conv2dTranspose({ filters: 2, kernelSize: 2, inputShape: [3, 3, 2], name: 'up' })],
    });
    await expect(writeKeras(lstm)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('"up"') as string,
    });
    lstm.dispose();
    const model = tfl.sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'a' })] });
    const entries = readZip(await writeKeras(model));
    const parts = new Map(
      await Promise.all([...entries].map(async ([name, entry]) => [name, await entry.read()] as const)),
    );
    const changed = async (config: (text: string) => string) => {
      const text = config(new TextDecoder().decode(parts.get('config.json')));
      const files = [...parts].map(([name, bytes]) => ({
        name,
        parts: [name === 'config.json' ? new TextEncoder().encode(text) : bytes],
      }));
      return codeOfReading(await writeZip(files));
    };
    expect(await changed((text) => text.replace('"units":2', '"units":4'))).toBe('MISMATCH');
    expect(await changed((text) => text.replace('"Dense"', '"Lambda"'))).toBe('UNSUPPORTED');
    expect(await changed((text) => text.replace('"Functional"', '"MyModel"'))).toBe('UNSUPPORTED');
    expect(await changed((text) => text.replace('"output_layers":[["a"', '"output_layers":[["b"'))).toBe(
      'MALFORMED',
    );
    expect(await changed(() => '{"class_name":')).toBe('MALFORMED');
    expect(await changed(() => 'null')).toBe('MALFORMED');
    await expect(readKeras(await writeZip([]))).rejects.toMatchObject({ code: 'MALFORMED' });
    await expect(readKeras(new Uint8Array(5))).rejects.toMatchObject({ code: 'MALFORMED' });
    model.dispose();
  });

  itWithPython(
    'is opened by Keras with equal outputs, and comes back from the .h5 file that Keras makes of it',
    ['keras', 'tensorflow'],
    async (ask, folder) => {
      const models = SMALL_VARIANTS.map(([name, options]) => ({ name, model: filledModel(options) }));
      const answers = await askKeras(ask, folder, models, 0);
      for (const [i, { name, model }] of models.entries()) {
        const x = images('images', model, LABELS.length);
        const found = outputs(model, x);
        const older = await readKeras(new Uint8Array(readFileSync(`${answers[i].path}.h5`)));
        const again = outputs(older, x);
        found.forEach((values, head) =>
          [answers[i].outputs[head].flat(), again[head]].forEach((others) =>
            expect([name, maxDifference(values, others) < 1e-5]).toEqual([name, true]),
          ),
        );
        dispose(model, older, x);
      }
    },
  );

  itWithPython(
    'goes on training in Keras with the losses that it has here, five more steps, and comes back from there',
    ['keras', 'tensorflow'],
    async (ask, folder) => {
      const models = TRAINED.map(([name, options, rate]) => ({
        name,
        rate,
        model: filledModel({ ...options, dropout: 0, widthMultiplier: 0.0625, numClasses: 5 }),
      }));
      const answers = await askKeras(ask, folder, models, 5);
      for (const [i, { name, rate, model }] of models.entries()) {
        const x = images('images', model, LABELS.length);
        const losses = train(model, x, LABELS, 5, rate);
        losses.slice(1).forEach((loss, step) => expect(loss).toBeLessThan(losses[step]));
        // Rounding flips ReLUs, the more the further the weights go.
        const fall = losses[0] - losses[4];
        const worst = Math.max(...losses.map((loss, step) => Math.abs(loss - answers[i].losses[step])));
        expect([name, worst / fall < 1e-3]).toEqual([name, true]);
        const other = await readKeras(new Uint8Array(readFileSync(`${answers[i].path}.back.keras`)));
        expect(maxDifference(outputs(other, x)[0], answers[i].trained.flat())).toBeLessThan(1e-5);
        dispose(model, other, x);
      }
    },
  );
});

/**
 * Networks that Keras and this library train, with rates that let the loss fall: with batch norm, without it but with local response
 * normalization, with odd borders.
 */
const TRAINED: [string, GoogLeNetOptions, number][] = [
  ['mnist', { inputShape: [12, 12, 1] }, 1e-4],
  ['paper', { variant: 'paper', inputShape: [47, 51, 3] }, 1e-4],
  ['torchvision', { variant: 'torchvision', inputShape: [47, 51, 3] }, 1e-5],
];

/** Classes of the pictures on which Keras and this library train. */
const LABELS = [0, 1, 2, 3];

/** What Keras says of a `.keras` file. */
interface KerasAnswer {
  path: string;
  outputs: number[][][];
  losses: number[];
  trained: number[][];
}

/** Has Keras open the files of models and train them for some steps, each at its rate. */
async function askKeras(
  ask: Ask,
  folder: string,
  models: readonly { name: string; model: tfl.LayersModel; rate?: number }[],
  steps: number,
): Promise<KerasAnswer[]> {
  const paths = models.map(({ name }) => join(folder, `${name}.keras`));
  for (const [i, { model }] of models.entries()) writeFileSync(paths[i], await writeKeras(model));
  const answers = ask<Omit<KerasAnswer, 'path'>[]>(
    'keras',
    ...models.map(({ model, rate = 0 }, i) => {
      const shape = [LABELS.length, ...model.inputs[0].shape.slice(1)];
      return [paths[i], 'images', shape, LABELS, steps, rate];
    }),
  );
  return answers.map((answer, i) => ({ ...answer, path: paths[i] }));
}

describe('a network that Keras saved', () => {
  const kinds = (['small', 'sequential', 'nested'] as const).flatMap((name) => [
    [`${name}.h5`, h5[name]] as const,
    [`${name}.keras`, v3[name]] as const,
  ]);

  it.each(kinds)('%s predicts here what it predicts there', async (_name, network) => {
    const before = tf.memory().numTensors;
    const model = await readKeras(unpacked(network.file));
    const x = fill<tf.Tensor4D>('images', network.shape, 0, 1);
    const found = outputs(model, x);
    expect(found).toHaveLength(network.outputs.length);
    found.forEach((values, i) => expect(maxDifference(values, network.outputs[i].flat())).toBeLessThan(1e-5));
    dispose(model, x);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the names of its layers where TensorFlow.js takes them', async () => {
    const model = await readKeras(unpacked(h5.small.file));
    expect(model.outputNames).toEqual(['predictions', 'aux']);
    expect(model.inputNames).toEqual(['image.1']);
    expect(model.getLayer('conv1').getClassName()).toBe('Conv2D');
    model.dispose();
  });

  it('lists its layers in any order', async () => {
    const file = unpacked(h5.small.file);
    const key = '"layers": [';
    const text = new TextDecoder('latin1').decode(file);
    const start = text.indexOf(key) + key.length;
    expect(start).toBeGreaterThan(key.length);
    const end = text.indexOf('], "input_layers"');
    const layers = JSON.parse(`[${new TextDecoder().decode(file.subarray(start, end))}]`) as unknown[];
    const moved = new TextEncoder().encode(
      layers
        .reverse()
        .map((layer) => JSON.stringify(layer))
        .join(', '),
    );
    file.fill(0x20, start, end);
    file.set(moved, start);
    const model = await readKeras(file);
    const x = fill<tf.Tensor4D>('images', h5.small.shape, 0, 1);
    expect(maxDifference(outputs(model, x)[0], h5.small.outputs[0].flat())).toBeLessThan(1e-5);
    dispose(model, x);
  });

  it('is refused without its configuration, with sizes that its weights have not, and with heaps that lie', async () => {
    const text = new TextDecoder('latin1').decode(unpacked(h5.sequential.file));
    const changed = async (from: string, to: string) => {
      const at = text.indexOf(from);
      expect(at).toBeGreaterThan(0);
      const file = unpacked(h5.sequential.file);
      file.set(new TextEncoder().encode(to.padEnd(from.length)), at);
      return codeOfReading(file);
    };
    expect(await changed('model_config', 'model_confid')).toBe('UNSUPPORTED');
    expect(await changed('"units": 5,', '"units":9e8,')).toBe('MISMATCH');
    expect(await changed('"filters": 4,', '"filters": 9,')).toBe('MISMATCH');
    expect(await changed('{"class_name": "Sequential"', '["class_name": "Sequential"')).toBe('MALFORMED');
    expect(await changed('GCOL', 'GCOM')).toBe('MALFORMED');
    expect(await changed('"Dense"', '"Lambd"')).toBe('UNSUPPORTED');
  });

  it('that is cut off gives a FormatError', async () => {
    const file = unpacked(h5.sequential.file);
    for (let length = 0; length < file.length; length += 97)
      await expect(readKeras(file.slice(0, length))).rejects.toBeInstanceOf(FormatError);
  });
});

/** Losses of steps of gradient descent, the first before any step. */
function train(
  model: tfl.LayersModel,
  x: tf.Tensor,
  labels: number[],
  steps: number,
  rate: number,
): number[] {
  const optimizer = tf.train.sgd(rate);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), 5);
  const losses = Array.from({ length: steps }, () => {
    const { value, grads } = tf.variableGrads(() => {
      const predictions = model.apply(x, { training: true }) as tf.Tensor;
      return tf.neg(tf.mean(tf.log(tf.sum(tf.mul(predictions, targets), -1)))) as tf.Scalar;
    }, variables);
    optimizer.applyGradients(grads);
    const [loss] = value.dataSync();
    tf.dispose([value, grads]);
    return loss;
  });
  targets.dispose();
  optimizer.dispose();
  return losses;
}
