import { LAYER_NETWORKS, type LayerNetwork, trainLayerNetwork } from '@googlenet-tooling/engine-tests';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ENGINES, seeded, values } from './testing/compare';
import { useWasm } from './use-wasm';

/** A small network with what the large one has: convolutions of three sizes, pools, a concatenation, batch norm, dense. */
function network(): tfl.LayersModel {
  const input = tfl.input({ shape: [12, 12, 3] });
  const conv = (x: tfl.SymbolicTensor, filters: number, kernelSize: number) => {
    const options = {
      filters,
      kernelSize,
      padding: 'same',
      kernelInitializer: tfl.initializers.glorotUniform({ seed: filters + kernelSize }),
    } as const;
    const normed = tfl.layers.batchNormalization({}).apply(tfl.layers.conv2d(options).apply(x));
    return tfl.layers.activation({ activation: 'relu' }).apply(normed) as tfl.SymbolicTensor;
  };
  const stem = conv(input, 8, 3);
  const pooled = tfl.layers
    .maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' })
    .apply(stem) as tfl.SymbolicTensor;
  const branches = [conv(stem, 6, 1), conv(stem, 10, 3), conv(stem, 5, 5), conv(pooled, 7, 1)];
  const joined = tfl.layers.concatenate().apply(branches) as tfl.SymbolicTensor;
  const half = tfl.layers
    .maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })
    .apply(joined) as tfl.SymbolicTensor;
  const global = tfl.layers.globalAveragePooling2d({}).apply(half);
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 99 });
  const output = tfl.layers
    .dense({ units: 4, activation: 'softmax', kernelInitializer })
    .apply(global) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output });
}

async function losses(steps: number): Promise<number[]> {
  const model = network();
  const random = seeded(5);
  const x = tf.tensor(values(random, [8, 12, 12, 3]), [8, 12, 12, 3]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0, 1, 2, 3], 'int32'), 4);
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'categoricalCrossentropy' });
  const result: number[] = [];
  for (let i = 0; i < steps; i++) result.push((await model.trainOnBatch(x, y)) as number);
  model.dispose();
  tf.dispose([x, y]);
  return result;
}

describe('any tfjs model', () => {
  it('trains as on the cpu backend, to five digits', async () => {
    await tf.setBackend('cpu');
    const expected = await losses(4);
    for (const options of ENGINES) {
      await useWasm(options);
      const actual = await losses(4);
      actual.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i], 4));
      expect(actual[3]).toBeLessThan(actual[0]);
    }
  });

  it.each(Object.keys(LAYER_NETWORKS) as LayerNetwork[])('%s trains as on the cpu backend', async (name) => {
    await tf.setBackend('cpu');
    const expected = await trainLayerNetwork(name);
    for (const options of ENGINES) {
      await useWasm(options);
      const actual = await trainLayerNetwork(name);
      actual.losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected.losses[i], 4));
      actual.predictions.forEach((score, i) => expect(score).toBeCloseTo(expected.predictions[i], 3));
      expect(actual.losses.at(-1)).toBeLessThan(actual.losses[0]);
    }
  });

  it('gives the same bits every time, with one thread and with two', async () => {
    await useWasm({ threads: 2 });
    const first = await losses(5);
    expect(await losses(5)).toEqual(first);
    await useWasm({ threads: 1 });
    expect(await losses(5)).toEqual(first);
  });

  it('neither leaks tensors nor grows the heap over 200 steps', async () => {
    await useWasm({ threads: 1 });
    const model = network();
    const x = tf.zeros([4, 12, 12, 3]);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 3], 'int32'), 4);
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const step = () => model.trainOnBatch(x, y);
    for (let i = 0; i < 3; i++) await step();
    const before = tf.memory() as tf.MemoryInfo & { heapBytes: number; usedBytes: number };
    for (let i = 0; i < 200; i++) await step();
    const after = tf.memory() as typeof before;
    expect([after.numTensors, after.heapBytes, after.usedBytes]).toEqual([
      before.numTensors,
      before.heapBytes,
      before.usedBytes,
    ]);
    model.dispose();
    tf.dispose([x, y]);
  });
});
