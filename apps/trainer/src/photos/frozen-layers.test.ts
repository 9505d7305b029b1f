import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPhotos, type Photos } from '@googlenet/images/node';
import { train, type TrainingData } from '@googlenet/training';
import { fakeIo } from '../testing/fake-io';
import { madePicture } from '../testing/made-picture';
import { computeFrozen } from './frozen-layers';

const folder = mkdtempSync(join(tmpdir(), 'frozen-'));
let pictures: Photos;
beforeAll(async () => {
  await tf.setBackend('cpu');
  for (const kind of [0, 1]) {
    mkdirSync(join(folder, String(kind)));
    for (let i = 0; i < 6; i++) writeFileSync(join(folder, String(kind), `${i}.png`), madePicture(kind, i));
  }
  pictures = await openPhotos(folder, { height: 12, width: 12, workers: 0, validationFraction: 0.34 });
});
afterAll(async () => {
  await pictures.close();
  rmSync(folder, { recursive: true });
});

const EPOCHS = 3;
const work = { io: fakeIo(folder), json: true, signal: new AbortController().signal };

/** A network whose layer `stem` is frozen, with a second way around the layer `side`. */
function network(): tfl.LayersModel {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const input = tfl.input({ shape: [12, 12, 3] });
  const conv = (name: string, seed: number, filters = 6) =>
    tfl.layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: seeded(seed),
    });
  const stem = conv('stem', 1).apply(input) as tfl.SymbolicTensor;
  const side = conv('side', 2).apply(stem) as tfl.SymbolicTensor;
  const sum = tfl.layers.add({ name: 'sum' }).apply([stem, side]);
  const pooled = tfl.layers.globalAveragePooling2d({ name: 'global_pool' }).apply(sum);
  const dropped = tfl.layers.dropout({ name: 'dropout', rate: 0.3, seed: 1 }).apply(pooled);
  const logits = tfl.layers.dense({ name: 'logits', units: 2, kernelInitializer: seeded(3) }).apply(dropped);
  const output = tfl.layers.softmax({ name: 'predictions' }).apply(logits) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: output });
  model.getLayer('stem').trainable = false;
  return model;
}

/** How often a layer runs. */
function countCalls(layer: tfl.layers.Layer): () => number {
  const call = layer.call.bind(layer);
  let calls = 0;
  layer.call = (inputs, kwargs) => {
    calls++;
    return call(inputs, kwargs);
  };
  return () => calls;
}

async function trained(model: tfl.LayersModel, data: TrainingData, validation?: TrainingData): Promise<void> {
  const events = train({
    model,
    data,
    ...(validation && { validation }),
    config: {
      epochs: EPOCHS,
      batchSize: 4,
      seed: 5,
      optimizer: { kind: 'sgd', momentum: 0.9 },
      schedule: { kind: 'constant', learningRate: 0.05 },
    },
  });
  for await (const event of events) expect(event.type).not.toBe('aborted');
}

const values = (model: tfl.LayersModel, layer: string) => [
  ...model.getLayer(layer).getWeights()[0].dataSync(),
];

describe('computeFrozen', () => {
  it('runs each picture through the frozen layers once, and training gives the same weights', async () => {
    const whole = network();
    await trained(whole, pictures.train, pictures.validation);
    const model = network();
    const stem = values(model, 'stem');
    const calls = countCalls(model.getLayer('stem'));
    const frozen = await computeFrozen(model, 'stem', pictures, work);
    const computed = calls();
    expect(computed).toBe(2); // the training pictures and the validation pictures, a batch each
    await trained(frozen?.model ?? model, frozen?.data ?? pictures.train, frozen?.validation);
    expect(calls()).toBe(computed);
    expect(values(model, 'stem')).toEqual(stem);
    for (const layer of ['side', 'logits']) {
      const expected = values(whole, layer);
      values(model, layer).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
      expect(expected).not.toEqual(values(network(), layer));
    }
  });

  it('leaves a network as it is where nothing is frozen, or a way leads around the frozen layers', async () => {
    const model = network();
    expect(await computeFrozen(model, 'none', pictures, work)).toBeUndefined();
    expect(await computeFrozen(model, 'side', pictures, work)).toBeUndefined();
    await trained(model, pictures.train);
  });
});
